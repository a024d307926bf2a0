#include "store/acl_batch.h"

#include <stdlib.h>

#include "acl_statement.h"

struct queued_change {
    int64_t mailbox_id; /* 0: of a group's members, the result says which mailboxes */
    size_t index;       /* of its result */
};

struct acl_batch {
    struct transaction *tx;
    struct slice actor, client;
    struct queued_change *changes;
    size_t count;
    size_t size;
};

int acl_batch_begin(struct database *database, struct slice actor, struct slice client,
                    struct acl_batch **out)
{
    struct acl_batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        return fail(ERR_NO_MEMORY, "no memory for a batch of changes");
    batch->actor = actor;
    batch->client = client;
    int err = transaction_begin(database, &batch->tx);
    if (err) {
        free(batch);
        return err;
    }
    *out = batch;
    return 0;
}

void acl_batch_end(struct acl_batch **batch)
{
    if (!*batch)
        return;
    transaction_end(&(*batch)->tx);
    free((*batch)->changes);
    free(*batch);
    *batch = NULL;
}

/* Queues the last statement of a round trip, and waits for all of it. */
static int run(struct acl_batch *batch, enum statement statement, struct params *params,
               const struct result **out)
{
    size_t index;
    int err = transaction_ask(batch->tx, statement, params, &index);
    if (!err)
        err = transaction_run(batch->tx);
    if (!err)
        *out = transaction_result(batch->tx, index);
    return err;
}

/* Names ------------------------------------------------------------------------------ */

static int read_names(const struct result *result, struct arena *arena,
                      struct batch_name **rows_out, size_t *count_out)
{
    size_t count = result_rows(result);
    struct batch_name *rows = ARENA_ARRAY(arena, count, struct batch_name);
    int err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++) {
        rows[i].id = result_int8(result, i, 0);
        err = row_text(result, arena, i, 1, &rows[i].name);
    }
    if (err)
        return err;
    *rows_out = rows;
    *count_out = count;
    return 0;
}

static int lock_names(struct acl_batch *batch, enum statement statement, const struct slice *names,
                      size_t count, struct arena *arena, struct batch_name **rows_out,
                      size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_text_array(&params, names, count);
    const struct result *result;
    int err = run(batch, statement, &params, &result);
    return err ? err : read_names(result, arena, rows_out, count_out);
}

int acl_batch_lock_users(struct acl_batch *batch, const struct slice *logins, size_t count,
                         struct arena *arena, struct batch_name **rows_out, size_t *count_out)
{
    return lock_names(batch, STATEMENT_BATCH_LOCK_USERS, logins, count, arena, rows_out, count_out);
}

int acl_batch_lock_groups(struct acl_batch *batch, const struct slice *names, size_t count,
                          struct arena *arena, struct batch_name **rows_out, size_t *count_out)
{
    return lock_names(batch, STATEMENT_BATCH_LOCK_GROUPS_FOR_USE, names, count, arena, rows_out,
                      count_out);
}

static bool has_id(const struct result *result, int64_t id)
{
    for (size_t i = 0; i < result_rows(result); i++)
        if (result_int8(result, i, 0) == id)
            return true;
    return false;
}

int acl_batch_make_groups(struct acl_batch *batch, const struct slice *names, size_t count,
                          struct arena *arena, struct batch_name **rows_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_text_array(&params, names, count);
    size_t made;
    int err = transaction_ask(batch->tx, STATEMENT_BATCH_MAKE_GROUPS, &params, &made);
    if (!err)
        err = lock_names(batch, STATEMENT_BATCH_LOCK_GROUPS, names, count, arena, rows_out,
                         count_out);
    for (size_t i = 0; !err && i < *count_out; i++)
        (*rows_out)[i].made = has_id(transaction_result(batch->tx, made), (*rows_out)[i].id);
    return err;
}

/* Mailboxes -------------------------------------------------------------------------- */

static void add_ids(struct params *params, const int64_t *ids, size_t count)
{
    params_int8_array(params, ids, count, sizeof *ids);
}

int acl_batch_lock_heirs(struct acl_batch *batch, int64_t parent_id)
{
    return acl_identifiers_lock(batch->tx, parent_id);
}

int acl_batch_lock_mailboxes(struct acl_batch *batch, const int64_t *mailbox_ids, size_t count,
                             const int64_t *group_ids, size_t group_count)
{
    struct params params;
    params_init(&params);
    add_ids(&params, mailbox_ids, count);
    add_ids(&params, group_ids, group_count);
    const struct result *result;
    return run(batch, STATEMENT_BATCH_LOCK_MAILBOXES, &params, &result);
}

int acl_batch_create_mailbox(struct acl_batch *batch, const struct mailbox_creation *creation,
                             int64_t *id_out)
{
    size_t index;
    uint32_t uidvalidity;
    int err = mailbox_creation_queue(batch->tx, creation, &index);
    if (!err)
        err = transaction_run(batch->tx);
    if (!err)
        err = mailbox_creation_read(transaction_result(batch->tx, index), id_out, &uidvalidity);
    return err;
}

/* What there is ---------------------------------------------------------------------- */

int acl_batch_rows(struct acl_batch *batch, const int64_t *mailbox_ids, size_t count,
                   struct arena *arena, struct batch_row **rows_out, size_t *count_out)
{
    enum { BATCH_ACL_MAILBOX_ID = 10 };
    struct params params;
    params_init(&params);
    add_ids(&params, mailbox_ids, count);
    const struct result *result;
    int err = run(batch, STATEMENT_BATCH_ACL, &params, &result);
    if (err)
        return err;
    size_t row_count = result_rows(result);
    struct batch_row *rows = ARENA_ARRAY(arena, row_count, struct batch_row);
    err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < row_count && !err; i++) {
        rows[i].mailbox_id = result_int8(result, i, BATCH_ACL_MAILBOX_ID);
        err = acl_row_read(result, arena, i, &rows[i].row);
    }
    if (err)
        return err;
    *rows_out = rows;
    *count_out = row_count;
    return 0;
}

