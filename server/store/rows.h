/*
 * What the typed functions have in common: a query whose parameters are given
 * back whatever comes of it, and shapes of rows that several of them read.
 */
#ifndef POSTROOM_STORE_ROWS_H
#define POSTROOM_STORE_ROWS_H

#include "query.h"
#include "store/mailboxes.h"
#include "store/users.h"

static inline int lane_ask(struct database *database, enum lane lane, enum statement statement,
                           struct params *params, struct result **out)
{
    int err = lane_query(database, lane, statement, params, out);
    params_clear(params);
    return err;
}

/* Statements that write, and large results: lanes are read-only. */
enum durability {
    DURABLE, /* flushed before it returns */
    RELAXED  /* committed asynchronously; reading, too, goes where content is written */
};

static inline int pool_ask(struct database *database, enum durability durability,
                           enum statement statement, struct params *params, struct result **out)
{
    int err = pool_query(database, durability == RELAXED, statement, params, out);
    params_clear(params);
    return err;
}

static inline int transaction_ask(struct transaction *tx, enum statement statement,
                                  struct params *params, size_t *index_out)
{
    int err = transaction_queue(tx, statement, params, index_out);
    params_clear(params);
    return err;
}

/* Copies the column to the arena; -ERR_NO_MEMORY. */
int row_text(const struct result *result, struct arena *arena, size_t row, int column,
             struct slice *out) MUST_CHECK;

/* A row that begins with the columns of the view live_mailboxes and of effective_rights();
 * others may follow. */
enum { MAILBOX_COLUMNS = 16 };
int mailbox_row_read(const struct result *result, struct arena *arena, size_t row,
                     struct mailbox_row *out) MUST_CHECK;

/* All rows of the result, which is freed in any case. */
int user_rows(struct result *result, struct arena *arena, struct user_row **rows_out,
              size_t *count_out) MUST_CHECK;
int mailbox_rows(struct result *result, struct arena *arena, struct mailbox_row **rows_out,
                 size_t *count_out) MUST_CHECK;
/* Exactly one; otherwise -ERR_NOT_FOUND. */
int user_only_row(struct result *result, struct arena *arena, struct user_row *out) MUST_CHECK;
int mailbox_only_row(struct result *result, struct arena *arena,
                     struct mailbox_row *out) MUST_CHECK;
/* Mailboxes and their new modseq; rows without a mailbox are left out. The
 * result stays the caller's. */
int touched_rows(const struct result *result, struct arena *arena, struct mailbox_modseq **rows_out,
                 size_t *count_out) MUST_CHECK;

#endif
