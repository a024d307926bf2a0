/*
 * Eviction: the sessions of a user who was disabled or deleted end, wherever they are.
 * Most hear of it while they wait for input and say goodbye themselves. Those that
 * are inside a command then (a slow client takes a long FETCH, a literal does not come to
 * its end) are cut off.
 */
#ifndef POSTROOM_SESSION_EVICTION_H
#define POSTROOM_SESSION_EVICTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiber/wait.h"
#include "mail/mail.h"

/* One a service, in its server; the server outlives the evictions that run. */
struct evictor {
    struct mail *mail;
    void *arg;
    /* Whether a session of the user's has not yet had the time to look for itself. */
    bool (*has_sessions)(void *arg, int64_t user_id);
    /* Ends those. */
    void (*cut_off)(void *arg, int64_t user_id);
    struct wait_queue *ended; /* woken when an eviction is over */
    size_t running;
};

/* Something about the user has changed, and the sessions know. Never parks. */
void eviction_begin(struct evictor *evictor, int64_t user_id);

#endif
