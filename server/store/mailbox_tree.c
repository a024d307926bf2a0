/* Making, deleting and renaming mailboxes. */
#include "acl_statement.h"
#include "model/mailbox_name.h"
#include "names_above.h"
#include "special_uses.h"

static void add_creation(struct params *params, const struct mailbox_creation *creation)
{
    struct slice above[MAILBOX_LEVELS_MAX];
    size_t above_count = names_above(creation->name, above);
    params_init(params);
    params_int8(params, creation->owner_id);
    params_text(params, creation->name);
    params_text_or_null(params, creation->special_use);
    params_bool(params, creation->seen_per_user);
    params_int8(params, creation->parent_id);
    params_int8(params, creation->owner_rights_user);
    params_text(params, creation->actor);
    params_int8(params, (int64_t)creation->parent_rights_modseq);
    params_text_array(params, above, above_count);
    params_int8(params, creation->actor_id);
    params_text(params, creation->client);
}

enum { CREATION_ALLOWED, CREATION_ID, CREATION_UIDVALIDITY };

int mailbox_creation_read(const struct result *result, int64_t *id_out, uint32_t *uidvalidity_out)
{
    if (!result_bool(result, 0, CREATION_ALLOWED))
        return fail(ERR_STALE, "the mailbox above has changed");
    if (result_is_null(result, 0, CREATION_ID))
        return fail(ERR_EXISTS, "there is a mailbox of that name already");
    *id_out = result_int8(result, 0, CREATION_ID);
    *uidvalidity_out = (uint32_t)result_int8(result, 0, CREATION_UIDVALIDITY);
    return 0;
}

static int create_at_top(struct database *database, const struct mailbox_creation *creation,
                         int64_t *id_out, uint32_t *uidvalidity_out)
{
    struct params params;
    add_creation(&params, creation);
    struct result *result;
    int err = pool_ask(database, DURABLE, STATEMENT_MAILBOX_CREATE, &params, &result);
    if (err)
        return err;
    err = mailbox_creation_read(result, id_out, uidvalidity_out);
    result_free(&result);
    return err;
}

static int queue_lock(struct transaction *tx, int64_t mailbox_id)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, &mailbox_id, 1, sizeof mailbox_id);
    return transaction_ask(tx, STATEMENT_LOCK_MAILBOXES, &params, NULL);
}

int mailbox_creation_queue(struct transaction *tx, const struct mailbox_creation *creation,
                           size_t *index_out)
{
    struct params params;
    add_creation(&params, creation);
    return transaction_ask(tx, STATEMENT_MAILBOX_CREATE, &params, index_out);
}

int acl_identifiers_lock(struct transaction *tx, int64_t mailbox_id)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    return transaction_ask(tx, STATEMENT_ACL_LOCK_IDENTIFIERS, &params, NULL);
}

static int queue_creation(struct transaction *tx, const struct mailbox_creation *creation,
                          size_t *index_out)
{
    int err = creation->parent_id ? acl_identifiers_lock(tx, creation->parent_id) : 0;
    if (!err && creation->parent_id)
        err = queue_lock(tx, creation->parent_id);
    return err ? err : mailbox_creation_queue(tx, creation, index_out);
}

static int give_uses(struct transaction *tx, const struct mailbox_creation *creation,
                     int64_t mailbox_id)
{
    int err =
        special_uses_queue(tx, creation->actor_id, mailbox_id, creation->uses, creation->use_count);
    return err ? err : transaction_commit(tx);
}

static int create_in_transaction(struct database *database, const struct mailbox_creation *creation,
                                 int64_t *id_out, uint32_t *uidvalidity_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    size_t index;
    err = queue_creation(tx, creation, &index);
    if (!err)
        err = creation->use_count ? transaction_run(tx) : transaction_commit(tx);
    if (!err)
        err = mailbox_creation_read(transaction_result(tx, index), id_out, uidvalidity_out);
    if (!err && creation->use_count)
        err = give_uses(tx, creation, *id_out);
    transaction_end(&tx);
    return err;
}

int mailboxes_create(struct database *database, const struct mailbox_creation *creation,
                     int64_t *id_out, uint32_t *uidvalidity_out)
{
    bool alone = !creation->parent_id && !creation->use_count;
    return alone ? create_at_top(database, creation, id_out, uidvalidity_out)
                 : create_in_transaction(database, creation, id_out, uidvalidity_out);
}

