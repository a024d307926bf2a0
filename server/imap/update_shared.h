/*
 * News that many sessions get alike: rendered once (update_cache.h), and told
 * to a session that idles without waking its fiber.
 */
#ifndef POSTROOM_IMAP_UPDATE_SHARED_H
#define POSTROOM_IMAP_UPDATE_SHARED_H

#include "update_cache.h"
#include "update_render.h"

/* The lines that lead the session from its picture to `to`; NULL when nobody
 * has rendered them. */
const struct update_text *update_shared_find(const struct session *session,
                                             const struct picture *to);
/* Whether these lines are right for this session: its \Recent messages may
 * make them different. */
bool update_shared_fits(const struct session *session, const struct update_text *text);
/* Keeps what was rendered whole for this session for others at its picture,
 * unless its \Recent messages are in it. */
void update_shared_keep(const struct session *session, const struct update *update);

/* Tells an idling session what has happened in its mailbox, from outside of
 * its fiber and without waiting. */
enum update_told {
    UPDATE_TOLD,         /* it is up to date; what its client did not take yet its fiber sends */
    UPDATE_NOT_RENDERED, /* first update_shared_render() must have been called */
    UPDATE_NEEDS_SESSION /* nothing was done: only its own fiber can */
};
enum update_told update_tell(struct session *session);
/* Renders the lines for sessions at this one's picture. Others may run
 * meanwhile: afterwards the session may be gone. */
int update_shared_render(const struct session *session) MUST_CHECK;

#endif
