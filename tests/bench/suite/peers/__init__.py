"""Other servers beside Postroom, from their Debian packages: --peer NAME."""

from . import cyrus, dovecot

# name: a function that makes its servers, given folders for them and for packages
PEERS = {
    "dovecot": dovecot.make_servers,
    "cyrus": cyrus.make_servers,
}