static int queue_delete(struct transaction *tx, int64_t mailbox_id, int64_t actor_id,
                        struct slice actor, struct slice client, size_t *index_out)
{
    int err = queue_lock(tx, mailbox_id);
    if (err)
        return err;
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_text(&params, actor);
    params_text(&params, client);
    params_int8(&params, actor_id);
    return transaction_ask(tx, STATEMENT_MAILBOX_DELETE, &params, index_out);
}

static int read_deletion(const struct result *result, uint64_t *modseq_out)
{
    if (result_rows(result) == 0)
        return fail(ERR_NOT_FOUND, "there is no such mailbox");
    if (result_is_null(result, 0, 0))
        return fail(ERR_STALE, "the rights have changed");
    *modseq_out = (uint64_t)result_int8(result, 0, 0);
    return 0;
}

int mailboxes_delete(struct database *database, int64_t mailbox_id, int64_t actor_id,
                     struct slice actor, struct slice client, uint64_t *modseq_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    size_t index;
    err = queue_delete(tx, mailbox_id, actor_id, actor, client, &index);
    if (!err)
        err = transaction_commit(tx);
    if (!err)
        err = read_deletion(transaction_result(tx, index), modseq_out);
    transaction_end(&tx);
    return err;
}

static void add_place(struct params *params, const struct mailbox_place *place)
{
    params_int8(params, place->owner_id);
    params_text(params, place->name);
}

/* A new owner first: see group_lock_for_use in sql/queries/groups.sql. */
static int queue_rename_locks(struct transaction *tx, const struct mailbox_renaming *renaming)
{
    struct params params;
    int err = 0;
    if (renaming->to.owner_id != renaming->from.owner_id) {
        params_init(&params);
        params_int8(&params, renaming->to.owner_id);
        err = transaction_ask(tx, STATEMENT_USER_LOCK_FOR_USE, &params, NULL);
    }
    if (err)
        return err;
    params_init(&params);
    add_place(&params, &renaming->from);
    params_int8(&params, renaming->parent_id);
    return transaction_ask(tx, STATEMENT_TREE_LOCK, &params, NULL);
}

static int queue_lift(struct transaction *tx, const struct mailbox_renaming *renaming)
{
    struct slice above[MAILBOX_LEVELS_MAX];
    size_t above_count = names_above(renaming->to.name, above);
    struct params params;
    params_init(&params);
    add_place(&params, &renaming->from);
    params_int8(&params, renaming->mailbox_id);
    params_int8(&params, renaming->actor_id);
    params_int4(&params, (int32_t)renaming->needed);
    params_int4(&params, (int32_t)renaming->needed_tree);
    params_int8(&params, renaming->to.owner_id);
    params_text_array(&params, above, above_count);
    params_int8(&params, renaming->parent_id);
    return transaction_ask(tx, STATEMENT_TREE_LIFT, &params, NULL);
}

static int queue_rename(struct transaction *tx, const struct mailbox_renaming *renaming,
                        size_t *index_out)
{
    int err = queue_rename_locks(tx, renaming);
    if (!err)
        err = queue_lift(tx, renaming);
    if (err)
        return err;
    struct params params;
    params_init(&params);
    add_place(&params, &renaming->from);
    add_place(&params, &renaming->to);
    err = transaction_ask(tx, STATEMENT_SUBSCRIPTIONS_RENAME, &params, NULL);
    if (err)
        return err;
    params_init(&params);
    add_place(&params, &renaming->from);
    add_place(&params, &renaming->to);
    params_text(&params, renaming->actor);
    params_text(&params, renaming->client);
    return transaction_ask(tx, STATEMENT_TREE_RENAME, &params, index_out);
}

int mailboxes_rename(struct database *database, struct arena *arena,
                     const struct mailbox_renaming *renaming, struct mailbox_modseq **touched_out,
                     size_t *count_out)
{
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    size_t index;
    err = queue_rename(tx, renaming, &index);
    if (!err)
        err = transaction_commit(tx);
    if (err == -ERR_EXISTS)
        err = fail(ERR_EXISTS, "there is a mailbox of that name already");
    if (!err) {
        const struct result *result = transaction_result(tx, index);
        err = result_rows(result) ? touched_rows(result, arena, touched_out, count_out)
                                  : fail(ERR_STALE, "the mailbox or its rights have changed");
    }
    transaction_end(&tx);
    return err;
}
