#include "store/change_small.h"

#include <stdlib.h>

#include "change_lookup.h"
#include "change_statement.h"
#include "database_private.h"
#include "message_params.h"
#include "rows.h"

static bool is_one_message(const struct uidset *uids)
{
    return uids && uids->count == 1 && uids->ranges[0].first == uids->ranges[0].last;
}

/* \Seen of one's own takes a journal row more. */
static bool comes_alone(const struct change *change)
{
    return change->item_count == 1 &&
           !(change->seen_per_user && change->items[0].flags & FLAG_SEEN);
}

static bool is_one_entry(const struct change *change)
{
    return change->kind == CHANGE_APPEND && comes_alone(change);
}

static bool is_letter(const struct change *change)
{
    return is_one_entry(change) && change->items[0].content &&
           change->items[0].size <= CHANGE_SMALL_CONTENT_MAX;
}

/* Of a message that is there. */
static bool is_copy(const struct change *change)
{
    return is_one_entry(change) && !change->items[0].content;
}

static bool is_flags(const struct change *change)
{
    return change->kind == CHANGE_FLAGS && is_one_message(change->uids);
}

static bool is_seen(const struct change *change)
{
    return change->kind == CHANGE_SEEN && change->user_id != 0 && is_one_message(change->uids);
}

static bool is_expunge(const struct change *change)
{
    return change->kind == CHANGE_EXPUNGE && is_one_message(change->uids);
}

static bool is_move(const struct change *change)
{
    return change->kind == CHANGE_MOVE && change->source_id != change->mailbox_id &&
           comes_alone(change) && is_one_message(change->uids);
}

size_t change_small_octets(const struct change *change)
{
    if (!is_letter(change))
        return 0;
    const struct message_content *content = change->items[0].content;
    return content->octets.len + content->row.header.len;
}

/* Where the message is that it changes. */
static int64_t place_of(const struct change *change)
{
    return change->kind == CHANGE_MOVE ? change->source_id : change->mailbox_id;
}

bool change_small_collides(const struct change *one, const struct change *other)
{
    return one->kind == other->kind && one->kind != CHANGE_APPEND &&
           place_of(one) == place_of(other) &&
           one->uids->ranges[0].first == other->uids->ranges[0].first &&
           (one->kind != CHANGE_SEEN || one->user_id == other->user_id);
}

/* The changes that one statement does, and their place among all. */
struct portion {
    struct change *changes[CHANGE_SMALL_MAX];
    size_t places[CHANGE_SMALL_MAX];
    size_t count;
    size_t index; /* of its statement in the transaction */
};

static void collect(struct change **changes, size_t count,
                    bool (*belongs)(const struct change *change), struct portion *portion)
{
    portion->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!belongs(changes[i]))
            continue;
        portion->places[portion->count] = i;
        portion->changes[portion->count++] = changes[i];
    }
}

/* Parameters ------------------------------------------------------------------------- */

/* A column: one value for each change. */
static void add_numbers(struct params *params, const struct portion *portion,
                        int64_t (*value)(const struct change *change))
{
    int64_t column[CHANGE_SMALL_MAX];
    for (size_t i = 0; i < portion->count; i++)
        column[i] = value(portion->changes[i]);
    params_int8_or_null_array(params, column, portion->count);
}

/* Who changes what: the first six parameters of each statement. */
static void add_origins(struct params *params, const struct portion *portion, int64_t first_id)
{
    int64_t mailboxes[CHANGE_SMALL_MAX], rights[CHANGE_SMALL_MAX], users[CHANGE_SMALL_MAX],
        ids[CHANGE_SMALL_MAX];
    struct slice actors[CHANGE_SMALL_MAX], clients[CHANGE_SMALL_MAX];
    for (size_t i = 0; i < portion->count; i++) {
        const struct change *change = portion->changes[i];
        mailboxes[i] = change->mailbox_id;
        rights[i] = (int64_t)change->rights_modseq;
        users[i] = change->user_id;
        actors[i] = change->actor;
        clients[i] = change->client;
        ids[i] = first_id + (int64_t)portion->places[i];
    }
    params_int8_array(params, mailboxes, portion->count, sizeof mailboxes[0]);
    params_int8_array(params, rights, portion->count, sizeof rights[0]);
    params_int8_array(params, users, portion->count, sizeof users[0]);
    params_text_array(params, actors, portion->count);
    params_text_array(params, clients, portion->count);
    params_int8_array(params, ids, portion->count, sizeof ids[0]);
}