int acl_batch_members(struct acl_batch *batch, const int64_t *group_ids, size_t count,
                      struct arena *arena, struct batch_member **rows_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    add_ids(&params, group_ids, count);
    const struct result *result;
    int err = run(batch, STATEMENT_BATCH_MEMBERS, &params, &result);
    if (err)
        return err;
    size_t row_count = result_rows(result);
    struct batch_member *rows = ARENA_ARRAY(arena, row_count, struct batch_member);
    err = rows ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < row_count && !err; i++) {
        rows[i].group_id = result_int8(result, i, 0);
        rows[i].user_id = result_int8(result, i, 1);
        err = row_text(result, arena, i, 2, &rows[i].login);
    }
    if (err)
        return err;
    *rows_out = rows;
    *count_out = row_count;
    return 0;
}

int acl_batch_administered(struct acl_batch *batch, const int64_t *mailbox_ids, size_t count,
                           bool *out)
{
    size_t first = 0, index;
    int err = 0;
    for (size_t i = 0; i < count && !err; i++) {
        err = acl_is_administered_queue(batch->tx, mailbox_ids[i], &index);
        first = i ? first : index;
    }
    if (!err)
        err = transaction_run(batch->tx);
    for (size_t i = 0; i < count && !err; i++)
        out[i] = result_bool(transaction_result(batch->tx, first + i), 0, 0);
    return err;
}

/* Changing --------------------------------------------------------------------------- */

static int remember(struct acl_batch *batch, int64_t mailbox_id, size_t index)
{
    if (batch->count == batch->size) {
        size_t size = batch->size ? batch->size * 2 : 64;
        struct queued_change *changes = realloc(batch->changes, size * sizeof *changes);
        if (!changes)
            return fail(ERR_NO_MEMORY, "no memory for a batch of changes");
        batch->changes = changes;
        batch->size = size;
    }
    batch->changes[batch->count++] = (struct queued_change){mailbox_id, index};
    return 0;
}

int acl_batch_change(struct acl_batch *batch, const struct acl_change *change)
{
    struct acl_change own = *change;
    own.actor = batch->actor;
    own.client = batch->client;
    size_t index;
    int err = acl_change_queue(batch->tx, &own, &index);
    return err ? err : remember(batch, change->mailbox_id, index);
}

int acl_batch_change_member(struct acl_batch *batch, int64_t group_id, int64_t user_id, bool add)
{
    struct params params;
    params_init(&params);
    params_int8(&params, group_id);
    params_int8(&params, user_id);
    params_text(&params, batch->actor);
    size_t index;
    int err =
        transaction_ask(batch->tx, add ? STATEMENT_GROUP_ADD_MEMBER : STATEMENT_GROUP_REMOVE_MEMBER,
                        &params, &index);
    return err ? err : remember(batch, 0, index);
}

/* Ending ----------------------------------------------------------------------------- */

static int compare_touched(const void *left, const void *right)
{
    const struct mailbox_modseq *a = left, *b = right;
    if (a->mailbox_id != b->mailbox_id)
        return a->mailbox_id < b->mailbox_id ? -1 : 1;
    return (a->modseq > b->modseq) - (a->modseq < b->modseq);
}

/* Each mailbox with its last modseq. */
static size_t only_last(struct mailbox_modseq *touched, size_t count)
{
    size_t kept = 0;
    qsort(touched, count, sizeof *touched, compare_touched);
    for (size_t i = 0; i < count; i++) {
        bool last = i + 1 == count || touched[i + 1].mailbox_id != touched[i].mailbox_id;
        if (last)
            touched[kept++] = touched[i];
    }
    return kept;
}

/* At most: one for each row, and one for a change of which there is none. */
static size_t count_touched(const struct acl_batch *batch)
{
    size_t count = batch->count;
    for (size_t i = 0; i < batch->count; i++)
        count += result_rows(transaction_result(batch->tx, batch->changes[i].index));
    return count;
}

/* What one change has touched; what could not be done ends the batch. */
static int add_touched(const struct acl_batch *batch, const struct queued_change *change,
                       struct arena *arena, struct mailbox_modseq *touched, size_t *count)
{
    const struct result *result = transaction_result(batch->tx, change->index);
    if (change->mailbox_id) {
        touched[*count].mailbox_id = change->mailbox_id;
        int err = acl_change_read(result, &touched[*count].modseq);
        *count += !err;
        return err;
    }
    if (result_rows(result) == 0)
        return fail(ERR_STALE, "the members of a group have changed");
    struct mailbox_modseq *rows;
    size_t row_count;
    int err = touched_rows(result, arena, &rows, &row_count);
    for (size_t i = 0; i < row_count && !err; i++)
        touched[(*count)++] = rows[i];
    return err;
}

int acl_batch_commit(struct acl_batch *batch, struct arena *arena,
                     struct mailbox_modseq **touched_out, size_t *count_out)
{
    int err = transaction_run(batch->tx);
    if (err)
        return err;
    struct mailbox_modseq *touched =
        ARENA_ARRAY(arena, count_touched(batch), struct mailbox_modseq);
    if (!touched)
        return -ERR_NO_MEMORY;
    size_t count = 0;
    for (size_t i = 0; i < batch->count && !err; i++)
        err = add_touched(batch, &batch->changes[i], arena, touched, &count);
    if (!err)
        err = transaction_commit(batch->tx);
    if (err)
        return err;
    *touched_out = touched;
    *count_out = only_last(touched, count);
    return 0;
}
