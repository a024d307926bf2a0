/*
 * An IMAP session: one connection, one fiber, from greeting to close.
 *
 * The session owns its stream, its command reader and what it has selected.
 * Others (hub, server) never hold a pointer to it across a park: they reach
 * it through the server's roster, or through a watcher that it removes itself.
 */
#ifndef POSTROOM_IMAP_SESSION_H
#define POSTROOM_IMAP_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "imap/server.h"
#include "mail/mail.h"
#include "net/stream.h"
#include "proto/command_reader.h"

/* RFC 3501 section 3. As bits, so that a command can name several. */
enum session_state {
    STATE_NOT_AUTHENTICATED = 1, /* actor.user_id is 0 */
    STATE_AUTHENTICATED = 2,     /* actor is set, selected is NULL */
    STATE_SELECTED = 4,          /* selected is set */
    STATE_LOGOUT = 8             /* ends after this command */
};
enum { STATE_ANY = 15, STATE_LOGGED_IN = STATE_AUTHENTICATED | STATE_SELECTED };

/* Extensions the client has switched on (RFC 5161). */
enum {
    ENABLED_CONDSTORE = 1, /* RFC 7162: untagged FETCH has MODSEQ */
    ENABLED_QRESYNC = 2,   /* VANISHED in place of EXPUNGE; comes with the other */
    ENABLED_UTF8 = 4,      /* RFC 9755: names and quoted strings are UTF-8 both ways */
    ENABLED_UIDONLY = 8,   /* RFC 9586: no message numbers, UIDFETCH in place of FETCH */
    ENABLED_REV2 = 16,     /* RFC 9051: UTF-8, ESEARCH, no \Recent */
    ENABLED_SHAPES_NEWS = ENABLED_CONDSTORE | ENABLED_QRESYNC | ENABLED_UIDONLY
};

struct selected;
struct notify;

struct session {
    struct imap_server *server;
    struct mail *mail;
    struct seat seat; /* in the server's roster */
    struct stream *stream;
    struct command_reader reader;
    struct arena arena; /* lives as long as the session: login name */
    char id[24];        /* "2-1f": worker and number */
    char remote[64];    /* the peer's address */
    enum session_state state;
    unsigned enabled; /* ENABLED_ bits */
    struct actor actor;
    struct selected *selected;
    struct notify *notify; /* notify.h; NULL: NOTIFY was never used */
    uint32_t failed_logins;
    uint32_t bad_commands;
    int64_t login_deadline; /* clock_monotonic_ms */
    bool implicit_tls;
    bool client_is_known; /* ID has been logged; anew for each user */
    bool idling;          /* in IDLE: news may interrupt the wait for input */
};

/* Runs the whole session; the fiber's main. Frees everything. */
void session_main(void *session);

void session_enter_state(struct session *session, enum session_state state);
/* After a proof of identity: checks the account, counts the connection,
 * makes INBOX, enters STATE_AUTHENTICATED. `mechanism` is for the log. */
int session_log_in(struct session *session, struct slice login, const char *mechanism) MUST_CHECK;
/* Back to STATE_NOT_AUTHENTICATED (RFC 8437): nothing of the user is left but the log. */
void session_log_out(struct session *session);
/* Whether passwords may be sent on this connection as it is now. */
bool session_may_send_password(const struct session *session);
bool session_can_start_tls(const struct session *session);
/* Whether the client has switched on UTF-8 in names and quoted strings. */
bool session_uses_utf8(const struct session *session);

/* Ends the session with "* BYE text". */
void session_bye(struct session *session, const char *text);

/* One log line with the session's id, user, remote address; and last_error() when err is
 * not 0. `what` names the command or step. */
void session_log(const struct session *session, int level, const char *event, const char *what,
                 int err);

#endif
