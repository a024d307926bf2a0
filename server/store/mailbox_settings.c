#include "store/mailbox_settings.h"

#include "rows.h"

static int queue_lock(struct transaction *tx, int64_t mailbox_id)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, &mailbox_id, 1, sizeof mailbox_id);
    return transaction_ask(tx, STATEMENT_LOCK_MAILBOXES, &params, NULL);
}

/* `params` begin with the mailbox; they are given back. */
static int change(struct database *database, int64_t mailbox_id, enum statement statement,
                  struct params *params, uint64_t *modseq_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err) {
        params_clear(params);
        return err;
    }
    size_t index;
    err = queue_lock(tx, mailbox_id);
    if (!err)
        err = transaction_queue(tx, statement, params, &index);
    params_clear(params);
    if (!err)
        err = transaction_commit(tx);
    if (!err) {
        const struct result *result = transaction_result(tx, index);
        if (result_rows(result))
            *modseq_out = (uint64_t)result_int8(result, 0, 0);
        else
            err = fail(ERR_NOT_FOUND, "there is no such mailbox");
    }
    transaction_end(&tx);
    return err;
}

static void add_common(struct params *params, int64_t mailbox_id, struct slice actor,
                       struct slice client)
{
    params_init(params);
    params_int8(params, mailbox_id);
    params_text(params, actor);
    params_text(params, client);
}

int mailboxes_set_seen_per_user(struct database *database, int64_t mailbox_id, bool per_user,
                                struct slice actor, struct slice client, uint64_t *modseq_out)
{
    struct params params;
    add_common(&params, mailbox_id, actor, client);
    return change(database, mailbox_id,
                  per_user ? STATEMENT_SEEN_MAKE_PER_USER : STATEMENT_SEEN_MAKE_SHARED, &params,
                  modseq_out);
}

int mailboxes_set_special_use(struct database *database, int64_t mailbox_id,
                              struct slice special_use, struct slice actor, struct slice client,
                              uint64_t *modseq_out)
{
    struct params params;
    add_common(&params, mailbox_id, actor, client);
    params_text_or_null(&params, special_use);
    return change(database, mailbox_id, STATEMENT_SPECIAL_USE_SET, &params, modseq_out);
}
