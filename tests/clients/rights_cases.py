"""What every client with calls for rights has to get right, on each kind of mailbox and
identifier. A second login says whether what the client did has happened.

A client is a class with a NAME: Client(server, user) logs in; create(mailbox), setacl(mailbox,
identifier, rights) and deleteacl(mailbox, identifier) do as they are called, acl(mailbox)
is {identifier: rights} and rights(mailbox) the user's own, as the client reads them;
identifier(name) is how its caller has to write it; end() logs out. What the server
refuses raises Failed with the server's text.
"""

from contextlib import contextmanager

from client_test import same, started_server
from witness import Witness

ALL = "lrswipkxtea"
JURGEN = "jürgen@example.com"


class Failed(Exception):
    pass


def refused(text, call, *arguments):
    try:
        result = call(*arguments)
    except Failed as failed:
        same(text in str(failed), True, f"{text} in {failed}")
    else:
        raise AssertionError(f"{arguments}: answered {result} instead of failing")


class Stage:
    """A server, a client, and who looks on."""

    def __init__(self, server, client_class):
        self.server = server
        self.client_class = client_class

    def own(self, name):
        """What alice calls a mailbox of hers, and what others do."""
        mailbox = f"{self.client_class.__name__}-{name}"
        return mailbox, f"Other Users/alice/{mailbox}"

    @contextmanager
    def client(self, user="alice"):
        client = self.client_class(self.server, user)
        try:
            yield client
        finally:
            client.end()

    def witness(self, user, password=None):
        return Witness(self.server, user, password)


# Cases -----------------------------------------------------------------------------


def shares_own_mailbox(stage):
    mailbox, name = stage.own("own")
    with stage.client() as alice, stage.witness("alice") as owner, stage.witness("bob") as bob:
        alice.create(mailbox)
        same(alice.acl(mailbox), {"alice": ALL}, "rights of a new mailbox")
        same(bob.rights(name), None, "bob's rights before")
        alice.setacl(mailbox, "bob", "lr")
        same(owner.acl(mailbox), {"alice": ALL, "bob": "lr"}, "rights as the owner sees them")
        same(bob.rights(name), "lr", "bob's rights")
        alice.setacl(mailbox, "bob", "+si")
        same(bob.rights(name), "lrsi", "bob's rights after +si")
        alice.setacl(mailbox, "bob", "-r")
        same(alice.acl(mailbox), {"alice": ALL, "bob": "lsi"}, "rights as the client reads them")
        same(bob.rights(name), "lsi", "bob's rights after -r")
        alice.deleteacl(mailbox, "bob")
        same(owner.acl(mailbox), {"alice": ALL}, "rights after deleteacl")
        same(bob.rights(name), None, "bob's rights after deleteacl")


def administers_shared_mailbox(stage):
    stage.server.control("acl", "set", "Shared/Sales", "alice", ALL)
    with stage.client() as alice, stage.client("carol") as carol, stage.witness("carol") as looks:
        expected = {"group:sales": "lrswipkxte", "carol": "lr", "alice": ALL}
        same(alice.acl("Shared/Sales"), expected, "rights of Shared/Sales")
        same(alice.rights("Shared/Sales"), ALL, "alice's rights")
        same(carol.rights("Shared/Sales"), "lr", "carol's rights")
        refused("NOPERM", carol.acl, "Shared/Sales")
        refused("NOPERM", carol.setacl, "Shared/Sales", "carol", "lrswi")
        refused("NOPERM", carol.deleteacl, "Shared/Sales", "alice")
        same(looks.rights("Shared/Sales"), "lr", "carol's rights after what was refused")
        alice.setacl("Shared/Sales", "carol", "lrswi")
        same(looks.rights("Shared/Sales"), "lrswi", "carol's rights")
        alice.setacl("Shared/Sales", "carol", "lr")


def administers_mailbox_of_another_user(stage):
    mailbox, name = stage.own("lent")
    with stage.client() as alice, stage.client("bob") as bob, stage.witness("carol") as carol:
        alice.create(mailbox)
        alice.setacl(mailbox, "bob", "lra")
        same(bob.rights(name), "lra", "bob's rights")
        bob.setacl(name, "carol", "lrs")
        same(bob.acl(name), {"alice": ALL, "bob": "lra", "carol": "lrs"}, "rights by bob")
        same(carol.rights(name), "lrs", "carol's rights")
        bob.deleteacl(name, "carol")
        same(carol.rights(name), None, "carol's rights after deleteacl")
        alice.deleteacl(mailbox, "bob")
        refused("NONEXISTENT", bob.acl, name)
        refused("NONEXISTENT", bob.setacl, name, "bob", "lr")


