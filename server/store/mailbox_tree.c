/* Making, deleting and renaming mailboxes. */
#include "rows.h"
#include "store/mailboxes.h"

int mailboxes_create(struct database *database, const struct mailbox_creation *creation,
                     int64_t *id_out, uint32_t *uidvalidity_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, creation->owner_id);
    params_text(&params, creation->name);
    params_text_or_null(&params, creation->special_use);
    params_bool(&params, creation->seen_per_user);
    params_int8(&params, creation->acl_from);
    params_int8(&params, creation->owner_rights_user);
    params_text(&params, creation->actor);
    struct result *result;
    int err = pool_ask(database, DURABLE, STATEMENT_MAILBOX_CREATE, &params, &result);
    if (err)
        return err;
    if (result_rows(result) == 0) {
        err = fail(ERR_EXISTS, "there is a mailbox of that name already");
    } else {
        *id_out = result_int8(result, 0, 0);
        *uidvalidity_out = (uint32_t)result_int8(result, 0, 1);
    }
    result_free(&result);
    return err;
}

static int queue_delete(struct transaction *tx, int64_t mailbox_id, struct slice actor,
                        struct slice client, size_t *index_out)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, &mailbox_id, 1, sizeof mailbox_id);
    int err = transaction_ask(tx, STATEMENT_LOCK_MAILBOXES, &params, NULL);
    if (err)
        return err;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_text(&params, actor);
    params_text(&params, client);
    return transaction_ask(tx, STATEMENT_MAILBOX_DELETE, &params, index_out);
}

int mailboxes_delete(struct database *database, int64_t mailbox_id, struct slice actor,
                     struct slice client, uint64_t *modseq_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    size_t index;
    err = queue_delete(tx, mailbox_id, actor, client, &index);
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

/* A place in the namespace: owner and path. */
struct place {
    int64_t owner_id;
    struct slice name;
};

static int queue_rename(struct transaction *tx, struct place from, struct place to,
                        struct slice actor, struct slice client, size_t *index_out)
{
    static const enum statement preparations[] = {STATEMENT_TREE_LOCK, STATEMENT_TREE_LIFT};
    struct params params;
    for (size_t i = 0; i < sizeof preparations / sizeof preparations[0]; i++) {
        params_init(&params);
        params_int8(&params, from.owner_id);
        params_text(&params, from.name);
        int err = transaction_ask(tx, preparations[i], &params, NULL);
        if (err)
            return err;
    }
    params_init(&params);
    params_int8(&params, from.owner_id);
    params_text(&params, from.name);
    params_int8(&params, to.owner_id);
    params_text(&params, to.name);
    params_text(&params, actor);
    params_text(&params, client);
    return transaction_ask(tx, STATEMENT_TREE_RENAME, &params, index_out);
}

int mailboxes_rename(struct database *database, struct arena *arena, int64_t owner_id,
                     struct slice name, int64_t new_owner_id, struct slice new_name,
                     struct slice actor, struct slice client, struct mailbox_modseq **touched_out,
                     size_t *count_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    size_t index;
    err = queue_rename(tx, (struct place){owner_id, name}, (struct place){new_owner_id, new_name},
                       actor, client, &index);
    if (!err)
        err = transaction_commit(tx);
    if (err == -ERR_EXISTS)
        err = fail(ERR_EXISTS, "there is a mailbox of that name already");
    if (!err) {
        const struct result *result = transaction_result(tx, index);
        err = result_rows(result) ? touched_rows(result, arena, touched_out, count_out)
                                  : fail(ERR_NOT_FOUND, "there is no such mailbox");
    }
    transaction_end(&tx);
    return err;
}
