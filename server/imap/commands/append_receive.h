/*
 * Taking messages in, from the client's literals and from what URLs name: they go to the
 * database while they come (one that is small and alone, with its entry).
 */
#ifndef POSTROOM_IMAP_COMMANDS_APPEND_RECEIVE_H
#define POSTROOM_IMAP_COMMANDS_APPEND_RECEIVE_H

#include "../command.h"
#include "append_args.h"
#include "mail/writer.h"

/* Refuses a literal before it is sent when it can't be wanted. At a second attempt the
 * messages are there already. */
int append_receive(struct session *session, struct command *command,
                   struct append_messages *messages) MUST_CHECK;
/* The message as it comes into the grant's mailbox. */
int append_make_item(struct session *session, const struct grant *grant,
                     const struct append_message *message, struct append_item *out) MUST_CHECK;
/* What the writer has said. A mailbox that went while the literal came is looked up again, so that
 * the client hears TRYCREATE (RFC 3501 section 6.3.11). */
int append_outcome_of(struct command *command, int err) MUST_CHECK;
/* "[APPENDUID 1 2000]" (RFC 4315), for those who may read the mailbox */
void append_render_code(const struct append_outcome *outcome, struct buffer *out);

#endif