static int64_t flags_of(const struct change *change)
{
    return (int64_t)change->items[0].flags;
}

static void add_entries(struct params *params, const struct portion *portion)
{
    int64_t dates[CHANGE_SMALL_MAX];
    for (size_t i = 0; i < portion->count; i++)
        dates[i] = portion->changes[i]->items[0].internal_date;
    add_numbers(params, portion, flags_of);
    params_timestamp_array(params, dates, portion->count, sizeof dates[0]);
}

static int64_t message_of(const struct change *change)
{
    return change->items[0].message_id;
}

static int64_t size_of(const struct change *change)
{
    return (int64_t)change->items[0].size;
}

/* PARAMS_ABSENT: nothing is copied from anywhere. */
static int64_t source_of(const struct change *change)
{
    return change->source_id ? change->source_id : PARAMS_ABSENT;
}

static int64_t source_uid_of(const struct change *change)
{
    return change->source_id ? change->uids->ranges[0].first : PARAMS_ABSENT;
}

static int64_t source_rights_of(const struct change *change)
{
    return (int64_t)change->source_rights_modseq;
}

static int64_t expected_of(const struct change *change)
{
    return change->expected_modseq ? (int64_t)change->expected_modseq : PARAMS_ABSENT;
}

static int64_t seal_of(const struct change *change)
{
    return (int64_t)change->items[0].seal;
}

static void add_copy(struct params *params, const struct portion *portion)
{
    add_entries(params, portion);
    add_numbers(params, portion, message_of);
    add_numbers(params, portion, size_of);
    add_numbers(params, portion, source_of);
    add_numbers(params, portion, source_uid_of);
    add_numbers(params, portion, source_rights_of);
    add_numbers(params, portion, expected_of);
    add_numbers(params, portion, seal_of);
}

static void add_move(struct params *params, const struct portion *portion)
{
    add_numbers(params, portion, source_of);
    add_numbers(params, portion, source_rights_of);
    add_numbers(params, portion, source_uid_of);
    add_numbers(params, portion, flags_of);
    add_numbers(params, portion, expected_of);
}

static void add_letter(struct params *params, const struct portion *portion)
{
    const struct message_content *contents[CHANGE_SMALL_MAX];
    struct slice octets[CHANGE_SMALL_MAX];
    for (size_t i = 0; i < portion->count; i++) {
        contents[i] = portion->changes[i]->items[0].content;
        octets[i] = contents[i]->octets;
    }
    add_entries(params, portion);
    message_params_arrays(params, contents, portion->count);
    params_bytes_array(params, octets, portion->count);
}

static int64_t uid_of(const struct change *change)
{
    return change->uids->ranges[0].first;
}

static int64_t cleared_of(const struct change *change)
{
    return (int64_t)change_shared_flags(change, change->flags_cleared);
}

static int64_t set_of(const struct change *change)
{
    return (int64_t)change_shared_flags(change, change->flags_set);
}

static void add_flags(struct params *params, const struct portion *portion)
{
    add_numbers(params, portion, uid_of);
    add_numbers(params, portion, cleared_of);
    add_numbers(params, portion, set_of);
}

static void add_expunge(struct params *params, const struct portion *portion)
{
    bool only_deleted[CHANGE_SMALL_MAX];
    for (size_t i = 0; i < portion->count; i++)
        only_deleted[i] = portion->changes[i]->only_deleted;
    add_numbers(params, portion, uid_of);
    params_bool_array(params, only_deleted, portion->count);
    add_numbers(params, portion, expected_of);
}

