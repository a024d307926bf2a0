/*
 * Inside the store: statements about rights and new mailboxes, for whoever runs them
 * in a transaction of their own.
 */
#ifndef POSTROOM_STORE_ACL_STATEMENT_H
#define POSTROOM_STORE_ACL_STATEMENT_H

#include "rows.h"
#include "store/acl_rows.h"
#include "store/mailboxes.h"

/* A row whose first columns are those of acl_list. */
int acl_row_read(const struct result *result, struct arena *arena, size_t row,
                 struct acl_row *out) MUST_CHECK;

int acl_change_queue(struct transaction *tx, const struct acl_change *change,
                     size_t *index_out) MUST_CHECK;
int acl_change_read(const struct result *result, uint64_t *modseq_out) MUST_CHECK;
/* One row, one boolean. */
int acl_is_administered_queue(struct transaction *tx, int64_t mailbox_id,
                              size_t *index_out) MUST_CHECK;

/* Whoever has rights on a mailbox whose rows are going to be copied: before any mailbox is
 * locked. */
int acl_identifiers_lock(struct transaction *tx, int64_t mailbox_id) MUST_CHECK;
/* Without any lock. */
int mailbox_creation_queue(struct transaction *tx, const struct mailbox_creation *creation,
                           size_t *index_out) MUST_CHECK;
int mailbox_creation_read(const struct result *result, int64_t *id_out,
                          uint32_t *uidvalidity_out) MUST_CHECK;

#endif
