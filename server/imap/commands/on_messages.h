/*
 * What FETCH, STORE, COPY and MOVE have in common: a set of messages to work on.
 */
#ifndef POSTROOM_IMAP_COMMANDS_ON_MESSAGES_H
#define POSTROOM_IMAP_COMMANDS_ON_MESSAGES_H

#include "../command.h"
#include "model/uidset.h"

/* Whether the set names a single one, by number or "*". */
bool on_one_message(const struct sequence_set *sequence);

/* Calls run() with the UIDs that the set means in what the client knows; not
 * at all when that is none (RFC 3501 section 6.4.8: no error). */
int on_messages(struct session *session, struct command *command,
                const struct sequence_set *sequence,
                int (*run)(struct session *session, struct command *command,
                           const struct uidset *uids)) MUST_CHECK;

/* Likewise with the last of them, when these are more than one command may work on (RFC 9738). */
int on_last_messages(struct session *session, struct command *command,
                     const struct sequence_set *sequence,
                     int (*run)(struct session *session, struct command *command,
                                const struct uidset *uids)) MUST_CHECK;

#endif
