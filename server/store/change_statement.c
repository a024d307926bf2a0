#include "change_statement.h"

#include "entry_rows.h"
#include "rows.h"

static bool has_uids(const struct change *change)
{
    return change->kind != CHANGE_APPEND || change->source_id;
}

bool change_takes_from_source(const struct change *change)
{
    return change->kind == CHANGE_MOVE || change->kind == CHANGE_REPLACE ||
           change->kind == CHANGE_RESTORE;
}

static bool is_one_for_one(const struct change *change)
{
    return change->item_count == 1 && uidset_size(change->uids) == 1;
}

int change_check(const struct change *change)
{
    if (has_uids(change) && !change->uids)
        return fail(ERR_INTERNAL, "a change of messages without their UIDs");
    if (change->kind == CHANGE_SEEN && change->user_id == 0)
        return fail(ERR_INTERNAL, "a change of nobody's \\Seen");
    if (change->kind == CHANGE_REPLACE && !is_one_for_one(change))
        return fail(ERR_INTERNAL, "not one message in place of one other");
    bool by_uid = change->kind == CHANGE_MOVE || (change->kind == CHANGE_RESTORE && change->items);
    if (by_uid && change->item_count != uidset_size(change->uids))
        return fail(ERR_INTERNAL, "%zu messages with the flags of others", change->item_count);
    if (change->unchanged_since && change->kind != CHANGE_FLAGS && change->kind != CHANGE_SEEN)
        return fail(ERR_INTERNAL, "a condition on what is no change of flags");
    return 0;
}

static void add_append(struct params *params, const struct change *change)
{
    static const struct append_item none;
    const struct append_item *items = change->item_count ? change->items : &none;
    size_t count = change->item_count;
    params_int8(params, change->user_id);
    params_int8_array(params, &items->message_id, count, sizeof *items);
    params_int8_array(params, &items->size, count, sizeof *items);
    params_int8_array(params, &items->flags, count, sizeof *items);
    params_timestamp_array(params, &items->internal_date, count, sizeof *items);
    params_int8_array(params, &items->seal, count, sizeof *items);
    if (change->source_id) {
        params_int8(params, change->source_id);
        params_multirange(params, change->uids);
    } else {
        params_null(params);
        params_null(params);
    }
}

flag_mask change_shared_flags(const struct change *change, flag_mask flags)
{
    return change->seen_per_user ? flags & ~FLAG_SEEN : flags;
}

static void add_known(struct params *params, const struct change *change)
{
    static const struct uidset none;
    params_int8(params, (int64_t)change->known_modseq);
    params_multirange(params, change->known_modseq ? change->known_uids : &none);
}

static void add_flags(struct params *params, const struct change *change)
{
    params_multirange(params, change->uids);
    params_int8(params, (int64_t)change_shared_flags(change, change->flags_cleared));
    params_int8(params, (int64_t)change_shared_flags(change, change->flags_set));
    add_known(params, change);
    params_int8(params, change->deleted_added);
    params_int8(params, change->seen_added);
    params_bool(params, change->known_in_a_row);
}

static void add_seen(struct params *params, const struct change *change)
{
    params_multirange(params, change->uids);
    params_int8(params, change->user_id);
    params_bool(params, change->flags_set & FLAG_SEEN);
    add_known(params, change);
}

static void add_expunge(struct params *params, const struct change *change)
{
    params_multirange(params, change->uids);
    params_bool(params, change->only_deleted);
}

/* Each UID by itself, to go with the flags of its item. */
static int64_t *each_uid(struct arena *arena, const struct uidset *uids)
{
    int64_t *each = ARENA_ARRAY(arena, uidset_size(uids), int64_t);
    if (!each)
        return NULL;
    size_t count = 0;
    for (size_t i = 0; i < uids->count; i++)
        for (uint64_t uid = uids->ranges[i].first; uid <= uids->ranges[i].last; uid++)
            each[count++] = (int64_t)uid;
    return each;
}

static void add_move(struct params *params, const struct change *change)
{
    int64_t *uids = each_uid(&params->arena, change->uids);
    if (!uids) {
        params->failed = -ERR_NO_MEMORY;
        return;
    }
    static const struct append_item none;
    const struct append_item *items = change->item_count ? change->items : &none;
    params_int8(params, change->user_id);
    params_int8(params, change->source_id);
    params_int8(params, (int64_t)change->source_rights_modseq);
    params_int8_array(params, uids, change->item_count, sizeof *uids);
    params_int8_array(params, &items->flags, change->item_count, sizeof *items);
}

