/*
 * What a mailbox wants done when messages come into it or flags change there (RFC 6785,
 * mail/filter_event.h). The command has succeeded by then: whatever goes wrong is a line in the
 * log, and it goes on when its client goes away. In mailboxes that want nothing these do nothing.
 */
#ifndef POSTROOM_IMAP_EVENTS_H
#define POSTROOM_IMAP_EVENTS_H

#include "command.h"
#include "mail/filter_event.h"

/* These have come, by APPEND, or by COPY or MOVE. grant: of where to. */
void events_saved(struct session *session, struct command *command, const struct grant *grant,
                  enum filter_cause cause, const struct uidset *uids);

/* Flags in the selected mailbox, as they are before a change: NULL where nobody wants to know. */
int events_before_flags(const struct session *session, struct picture **out) MUST_CHECK;
/* Takes that back. err: of the change, which without success is no event. */
void events_after_flags(struct session *session, struct command *command, const struct uidset *uids,
                        struct picture **before, int err);

#endif
