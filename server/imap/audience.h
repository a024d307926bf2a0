/*
 * Audiences: the sessions of this worker that idle in the same mailbox. When
 * its view moves on, one fiber tells them one after the other, writing the
 * lines they share straight to their sockets; a session's own fiber is woken
 * only for what needs it (update_shared.h). It lets everybody else run every
 * few milliseconds, and first of all whoever made the news.
 *
 * An audience exists as long as it has members, or its fiber runs.
 */
#ifndef POSTROOM_IMAP_AUDIENCE_H
#define POSTROOM_IMAP_AUDIENCE_H

#include "base/error.h"
#include "base/list.h"

struct audience;
struct session;

/* A session's place in one; all zero: in none. */
struct audience_place {
    struct link link;
    struct audience *audience;
};

/* From now on the session, which has selected a mailbox, is told what happens
 * there; what has happened so far is for the caller to say. */
int audience_join(struct session *session) MUST_CHECK;
void audience_leave(struct audience_place *place);

#endif
