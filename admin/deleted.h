/*
 * Deleted mailboxes on the command line.
 */
#ifndef POSTROOM_ADMIN_DELETED_H
#define POSTROOM_ADMIN_DELETED_H

#include "admin.h"
#include "mail/undelete.h"

/* The deleted mailbox that argument i names: the one of the option --id, or the only one
 * there is. -ERR_NOT_FOUND; -ERR_INVALID says which there are. */
int admin_deleted_mailbox(struct admin *admin, int i, struct deleted_mailbox_row *out) MUST_CHECK;

#endif
