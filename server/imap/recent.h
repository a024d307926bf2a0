/*
 * \Recent (RFC 3501 section 2.3.2): which messages of the selected mailbox
 * this session is the first to be told of.
 */
#ifndef POSTROOM_IMAP_RECENT_H
#define POSTROOM_IMAP_RECENT_H

#include "selected.h"

/* Takes what nobody has had as \Recent from the messages with UIDs of
 * from_uid and above in the picture; EXAMINE only looks. */
int recent_take(struct selected *selected, uint32_t from_uid) MUST_CHECK;
/* These are no longer in the mailbox, and don't count any more. */
int recent_forget(struct selected *selected, const struct uidset *expunged) MUST_CHECK;

#endif