def grants_to_groups(stage):
    mailbox, name = stage.own("group")
    with stage.client() as alice, stage.witness("bob") as bob, stage.witness("carol") as carol:
        alice.create(mailbox)
        alice.setacl(mailbox, "group:sales", "lrw")
        same(alice.acl(mailbox), {"alice": ALL, "group:sales": "lrw"}, "rights")
        same((bob.rights(name), carol.rights(name)), ("lrw", None), "bob's and carol's")
        alice.setacl(mailbox, "anyone", "l")
        same((bob.rights(name), carol.rights(name)), ("lrw", "l"), "with anyone")
        alice.deleteacl(mailbox, "group:sales")
        alice.deleteacl(mailbox, "anyone")
        same((bob.rights(name), carol.rights(name)), (None, None), "after deleteacl")


def takes_away_by_negative_rights(stage):
    mailbox, name = stage.own("negative")
    with stage.client() as alice, stage.witness("bob") as bob:
        alice.create(mailbox)
        alice.setacl(mailbox, "group:sales", "lrswi")
        alice.setacl(mailbox, "-bob", "wi")
        expected = {"alice": ALL, "group:sales": "lrswi", "-bob": "wi"}
        same(alice.acl(mailbox), expected, "rights")
        same(bob.rights(name), "lrs", "bob's rights")
        same("[NOPERM]" in bob.append(name, b"Subject: x\r\n\r\n", "NO"), True, "APPEND by bob")
        alice.deleteacl(mailbox, "-bob")
        same(bob.rights(name), "lrswi", "bob's rights after deleteacl")


def grants_to_names_in_utf8(stage):
    mailbox, name = stage.own("Gr&APwA3w-e an alle")
    with stage.client() as alice, stage.witness("alice") as owner:
        jurgen = alice.identifier(JURGEN)
        owner.connection.command(f'CREATE "{mailbox}"')
        alice.setacl(mailbox, jurgen, "lrs")
        same(owner.acl(mailbox), {"alice": ALL, JURGEN: "lrs"}, "rights")
        with stage.witness(JURGEN, "utf8-secret") as other:
            same(other.rights(name), "lrs", "their rights")
            alice.deleteacl(mailbox, jurgen)
            same(other.rights(name), None, "their rights after deleteacl")


def refuses_what_cannot_be(stage):
    mailbox, _ = stage.own("refusals")
    with stage.client() as alice, stage.witness("alice") as owner:
        alice.create(mailbox)
        refused("no user or group named nobody", alice.setacl, mailbox, "nobody", "lr")
        refused("no user or group named none", alice.setacl, mailbox, "group:none", "l")
        refused("not a right", alice.setacl, mailbox, "bob", "lrq")
        refused("NONEXISTENT", alice.acl, "absent")
        same(owner.acl(mailbox), {"alice": ALL}, "rights after what was refused")
        alice.setacl(mailbox, "alice", "r")
        same(owner.acl(mailbox), {"alice": "lra"}, "the owner keeps l and a")


CASES = [
    ("getacl, setacl, deleteacl on an own mailbox", shares_own_mailbox),
    ("on a shared mailbox, by its administrator and by a reader", administers_shared_mailbox),
    ("on the mailbox of another user", administers_mailbox_of_another_user),
    ("for a group and for anyone", grants_to_groups),
    ("negative rights", takes_away_by_negative_rights),
    ("a user's and a mailbox's name in UTF-8", grants_to_names_in_utf8),
    ("what cannot be is refused and changes nothing", refuses_what_cannot_be),
]


@contextmanager
def started_rights_server(report):
    with started_server(report) as server:
        server.control("user", "add", JURGEN, input="utf8-secret\n")
        yield server


def run_rights_cases(report, server, client_class):
    stage = Stage(server, client_class)
    for name, case in CASES:
        report.run(f"{client_class.NAME}: {name}", case, stage)
