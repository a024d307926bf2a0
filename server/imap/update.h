/*
 * Untagged news of the selected mailbox: from the picture a client knows to a
 * younger one, as EXPUNGE, EXISTS, RECENT, FLAGS and FETCH lines (RFC 3501
 * section 7.3 and 7.4).
 */
#ifndef POSTROOM_IMAP_UPDATE_H
#define POSTROOM_IMAP_UPDATE_H

#include "selected.h"

/* Moves the session's picture to `now` (with what it may not lose yet kept,
 * when EXPUNGE may not be said) and says the difference. The lines that are the same
 * for many sessions are rendered once (update_cache.h). */
int update_send(struct session *session, struct picture *now, bool may_expunge,
                const struct selected_store *store) MUST_CHECK;

#endif