static void add_seen(struct params *params, const struct portion *portion)
{
    bool seen[CHANGE_SMALL_MAX];
    for (size_t i = 0; i < portion->count; i++)
        seen[i] = portion->changes[i]->flags_set & FLAG_SEEN;
    add_numbers(params, portion, uid_of);
    params_bool_array(params, seen, portion->count);
}

/* Results ---------------------------------------------------------------------------- */

enum {
    COLUMN_PLACE,
    COLUMN_STALE,
    COLUMN_UIDVALIDITY,
    COLUMN_HIGHEST_MODSEQ, /* before the change */
    COLUMN_MODSEQ,
    COLUMN_UID,          /* only APPEND, COPY and MOVE */
    COLUMN_MESSAGE_ID,   /* likewise */
    COLUMN_SOURCE_MODSEQ /* only MOVE */
};

static int read_source_row(const struct result *result, size_t row, struct change *change)
{
    change->source_row.kind = JOURNAL_EXPUNGE;
    change->source_row.modseq = (uint64_t)result_int8(result, row, COLUMN_SOURCE_MODSEQ);
    return uidset_add(&change->source_row.uids, change->uids->ranges[0].first);
}

static int read_change(const struct result *result, size_t row, struct change *change)
{
    if (result_bool(result, row, COLUMN_STALE))
        return fail(ERR_STALE, "the mailbox's rights have changed meanwhile");
    change->uidvalidity = (uint32_t)result_int8(result, row, COLUMN_UIDVALIDITY);
    change->highest_modseq = (uint64_t)result_int8(result, row, COLUMN_HIGHEST_MODSEQ);
    if (result_is_null(result, row, COLUMN_MODSEQ))
        return 0;
    change_describe(change);
    bool comes = change->kind == CHANGE_APPEND || change->kind == CHANGE_MOVE;
    int64_t uid = comes ? result_int8(result, row, COLUMN_UID) : uid_of(change);
    int err = uidset_add(&change->row.uids, (uint32_t)uid);
    if (!err && change->kind == CHANGE_MOVE)
        err = read_source_row(result, row, change);
    if (err)
        return err;
    change->row.modseq = (uint64_t)result_int8(result, row, COLUMN_MODSEQ);
    if (comes)
        change->message_id = result_int8(result, row, COLUMN_MESSAGE_ID);
    return 0;
}

static void read_portion(const struct result *result, const struct portion *portion, bool *left_out)
{
    for (size_t row = 0; row < result_rows(result); row++) {
        size_t place = (size_t)result_int8(result, row, COLUMN_PLACE) - 1;
        struct change *change = portion->changes[place];
        change->result = read_change(result, row, change);
        left_out[portion->places[place]] = false;
    }
}

/* Running ------------------------------------------------------------------------------- */

/* In the order in which a transaction has them. */
static const struct {
    bool (*belongs)(const struct change *change);
    enum statement statement;
    void (*add)(struct params *params, const struct portion *portion);
} kinds[] = {
    {is_letter, STATEMENT_SMALL_APPEND, add_letter},    {is_copy, STATEMENT_SMALL_COPY, add_copy},
    {is_flags, STATEMENT_SMALL_FLAGS, add_flags},       {is_seen, STATEMENT_SMALL_SEEN, add_seen},
    {is_expunge, STATEMENT_SMALL_EXPUNGE, add_expunge}, {is_move, STATEMENT_SMALL_MOVE, add_move},
};
enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

bool change_is_small(const struct change *change)
{
    for (size_t kind = 0; kind < KIND_COUNT; kind++)
        if (kinds[kind].belongs(change))
            return true;
    return false;
}

struct attempt {
    struct change **changes;
    size_t count;
    struct change_ids ids;
    struct portion portions[KIND_COUNT];
};

