#include "config_table.h"

#include <stddef.h>
#include <string.h>

#define MEMBER(name) offsetof(struct config, name)
#define NUMBER(key, member, text, low, high, reloadable, help)                                     \
    {                                                                                              \
        key, CONFIG_NUMBER, MEMBER(member), text, low, high, reloadable, help                      \
    }
#define SWITCH(key, member, text, reloadable, help)                                                \
    {                                                                                              \
        key, CONFIG_SWITCH, MEMBER(member), text, 0, 0, reloadable, help                           \
    }
#define TEXT(key, member, text, reloadable, help)                                                  \
    {                                                                                              \
        key, CONFIG_TEXT, MEMBER(member), text, 0, 0, reloadable, help                             \
    }
#define LIST(key, member, text, reloadable, help)                                                  \
    {                                                                                              \
        key, CONFIG_LIST, MEMBER(member), text, 0, 0, reloadable, help                             \
    }

enum { KIB = 1024, MIB = 1024 * 1024, HOUR = 3600, DAY = 86400 };

const struct config_row config_rows[] = {
    NUMBER("workers", workers, "0", 0, 64, false,
           "Worker processes; 0: one for each processor core."),
    TEXT("user", user, "", false,
         "The user to run as, when started as root. Empty: stay as started."),
    TEXT("pid_file", pid_file, "", false,
         "Where the master writes its process id. Empty: nowhere."),
    NUMBER("shutdown_timeout", shutdown_timeout, "10", 1, HOUR, true,
           "Seconds that sessions have to finish their command when the server stops."),

    LIST("listen.imap", listen_imap, "127.0.0.1:143 [::1]:143", false,
         "Addresses for IMAP with STARTTLS: \"192.0.2.1:143\", \"[::1]:143\", \"*:143\", "
         "\"unix:/path\"."),
    LIST("listen.imaps", listen_imaps, "", false,
         "Addresses for IMAP with TLS from the first octet."),
    LIST("listen.lmtp", listen_lmtp, "", false,
         "Addresses for LMTP, where the MTA delivers; for its eyes only: \"unix:/path\", "
         "\"127.0.0.1:24\"."),
    LIST("listen.managesieve", listen_managesieve, "", false,
         "Addresses for ManageSieve with STARTTLS, where users look after their Sieve scripts; "
         "the usual port is 4190."),
    LIST("listen.managesieves", listen_managesieves, "", false,
         "Addresses for ManageSieve with TLS from the first octet."),
    LIST("plaintext_networks", plaintext_networks, "127.0.0.1/32 ::1/128 unix", true,
         "Networks from which LOGIN and AUTHENTICATE PLAIN are accepted without TLS; elsewhere "
         "LOGINDISABLED."),
    LIST("login_domains", login_domains, "", true,
         "Domains of the users, in tokens and client certificates: with \"example.org\", "
         "alice@example.org is the user alice. Other names are users as they stand."),

    TEXT("log.file", log_file, "", true, "The log, one line an event. Empty: standard error."),
    TEXT("log.level", log_level, "info", true, "debug, info, warning or error."),

    TEXT("database.conninfo", database_conninfo, "dbname=postroom", false,
         "libpq connection string of the PostgreSQL database; several hosts are allowed."),
    NUMBER("database.connections", database_connections, "8", 1, 1000, false,
           "The most connections for transactions in each worker. Half as many more store "
           "content. Seven are always open: two lanes for reads, one that listens, one that "
           "notifies, the first for transactions, and two for content."),
    NUMBER("database.wait_ms", database_wait_ms, "10000", 0, 600000, false,
           "How long a command waits for a database that is away before NO [UNAVAILABLE]."),
    NUMBER("database.statement_timeout_ms", database_statement_timeout_ms, "60000", 100, 3600000,
           false, "PostgreSQL's statement_timeout for what may take long."),

    TEXT("tls.certificate", tls_certificate, "", true,
         "PEM file with the certificate chain. Empty: no TLS."),
    TEXT("tls.key", tls_key, "", true, "PEM file with the private key."),
    TEXT("tls.minimum_protocol", tls_minimum_protocol, "TLSv1.2", true, "TLSv1.2 or TLSv1.3."),
    TEXT("tls.ciphers", tls_ciphers, "", true,
         "OpenSSL cipher list for TLS 1.2. Empty: OpenSSL's default."),
    TEXT("tls.client_certificate", tls_client_certificate, "off", true,
         "off: IMAP and ManageSieve clients are not asked for a certificate; optional: one from "
         "tls.client_ca logs in with AUTH=EXTERNAL; required: and there is no TLS without one."),
    TEXT("tls.client_ca", tls_client_ca, "", true,
         "PEM file with the authorities that sign the certificates of clients, and their "
         "revocation lists if certificates are to be held against them."),
    LIST("tls.client_names", tls_client_names, "email cn", true,
         "What in a client's certificate names the user, the first that is there: email (the "
         "first address among the alternative names), cn (the subject's common name)."),

    LIST("oauth.keys", oauth_keys, "", true,
         "PEM files with the public keys (RSA, P-256) that tokens are signed with, for "
         "AUTH=OAUTHBEARER and XOAUTH2; \"ID=FILE\" is only for tokens that name the key ID. "
         "Without keys tokens are not accepted."),
    TEXT("oauth.jwks", oauth_jwks, "", true,
         "A file with such keys as JSON Web Key Set (RFC 7517), also when it is the only one."),
    TEXT("oauth.issuer", oauth_issuer, "", true, "Who must have issued a token (iss)."),
    LIST("oauth.audience", oauth_audience, "", true,
         "For whom tokens must be meant (aud), one of these."),
    TEXT("oauth.user_claim", oauth_user_claim, "email", true,
         "The claim that names the user: email, preferred_username, sub or another."),
    NUMBER("oauth.leeway", oauth_leeway, "60", 0, HOUR, true,
           "Seconds by which the clock of the issuer may differ."),
    TEXT("oauth.discovery", oauth_discovery, "", true,
         "URL of the issuer's OpenID configuration, told to clients that come without a good "
         "token (RFC 7628). Empty: not told."),

    NUMBER("limits.connections_per_user", limits_connections_per_user, "1000", 1, 1000000, true,
           "Connections of one user, over all workers of this host."),
    NUMBER("limits.connections_per_address", limits_connections_per_address, "1000", 1, 1000000,
           true,
           "Connections from one address (of IPv6 from one /64), over all workers of this host."),
    NUMBER("limits.message_size", limits_message_size, "104857600", 4096, 4294967295, true,
           "Octets of one message."),
    NUMBER("limits.content_cache", limits_content_cache, "33554432", 0, 4294967295, true,
           "Octets of messages that each worker keeps in memory after they were read."),
    NUMBER("limits.line_length", limits_line_length, "65536", 1000, 16 * MIB, true,
           "Octets of a command without its literals."),
    NUMBER("limits.literal_size", limits_literal_size, "131072", 1000, 16 * MIB, true,
           "Octets of a literal that is not a message."),
    NUMBER("limits.command_size", limits_command_size, "1048576", 1000, 64 * MIB, true,
           "Octets of a command with its literals, messages not counted."),
    NUMBER("limits.list_items", limits_list_items, "20000", 100, 1000000, true,
           "Items of a sequence set, a flag list or a header list."),
    NUMBER("limits.mime_depth", limits_mime_depth, "100", 1, 200, true,
           "Nesting of MIME parts; what lies deeper is shown as one part."),
    NUMBER("limits.mime_parts", limits_mime_parts, "10000", 1, 100000, true,
           "MIME parts of a message; more belong to the last one."),
    NUMBER("limits.mime_header_size", limits_mime_header_size, "1048576", 1024, 16 * MIB, true,
           "Octets of one part's header that are looked at."),
    NUMBER("limits.mailboxes_per_user", limits_mailboxes_per_user, "10000", 1, 1000000, true,
           "Mailboxes that one user may own."),
    NUMBER("limits.annotation_size", limits_annotation_size, "16384", 1024, MIB, true,
           "Octets of one annotation (METADATA, RFC 5464)."),
    NUMBER("limits.annotations", limits_annotations, "100", 10, 10000, true,
           "Shared annotations of a mailbox or of the server, and as many private ones of each "
           "user there."),
    NUMBER("limits.failed_logins", limits_failed_logins, "6", 1, 1000, true,
           "Failed logins on one connection, then BYE."),
    NUMBER("limits.bad_commands", limits_bad_commands, "50", 1, 1000000, true,
           "Commands in a row that are not understood, then BYE."),
    NUMBER("limits.notifications", limits_notifications, "1000", 10, 1000000, true,
           "Changes of names and annotations that wait for a client that uses NOTIFY (RFC 5465), "
           "then NOTIFICATIONOVERFLOW; ten times as many mailboxes can be watched."),

    NUMBER("timeouts.login", timeouts_login, "60", 1, HOUR, true,
           "Seconds a connection has to log in."),
    NUMBER("timeouts.inactivity", timeouts_inactivity, "1860", 1800, 20 * DAY, true,
           "Seconds without a command; RFC 3501 asks for 30 minutes at least."),
    NUMBER("timeouts.literal", timeouts_literal, "300", 10, HOUR, true,
           "Seconds without an octet inside a literal."),
    NUMBER("timeouts.output", timeouts_output, "300", 10, HOUR, true,
           "Seconds in which a client takes nothing of a reply."),
    NUMBER("timeouts.idle_keepalive", timeouts_idle_keepalive, "120", 10, HOUR, true,
           "Seconds between two \"* OK Still here\" in IDLE."),
    NUMBER("timeouts.progress", timeouts_progress, "10", 1, HOUR, true,
           "Seconds between two \"* OK [INPROGRESS\" (RFC 9585) in a command that takes so long."),
    NUMBER("timeouts.failed_login_ms", timeouts_failed_login_ms, "250", 0, 60000, true,
           "Milliseconds that the first failed login is answered late; doubles for the address."),
    NUMBER("timeouts.failed_login_max_ms", timeouts_failed_login_max_ms, "8000", 0, 600000, true,
           "The most milliseconds that a failed login is answered late."),

    NUMBER("retention.expunged_days", retention_expunged_days, "14", 0, 36500, true,
           "Days that expunged messages and deleted mailboxes are kept."),
    NUMBER("retention.journal_days", retention_journal_days, "90", 1, 36500, true,
           "Days that the journal is kept."),
    SWITCH("retention.recently_deleted", retention_recently_deleted, "true", true,
           "Show what was expunged from a mailbox and is still kept as a mailbox \"Recently "
           "Deleted\" below it, to those who hold l, r, e and t on it; MOVE out of it gives back."),

    NUMBER("quota.user_storage", quota_user_storage, "0", 0, INT64_MAX, true,
           "Octets that each user may have in personal mailboxes; 0: no limit. For one user "
           "otherwise: postroomctl quota set."),
    NUMBER("quota.user_messages", quota_user_messages, "0", 0, INT64_MAX, true,
           "Messages that each user may have in personal mailboxes; 0: no limit."),
    NUMBER("quota.user_mailboxes", quota_user_mailboxes, "0", 0, INT64_MAX, true,
           "Personal mailboxes that each user may have, as clients are told; 0: no limit but "
           "limits.mailboxes_per_user."),

    SWITCH(
        "search.index", search_index, "true", true,
        "Keep an index for SEARCH up to date, in the background, and use it. The results are the "
        "same without, but a search reads every message."),

    NUMBER("imap.message_limit", imap_message_limit, "0", 0, 4294967295, true,
           "Messages that one command may work on (MESSAGELIMIT, RFC 9738, which asks for 1000 at "
           "least); 0: as many as there are. Clients that do not know of it see only the last "
           "ones of larger mailboxes."),
    NUMBER("imap.save_limit", imap_save_limit, "0", 0, 4294967295, true,
           "The same for COPY and APPEND alone (SAVELIMIT), where there is no "
           "imap.message_limit."),

    TEXT("lmtp.hostname", lmtp_hostname, "", true,
         "As the server calls itself in LMTP and in Received fields. Empty: the host's name."),
    TEXT("lmtp.delimiter", lmtp_delimiter, "+", true,
         "The character before a folder in an address: user+folder@domain. Empty: none."),
    SWITCH("lmtp.trust_senders", lmtp_trust_senders, "false", true,
           "The MTA lets only its owner use a sender address (smtpd_sender_login_maps): then a "
           "sender who is a user may post where that user has the right p."),
    SWITCH("lmtp.over_quota_is_final", lmtp_over_quota_is_final, "false", true,
           "A full mailbox refuses mail for good (552); else the MTA tries again (452)."),
    NUMBER("lmtp.duplicate_window", lmtp_duplicate_window, "0", 0, 30 * DAY, true,
           "Seconds in which a mailbox takes a Message-ID once. 0: every message is taken."),
    NUMBER("lmtp.recipients", lmtp_recipients, "1000", 100, 100000, true,
           "Recipients of one message."),
    NUMBER("lmtp.received", lmtp_received, "100", 1, 10000, true,
           "Received fields of a message; with more it goes round in circles and is refused."),
    NUMBER("lmtp.command_timeout", lmtp_command_timeout, "300", 10, HOUR, true,
           "Seconds without a command."),
    NUMBER("lmtp.data_timeout", lmtp_data_timeout, "600", 10, HOUR, true,
           "Seconds without an octet of a message."),

    TEXT("sieve.url", sieve_url, "", true,
         "Where clients of IMAP are told that ManageSieve is, for example "
         "\"sieve://sieve.example.org\" (capability IMAPSIEVE). Empty: by the host's name, and "
         "the port of the first of listen.managesieve."),
    NUMBER("sieve.script_size", sieve_script_size, "1048576", 1024, 16 * MIB, true,
           "Octets of one Sieve script."),
    NUMBER("sieve.scripts", sieve_scripts, "64", 1, 10000, true,
           "Sieve scripts of one user or of one mailbox."),

    TEXT("submission.url", submission_url, "", true,
         "The mail server that takes what scripts send: smtp://HOST:PORT, smtps://HOST:PORT or "
         "unix:/PATH. Empty: nothing is sent, and scripts may not ask for it."),
    TEXT("submission.tls", submission_tls, "offered", true,
         "STARTTLS of smtp://: never; offered (whoever answers, but no password without a verified "
         "certificate); verified (else nothing is sent)."),
    TEXT("submission.ca_file", submission_ca_file, "", true,
         "PEM file of those who vouch for the mail server's certificate. Empty: whom the system "
         "trusts."),
    TEXT("submission.user", submission_user, "", true,
         "The user to log in as at the mail server. Empty: nobody."),
    TEXT("submission.password_file", submission_password_file, "", true,
         "File whose first line is that user's password; read at each login."),
    NUMBER("submission.timeout", submission_timeout, "300", 1, HOUR, true,
           "Seconds that the mail server has for a reply. Mail of a worker that was killed is sent "
           "by another after twice that time."),
    NUMBER("submission.retry", submission_retry, "60", 1, HOUR, true,
           "Seconds until mail that was refused for now is tried again; twice as long each time, "
           "up to an hour."),
    NUMBER("submission.lifetime", submission_lifetime, "432000", 1, 30 * DAY, true,
           "Seconds until mail that nobody takes is given up: what was redirected is filed then "
           "where it would be without the script."),
};

const size_t config_row_count = sizeof config_rows / sizeof config_rows[0];

const struct config_row *config_row_find(const char *key)
{
    for (size_t i = 0; i < config_row_count; i++)
        if (strcmp(config_rows[i].key, key) == 0)
            return &config_rows[i];
    return NULL;
}