static void add_restore(struct params *params, const struct change *change)
{
    size_t count = uidset_size(change->uids);
    int64_t *uids = each_uid(&params->arena, change->uids);
    int64_t *flags = ARENA_ARRAY(&params->arena, count, int64_t);
    if (!uids || !flags) {
        params->failed = -ERR_NO_MEMORY;
        return;
    }
    for (size_t i = 0; i < count; i++)
        flags[i] = change->items ? (int64_t)change->items[i].flags : PARAMS_ABSENT;
    params_int8(params, change->user_id);
    params_int8(params, change->source_id);
    params_int8(params, (int64_t)change->source_rights_modseq);
    params_int8_array(params, uids, count, sizeof *uids);
    params_int8_or_null_array(params, flags, count);
    params_int8(params, (int64_t)change->restorable);
    params_bool(params, change->uids_are_deleted);
}

static void add_replace(struct params *params, const struct change *change)
{
    const struct append_item *item = change->items;
    params_int8(params, change->user_id);
    params_int8(params, change->source_id);
    params_int8(params, (int64_t)change->source_rights_modseq);
    params_int8(params, change->uids->ranges[0].first);
    params_int8(params, item->message_id);
    params_int8(params, (int64_t)item->size);
    params_int8(params, (int64_t)item->flags);
    params_timestamp(params, item->internal_date);
    params_int8(params, (int64_t)item->seal);
}

static void add_flags_unchanged(struct params *params, const struct change *change)
{
    params_multirange(params, change->uids);
    params_int8(params, (int64_t)change_shared_flags(change, change->flags_cleared));
    params_int8(params, (int64_t)change_shared_flags(change, change->flags_set));
    params_int8(params, (int64_t)change->unchanged_since);
    params_int8(params, (int64_t)change->unchanged_flags);
    params_int8(params, change->user_id);
    params_bool(params, change->is_second_half);
}

static void add_seen_unchanged(struct params *params, const struct change *change)
{
    params_multirange(params, change->uids);
    params_int8(params, change->user_id);
    params_bool(params, change->flags_set & FLAG_SEEN);
    params_int8(params, (int64_t)change->unchanged_since);
    params_int8(params, (int64_t)change->unchanged_flags);
    params_bool(params, change->is_second_half);
}

struct kind {
    enum statement statement;
    void (*add)(struct params *params, const struct change *change);
};

static const struct kind kinds[] = {
    [CHANGE_APPEND] = {STATEMENT_CHANGE_APPEND, add_append},
    [CHANGE_FLAGS] = {STATEMENT_CHANGE_FLAGS, add_flags},
    [CHANGE_SEEN] = {STATEMENT_CHANGE_SEEN, add_seen},
    [CHANGE_EXPUNGE] = {STATEMENT_CHANGE_EXPUNGE, add_expunge},
    [CHANGE_MOVE] = {STATEMENT_CHANGE_MOVE, add_move},
    [CHANGE_REPLACE] = {STATEMENT_CHANGE_REPLACE, add_replace},
    [CHANGE_RESTORE] = {STATEMENT_CHANGE_RESTORE, add_restore},
};

static const struct kind unchanged_kinds[] = {
    [CHANGE_FLAGS] = {STATEMENT_CHANGE_FLAGS_UNCHANGED, add_flags_unchanged},
    [CHANGE_SEEN] = {STATEMENT_CHANGE_SEEN_UNCHANGED, add_seen_unchanged},
};

static const struct kind move_within = {STATEMENT_CHANGE_MOVE_WITHIN, add_move};

static const struct kind *kind_of(const struct change *change)
{
    if (change->unchanged_since)
        return &unchanged_kinds[change->kind];
    bool within = change->kind == CHANGE_MOVE && change->source_id == change->mailbox_id;
    return within ? &move_within : &kinds[change->kind];
}

int change_queue(struct transaction *tx, const struct change *change, int64_t id, size_t *index_out)
{
    const struct kind *kind = kind_of(change);
    struct params params;
    params_init(&params);
    params_int8(&params, change->mailbox_id);
    params_int8(&params, (int64_t)change->rights_modseq);
    params_text(&params, change->actor);
    params_text(&params, change->client);
    kind->add(&params, change);
    params_int8(&params, id);
    return transaction_ask(tx, kind->statement, &params, index_out);
}

enum {
    COLUMN_STALE,
    COLUMN_UIDVALIDITY,
    COLUMN_MODSEQ,
    COLUMN_UIDS,
    COLUMN_REFUSED,                    /* only with unchanged_since */
    COLUMN_SEEN_UIDS = COLUMN_REFUSED, /* from here on only APPEND, MOVE and REPLACE */
    COLUMN_SOURCE_MODSEQ,              /* only MOVE, REPLACE and RESTORE */
    COLUMN_SOURCE_UIDS
};

static const enum journal_kind journal_kinds[] = {
    [CHANGE_APPEND] = JOURNAL_APPEND,  [CHANGE_FLAGS] = JOURNAL_FLAGS,
    [CHANGE_SEEN] = JOURNAL_SEEN,      [CHANGE_EXPUNGE] = JOURNAL_EXPUNGE,
    [CHANGE_MOVE] = JOURNAL_APPEND,    [CHANGE_REPLACE] = JOURNAL_APPEND,
    [CHANGE_RESTORE] = JOURNAL_APPEND,
};

