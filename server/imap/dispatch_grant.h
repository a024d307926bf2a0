/*
 * Which rights a command holds. Only the dispatcher asks.
 */
#ifndef POSTROOM_IMAP_DISPATCH_GRANT_H
#define POSTROOM_IMAP_DISPATCH_GRANT_H

#include "command.h"

/* Fills command->grants with what the row declares, or says what is missing. */
int dispatch_check_rights(struct session *session, struct command *command) MUST_CHECK;
/* After a failure: the next command for these mailboxes asks anew. */
void dispatch_forget_grants(struct session *session, const struct command *command);

#endif