static int queue_lock(struct transaction *tx, const struct attempt *attempt)
{
    int64_t mailboxes[2 * CHANGE_SMALL_MAX];
    size_t count = 0;
    for (size_t i = 0; i < attempt->count; i++) {
        mailboxes[count++] = attempt->changes[i]->mailbox_id;
        if (is_move(attempt->changes[i]))
            mailboxes[count++] = attempt->changes[i]->source_id;
    }
    struct params params;
    params_init(&params);
    params_int8_array(&params, mailboxes, count, sizeof mailboxes[0]);
    return transaction_ask(tx, STATEMENT_SMALL_LOCK_FREE, &params, NULL);
}

static int queue_portion(struct transaction *tx, struct attempt *attempt, size_t kind)
{
    struct portion *portion = &attempt->portions[kind];
    collect(attempt->changes, attempt->count, kinds[kind].belongs, portion);
    if (portion->count == 0)
        return 0;
    struct params params;
    params_init(&params);
    add_origins(&params, portion, attempt->ids.first);
    kinds[kind].add(&params, portion);
    return transaction_ask(tx, kinds[kind].statement, &params, &portion->index);
}

/* After the lock. */
static int run(struct transaction *tx, struct attempt *attempt, bool *left_out)
{
    int err = 0;
    for (size_t kind = 0; kind < KIND_COUNT && !err; kind++)
        err = queue_portion(tx, attempt, kind);
    if (!err)
        err = transaction_commit(tx);
    for (size_t kind = 0; kind < KIND_COUNT && !err; kind++)
        if (attempt->portions[kind].count > 0)
            read_portion(transaction_result(tx, attempt->portions[kind].index),
                         &attempt->portions[kind], left_out);
    return err;
}

static struct attempt attempt_make(struct change **changes, size_t count, bool *left_out)
{
    for (size_t i = 0; i < count; i++) {
        change_outcome_init(changes[i]);
        left_out[i] = true;
    }
    return (struct attempt){.changes = changes, .count = count, .ids = change_ids_make(count)};
}

/* What has come of a failed attempt: what the journal knows has happened, if that is
 * in doubt; of the rest nothing has. */
static int sort_out(struct database *database, struct attempt *attempt, int process, int failure,
                    bool *left_out)
{
    if (failure != -ERR_IN_DOUBT)
        return 0;
    int err = change_look_up(database, attempt->changes, attempt->ids, process,
                             database_deadline(database));
    for (size_t i = 0; i < attempt->count; i++)
        left_out[i] = attempt->changes[i]->row.modseq == 0;
    return err;
}

int change_small_run(struct database *database, struct change **changes, size_t count,
                     bool *left_out)
{
    struct attempt attempt = attempt_make(changes, count, left_out);
    struct transaction *tx;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    int process = transaction_process(tx);
    err = queue_lock(tx, &attempt);
    if (!err)
        err = run(tx, &attempt, left_out);
    transaction_end(&tx); /* the look-up may need its connection */
    return sort_out(database, &attempt, process, err, left_out);
}

struct small_lock {
    struct database *database;
    struct transaction *tx;
};

int change_small_lock(struct database *database, int64_t mailbox_id, struct small_lock **out)
{
    struct small_lock *lock = calloc(1, sizeof *lock);
    if (!lock)
        return fail(ERR_NO_MEMORY, "no memory for a transaction");
    lock->database = database;
    int err = transaction_begin(database, &lock->tx);
    if (err) {
        free(lock);
        return err;
    }
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    if (transaction_ask(lock->tx, STATEMENT_SMALL_LOCK_ONE, &params, NULL) != 0 ||
        transaction_run(lock->tx) != 0)
        change_small_unlock(&lock);
    *out = lock;
    return 0;
}

int change_small_run_locked(struct small_lock *lock, struct change **changes, size_t count,
                            bool *left_out)
{
    struct attempt attempt = attempt_make(changes, count, left_out);
    int process = transaction_process(lock->tx);
    int err = run(lock->tx, &attempt, left_out);
    transaction_end(&lock->tx);
    return sort_out(lock->database, &attempt, process, err, left_out);
}

void change_small_unlock(struct small_lock **lock)
{
    if (!*lock)
        return;
    transaction_end(&(*lock)->tx);
    free(*lock);
    *lock = NULL;
}