static int read_row(const struct result *result, size_t row, int modseq_column, int uids_column,
                    struct journal_row *out)
{
    out->modseq = (uint64_t)result_int8(result, row, modseq_column);
    return uids_read(result, row, uids_column, &out->uids);
}

void change_describe(struct change *change)
{
    struct journal_row *row = &change->row;
    row->kind = journal_kinds[change->kind];
    if (change->kind == CHANGE_FLAGS) {
        row->flags_cleared = change_shared_flags(change, change->flags_cleared);
        row->flags_set = change_shared_flags(change, change->flags_set);
    } else if (change->kind == CHANGE_SEEN) {
        row->user_id = change->user_id;
        *(change->flags_set & FLAG_SEEN ? &row->flags_set : &row->flags_cleared) = FLAG_SEEN;
    }
}

static void describe_seen_row(struct change *change)
{
    struct journal_row *row = &change->seen_row;
    row->kind = JOURNAL_SEEN;
    row->user_id = change->user_id;
    row->flags_set = FLAG_SEEN;
}

static int read_seen_row(const struct result *result, struct change *change)
{
    if (result_is_null(result, 0, COLUMN_SEEN_UIDS))
        return 0;
    describe_seen_row(change);
    change->seen_row.modseq = change->row.modseq + 1;
    return uids_read(result, 0, COLUMN_SEEN_UIDS, &change->seen_row.uids);
}

static int read_source_row(const struct result *result, struct change *change)
{
    change->source_row.kind = change->kind == CHANGE_RESTORE ? JOURNAL_MAILBOX : JOURNAL_EXPUNGE;
    return read_row(result, 0, COLUMN_SOURCE_MODSEQ, COLUMN_SOURCE_UIDS, &change->source_row);
}

/* What was stored beforehand, before a crash. Of a REPLACE of what is gone nothing was to come. */
static bool has_lost_content(const struct result *result, const struct change *change)
{
    if (change->row.modseq || change->item_count == 0)
        return false;
    if (change->kind == CHANGE_REPLACE)
        return !result_is_null(result, 0, COLUMN_SOURCE_UIDS);
    return change->kind == CHANGE_APPEND;
}

static int read_outcome(const struct result *result, struct change *change)
{
    if (result_rows(result) == 0)
        return fail(ERR_NOT_FOUND, "there is no such mailbox");
    if (result_bool(result, 0, COLUMN_STALE))
        return fail(ERR_STALE, "the mailbox's rights have changed meanwhile");
    change->uidvalidity = (uint32_t)result_int8(result, 0, COLUMN_UIDVALIDITY);
    change_describe(change);
    int err = read_row(result, 0, COLUMN_MODSEQ, COLUMN_UIDS, &change->row);
    if (!err && has_lost_content(result, change))
        err = fail(ERR_UNAVAILABLE, "a crash of the database has lost the content");
    if (!err && change->unchanged_since)
        err = uids_read(result, 0, COLUMN_REFUSED, &change->refused);
    if (!err && journal_kinds[change->kind] == JOURNAL_APPEND)
        err = read_seen_row(result, change);
    if (!err && change_takes_from_source(change))
        err = read_source_row(result, change);
    return err;
}

void change_read(const struct result *result, struct change *change)
{
    change->result = read_outcome(result, change);
}

/* Which of the change's rows one of this kind is. */
static struct journal_row *find_row(struct change *change, enum journal_kind kind)
{
    if (kind == journal_kinds[change->kind])
        return &change->row;
    return kind == JOURNAL_SEEN ? &change->seen_row : &change->source_row;
}

/* The journal says what was changed; of the rest nobody knows any more whether it
 * was refused or had the flags already: who asked looks again. */
static int assume_refused(struct change *change)
{
    if (!change->unchanged_since)
        return 0;
    int err = uidset_union(&change->refused, change->uids);
    return err ? err : uidset_subtract(&change->refused, &change->row.uids);
}

int change_read_found(const struct result *result, size_t row, struct change *change)
{
    enum journal_kind kind;
    int err = journal_kind_read(result, row, FOUND_KIND, &kind);
    if (err)
        return err;
    struct journal_row *out = find_row(change, kind);
    if (out == &change->row) {
        change_describe(change);
        change->uidvalidity = (uint32_t)result_int8(result, row, FOUND_UIDVALIDITY);
    } else if (out == &change->seen_row) {
        describe_seen_row(change);
    } else {
        out->kind = kind;
    }
    err = read_row(result, row, FOUND_MODSEQ, FOUND_UIDS, out);
    return err || out != &change->row ? err : assume_refused(change);
}
