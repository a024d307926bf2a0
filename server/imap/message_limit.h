/*
 * How many messages one command may work on (RFC 9738), where the configuration has such a
 * limit. Most commands then do the last ones, by UID, and say where they ended; what is all or
 * nothing (COPY, APPEND) is refused.
 */
#ifndef POSTROOM_IMAP_MESSAGE_LIMIT_H
#define POSTROOM_IMAP_MESSAGE_LIMIT_H

#include "command.h"
#include "model/uidset.h"

/* For all commands, 0: none; and for COPY and APPEND. */
uint32_t message_limit(const struct session *session);
uint32_t message_limit_of_saving(const struct session *session);

/* Of too many messages keeps the last ones. The end of the command tells that it did not do all. */
int message_limit_keep(const struct session *session, struct command *command,
                       struct uidset *uids) MUST_CHECK;
/* Refuses to save so many; NULL uids: one more than the limit. -ERR_LIMIT. */
int message_limit_refuse(struct command *command, uint32_t limit, const struct uidset *uids);

/* Before the tagged OK: says in it that not all was done, or before it when it has another
 * response code. */
int message_limit_tell(struct session *session, struct command *command) MUST_CHECK;

#endif
