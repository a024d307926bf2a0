/*
 * The roster of a service: all its sessions in this worker, whatever the protocol. It counts
 * them, tells them that the server stops or that something about their user has changed, and
 * waits for their end.
 *
 * The sessions of a user who was disabled or deleted end, wherever they are. Most hear of it
 * while they wait for input and say goodbye themselves. Those that are inside a command then
 * (a slow client takes a long FETCH, a literal does not come to its end) are cut off.
 */
#ifndef POSTROOM_SESSION_ROSTER_H
#define POSTROOM_SESSION_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "fiber/fiber.h"
#include "fiber/wait.h"
#include "mail/mail.h"
#include "net/stream.h"

/* Counts connections per user over all workers; by proc. Any may be NULL. */
struct roster_hooks {
    void *arg;
    bool (*enter_user)(void *arg, struct slice login); /* false: too many */
    void (*leave_user)(void *arg, struct slice login);
    void (*leave_address)(void *arg, const char *remote); /* a connection has ended */
};

/* One a service, in its server. */
struct roster {
    struct mail *mail;
    struct roster_hooks hooks;
    struct link seats;
    size_t count;            /* of the sessions */
    size_t errands;          /* fibers that serve no session */
    struct wait_queue ended; /* woken when the last session or an errand ends */
    uint64_t changes;        /* of users that were told of */
    bool stopping;
};

/* One a session, in it. What it points to is the session's, and lives as long. */
struct seat {
    struct link link;
    struct stream *stream;
    const char *remote;        /* the peer's address */
    const struct actor *actor; /* NULL: nobody logs in; user_id 0: nobody has */
    bool admitted;             /* counted as a connection of the actor's */
    bool check_user;           /* something about the user has changed: look */
    bool stopping;             /* the server wants the session to end */
    bool evicted;              /* and at once: the user may not be here */
};

void roster_init(struct roster *roster, struct mail *mail, const struct roster_hooks *hooks);
/* Runs main(session) in a fiber of its own; main, or who it calls, ends with roster_leave().
 * At a failure, which is logged, the seat is not taken. */
int roster_enter(struct roster *roster, struct seat *seat, const char *name,
                 void (*main)(void *session), void *session) MUST_CHECK;
void roster_leave(struct roster *roster, struct seat *seat);
/* There is no session for this connection: logs last_error() and closes fd. */
void roster_turn_away(struct roster *roster, int fd, const char *remote);

/* While a login looks its user up the seat is nobody's: when this says so afterwards, the user
 * may have changed meanwhile, and is to be looked at again. */
static inline bool roster_has_changed_since(const struct roster *roster, uint64_t changes)
{
    return roster->changes != changes;
}

/* Counts the connection as one more of the user's, until it is released; false: there are too
 * many. */
bool roster_admit(struct roster *roster, struct seat *seat, struct slice login);
void roster_release(struct roster *roster, struct seat *seat);

/* Something about the user (0: about any) may have changed: their sessions are interrupted,
 * with check_user set. Never parks. */
void roster_user_changed(struct roster *roster, int64_t user_id);

/* A fiber of the service that the end has to wait for. */
void roster_errand_begins(struct roster *roster);
void roster_errand_ends(struct roster *roster);

/* Interrupts all, with stopping set; parks until all have gone or timeout_ms is over, then
 * ends the rest hard. */
void roster_stop(struct roster *roster, uint32_t timeout_ms);

#endif
