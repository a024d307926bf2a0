/* Changing quota roots: lock whose journal tells of it, change, commit. */
#include "rows.h"
#include "store/quota_rows.h"

static void put_limits(struct params *params, const struct quota_amounts *limits)
{
    for (int i = 0; i < QUOTA_RESOURCES; i++) {
        if (limits->of[i] == QUOTA_UNLIMITED)
            params_null(params);
        else
            params_int8(params, (int64_t)limits->of[i]);
    }
}

static void put_author(struct params *params, const struct quota_author *author)
{
    params_text(params, author->actor);
    params_text(params, author->client);
}

static int queue_id(struct transaction *tx, enum statement statement, int64_t id)
{
    struct params params;
    params_init(&params);
    params_int8(&params, id);
    return transaction_ask(tx, statement, &params, NULL);
}

static int queue_name(struct transaction *tx, enum statement statement, struct slice name)
{
    struct params params;
    params_init(&params);
    params_text(&params, name);
    return transaction_ask(tx, statement, &params, NULL);
}

static int queue_lock(struct transaction *tx, struct slice name, bool only_tops)
{
    struct params params;
    params_init(&params);
    params_text(&params, name);
    params_bool(&params, only_tops);
    return transaction_ask(tx, STATEMENT_QUOTA_LOCK_ROOT, &params, NULL);
}

/* Ends the transaction: commits what was queued, unless that failed, and reads which
 * mailboxes the statement `index` has touched. No row: what it was to change is not there. */
static int finish(struct transaction *tx, int err, size_t index, const char *absent,
                  struct arena *arena, struct mailbox_modseq **touched_out, size_t *count_out)
{
    if (!err)
        err = transaction_commit(tx);
    if (!err) {
        const struct result *result = transaction_result(tx, index);
        err = result_rows(result) ? touched_rows(result, arena, touched_out, count_out)
                                  : fail(ERR_NOT_FOUND, "there is no such %s", absent);
    }
    transaction_end(&tx);
    return err;
}

int quota_rows_set_for_user(struct database *database, struct arena *arena, int64_t user_id,
                            const struct quota_amounts *limits, const struct quota_author *author,
                            struct mailbox_modseq **touched_out, size_t *count_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    err = queue_id(tx, STATEMENT_USER_LOCK, user_id);
    if (!err)
        err = queue_id(tx, STATEMENT_QUOTA_LOCK_USER_MAILBOXES, user_id);
    struct params params;
    params_init(&params);
    params_int8(&params, user_id);
    put_limits(&params, limits);
    put_author(&params, author);
    size_t index = 0;
    if (!err)
        err = transaction_queue(tx, STATEMENT_QUOTA_SET_FOR_USER, &params, &index);
    params_clear(&params);
    return finish(tx, err, index, "user", arena, touched_out, count_out);
}

int quota_rows_set(struct database *database, struct arena *arena, struct slice name,
                   const struct quota_amounts *limits, const struct quota_author *author,
                   struct mailbox_modseq **touched_out, size_t *count_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    err = queue_lock(tx, name, true);
    struct params params;
    params_init(&params);
    params_text(&params, name);
    put_limits(&params, limits);
    put_author(&params, author);
    params_int8(&params, author->user_id);
    size_t index = 0;
    if (!err)
        err = transaction_queue(tx, STATEMENT_QUOTA_SET, &params, &index);
    params_clear(&params);
    return finish(tx, err, index, "quota root", arena, touched_out, count_out);
}

int quota_rows_attach(struct database *database, struct arena *arena, int64_t mailbox_id,
                      struct slice mailbox, struct slice root, const struct quota_author *author,
                      struct mailbox_modseq **touched_out, size_t *count_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    err = queue_name(tx, STATEMENT_QUOTA_LOCK_TREE, mailbox);
    if (!err && root.len)
        err = queue_name(tx, STATEMENT_QUOTA_ADD, root);
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_text(&params, mailbox);
    params_text_or_null(&params, root);
    put_author(&params, author);
    size_t index = 0;
    if (!err)
        err = transaction_queue(tx, STATEMENT_QUOTA_ATTACH, &params, &index);
    params_clear(&params);
    return finish(tx, err, index, "mailbox", arena, touched_out, count_out);
}

int quota_rows_delete(struct database *database, struct arena *arena, struct slice name,
                      const struct quota_author *author, struct mailbox_modseq **touched_out,
                      size_t *count_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    err = queue_lock(tx, name, false);
    struct params params;
    params_init(&params);
    params_text(&params, name);
    put_author(&params, author);
    size_t index = 0;
    if (!err)
        err = transaction_queue(tx, STATEMENT_QUOTA_RELEASE, &params, &index);
    params_clear(&params);
    if (!err)
        err = queue_name(tx, STATEMENT_QUOTA_DELETE, name);
    return finish(tx, err, index, "quota root", arena, touched_out, count_out);
}
