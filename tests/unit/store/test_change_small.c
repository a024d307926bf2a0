#include "store/change_small.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/digest.h"
#include "store/acl_rows.h"
#include "support/check.h"
#include "table_fixture.h"

enum { CONTENTS = 4 };

/* Content nobody has yet. */
struct sample {
    char octets[CONTENTS][64];
    struct message_content contents[CONTENTS];
    struct append_item items[CONTENTS];
};

static void sample_make(struct sample *sample)
{
    for (size_t i = 0; i < CONTENTS; i++) {
        struct slice name = table_name("Subject: small");
        snprintf(sample->octets[i], sizeof sample->octets[i], "%.*s\r\n\r\n", SLICE_ARGS(name));
        struct slice octets = slice_cstr(sample->octets[i]);
        sample->contents[i] = (struct message_content){
            .row = {.size = octets.len,
                    .header = octets,
                    .envelope = SLICE("(NIL)"),
                    .bodystructure = SLICE("(\"text\")"),
                    .parts = SLICE("p"),
                    .message_id = i % 2 ? SLICE("<m@example.org>") : SLICE_EMPTY,
                    .sent_day = i % 2 ? 20000 : INT64_MIN,
                    .sent_at = i % 2 ? 1728000000 : INT64_MIN},
            .octets = octets};
        digest_sha256(octets, sample->contents[i].row.sha256);
        sample->items[i] = (struct append_item){.size = octets.len,
                                                .flags = i % 2 ? FLAG_DELETED : FLAG_SEEN,
                                                .internal_date = 1700000000000000,
                                                .content = &sample->contents[i]};
    }
}

static struct change append_of(const struct append_item *item, int64_t mailbox)
{
    struct change change = table_change(CHANGE_APPEND, mailbox);
    change.items = item;
    change.item_count = 1;
    return change;
}

static struct change flags_of(int64_t mailbox, const struct uidset *uid, flag_mask set)
{
    struct change change = table_change(CHANGE_FLAGS, mailbox);
    change.uids = uid;
    change.flags_set = set;
    return change;
}

static struct change seen_of(int64_t mailbox, const struct uidset *uid, int64_t user, bool seen)
{
    struct change change = table_change(CHANGE_SEEN, mailbox);
    change.uids = uid;
    change.user_id = user;
    change.seen_per_user = true;
    *(seen ? &change.flags_set : &change.flags_cleared) = FLAG_SEEN;
    return change;
}

enum waiting { LOCK_FREE, LOCK_ONE };

static int run_batch(struct database *database, enum waiting waiting, struct change **batch,
                     size_t count, bool *left_out)
{
    if (waiting == LOCK_FREE)
        return change_small_run(database, batch, count, left_out);
    struct small_lock *lock;
    int err = change_small_lock(database, batch[0]->mailbox_id, &lock);
    if (err || !CHECK(lock))
        return err;
    err = change_small_run_locked(lock, batch, count, left_out);
    change_small_unlock(&lock);
    return err;
}

/* Runs them all; how many were left out. */
static size_t run(struct database *database, enum waiting waiting, struct change *changes,
                  size_t count)
{
    struct change *batch[CHANGE_SMALL_MAX];
    bool left_out[CHANGE_SMALL_MAX];
    for (size_t i = 0; i < count; i++) {
        CHECK(change_is_small(&changes[i]));
        batch[i] = &changes[i];
    }
    CHECK_OK(run_batch(database, waiting, batch, count, left_out));
    size_t out = 0;
    for (size_t i = 0; i < count; i++)
        out += left_out[i];
    return out;
}

static void clear(struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        change_clear(&changes[i]);
}

static void append_body(struct database *database)
{
    int64_t first = table_mailbox(database, 0, false);
    int64_t second = table_mailbox(database, 0, false);
    table_append(database, second, 3, 0);
    struct sample sample;
    sample_make(&sample);
    sample.contents[2] = sample.contents[0]; /* twice in the batch */
    sample.items[2].size = sample.items[0].size;
    struct change changes[] = {
        append_of(&sample.items[0], first), append_of(&sample.items[1], second),
        append_of(&sample.items[2], second), append_of(&sample.items[3], second)};
    CHECK_INT(run(database, LOCK_FREE, changes, 4), 0);
    static const char *const uids[] = {"1", "4", "5", "6"};
    static const uint64_t modseqs[] = {2, 3, 4, 5};
    for (size_t i = 0; i < 4; i++) {
        CHECK_OK(changes[i].result);
        CHECK_UIDS(&changes[i].row.uids, uids[i]);
        CHECK_U64(changes[i].row.modseq, modseqs[i]);
        CHECK_INT(changes[i].row.kind, JOURNAL_APPEND);
        CHECK(changes[i].uidvalidity > 0);
    }
    CHECK_INT(changes[0].message_id, changes[2].message_id);
    CHECK(changes[1].message_id != changes[3].message_id);
    CHECK_INT(table_number("SELECT count(*) FROM messages m JOIN message_chunks c ON"
                           " c.message_id = m.id AND c.octets = m.header"
                           " WHERE m.id IN (%" PRId64 ", %" PRId64 ", %" PRId64 ")",
                           changes[0].message_id, changes[1].message_id, changes[3].message_id),
              3);
    CHECK_INT(
        table_number("SELECT sent_day FROM messages WHERE id = %" PRId64, changes[1].message_id),
        20000);
    clear(changes, 4);
    CHECK_INT(run(database, LOCK_ONE, changes, 1), 0); /* known content, once more */
    CHECK_UIDS(&changes[0].row.uids, "2");
    clear(changes, 1);
    table_is_sound(first);
    table_is_sound(second);
}

void test_change_small_appends_with_their_content(void)
{
    store_run(append_body);
}

static void mark_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t other = table_user(database);
    int64_t own = table_mailbox(database, user, false);
    int64_t shared = table_mailbox(database, 0, true);
    table_append(database, own, 3, 0);
    table_append(database, shared, 3, 0);
    struct uidset one = table_uids("1"), two = table_uids("2"), absent = table_uids("9");
    struct change changes[] = {
        flags_of(own, &one, FLAG_DELETED),     flags_of(own, &two, FLAG_SEEN | FLAG_FLAGGED),
        flags_of(shared, &one, FLAG_ANSWERED), flags_of(shared, &absent, FLAG_ANSWERED),
        seen_of(shared, &one, user, true),     seen_of(shared, &two, user, true),
        seen_of(shared, &one, other, true),    seen_of(shared, &absent, user, true)};
    CHECK_INT(run(database, LOCK_FREE, changes, 8), 0);
    static const uint64_t modseqs[] = {3, 4, 3, 0, 4, 5, 6, 0};
    for (size_t i = 0; i < 8; i++) {
        CHECK_OK(changes[i].result);
        CHECK_U64(changes[i].row.modseq, modseqs[i]);
    }
    CHECK_U64(changes[3].highest_modseq, 2);
    CHECK_U64(changes[7].highest_modseq, 3);
    CHECK_INT(changes[6].row.user_id, other);
    CHECK_INT(
        table_number("SELECT flags FROM entries WHERE mailbox_id = %" PRId64 " AND uid = 2", own),
        FLAG_SEEN | FLAG_FLAGGED);
    clear(changes, 8);
    CHECK_INT(run(database, LOCK_FREE, changes, 8), 0); /* nothing is new */
    for (size_t i = 0; i < 8; i++)
        CHECK_U64(changes[i].row.modseq, 0);
    clear(changes, 8);
    struct change back[] = {seen_of(shared, &one, user, false), seen_of(shared, &two, other, true)};
    CHECK_INT(run(database, LOCK_ONE, back, 2), 0);
    CHECK_U64(back[0].row.flags_cleared, FLAG_SEEN);
    CHECK_INT(table_number(
                  "SELECT sum(bit_count(bits))::bigint FROM seen_pages WHERE mailbox_id = %" PRId64,
                  shared),
              3);
    clear(back, 2);
    table_is_sound(own);
    table_is_sound(shared);
    uidset_clear(&one);
    uidset_clear(&two);
    uidset_clear(&absent);
}

void test_change_small_marks_messages(void)
{
    store_run(mark_body);
}

static void copy_and_expunge_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t own = table_mailbox(database, user, false);
    int64_t shared = table_mailbox(database, 0, true);
    table_append(database, own, 3, FLAG_DELETED); /* modseq 2 */
    table_append(database, shared, 2, 0);
    int64_t message = table_message(database, 70);
    const struct append_item item = {.message_id = message, .size = 70, .flags = FLAG_FLAGGED};
    struct uidset one = table_uids("1"), two = table_uids("2"), absent = table_uids("9");
    struct change changes[] = {append_of(&item, own),
                               append_of(&item, shared),
                               seen_of(shared, &two, user, true),
                               table_change(CHANGE_EXPUNGE, own),
                               table_change(CHANGE_EXPUNGE, own),
                               table_change(CHANGE_EXPUNGE, own),
                               table_change(CHANGE_EXPUNGE, shared),
                               table_change(CHANGE_EXPUNGE, shared)};
    const struct uidset *uids[] = {NULL, NULL, NULL, &one, &two, &absent, &one, &two};
    for (size_t i = 3; i < 8; i++) {
        changes[i].uids = uids[i];
        changes[i].only_deleted = i != 7; /* the last one is seen by the user in this batch */
    }
    CHECK_INT(run(database, LOCK_FREE, changes, 8), 0);
    static const uint64_t modseqs[] = {3, 3, 4, 4, 5, 0, 0, 5};
    for (size_t i = 0; i < 8; i++) {
        CHECK_OK(changes[i].result);
        CHECK_U64(changes[i].row.modseq, modseqs[i]);
    }
    CHECK_UIDS(&changes[0].row.uids, "4");
    CHECK_UIDS(&changes[1].row.uids, "3");
    CHECK_INT(changes[3].row.kind, JOURNAL_EXPUNGE);
    CHECK_UIDS(&changes[4].row.uids, "2");
    CHECK_INT(table_number("SELECT count(*) FROM expunged WHERE mailbox_id IN (%" PRId64
                           ", %" PRId64 ")",
                           own, shared),
              3);
    clear(changes, 8);
    CHECK(!change_small_collides(&changes[3], &changes[4]));
    CHECK(change_small_collides(&changes[3], &changes[3]));
    table_is_sound(own);
    table_is_sound(shared);
    uidset_clear(&one);
    uidset_clear(&two);
    uidset_clear(&absent);
}

void test_change_small_copies_and_expunges(void)
{
    store_run(copy_and_expunge_body);
}

static struct change move_of(const struct append_item *item, int64_t from, const struct uidset *uid,
                             int64_t to)
{
    struct change change = append_of(item, to);
    change.kind = CHANGE_MOVE;
    change.source_id = from;
    change.source_rights_modseq = INT64_MAX;
    change.uids = uid;
    return change;
}

/* To and fro in one statement. */
static void move_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t own = table_mailbox(database, user, false);
    int64_t shared = table_mailbox(database, 0, true);
    table_append(database, own, 3, FLAG_DELETED | FLAG_SEEN); /* modseq 2 */
    table_append(database, shared, 2, 0);
    const struct append_item plain = {.flags = 0}, seen = {.flags = FLAG_SEEN | FLAG_FLAGGED};
    struct uidset one = table_uids("1"), two = table_uids("2"), absent = table_uids("9");
    struct change changes[] = {
        seen_of(shared, &one, user, true), /* modseq 3 */
        move_of(&plain, own, &one, shared), move_of(&seen, shared, &one, own),
        move_of(&plain, own, &two, shared), move_of(&plain, own, &absent, shared)};
    CHECK_INT(run(database, LOCK_FREE, changes, 5), 0);
    static const struct {
        uint64_t modseq, source_modseq;
        const char *uids;
    } expected[] = {{3, 0, "1"}, {4, 3, "3"}, {4, 5, "4"}, {6, 5, "4"}, {0, 0, ""}};
    for (size_t i = 0; i < 5; i++) {
        CHECK_OK(changes[i].result);
        CHECK_U64(changes[i].row.modseq, expected[i].modseq);
        CHECK_U64(changes[i].source_row.modseq, expected[i].source_modseq);
        CHECK_UIDS(&changes[i].row.uids, expected[i].uids);
    }
    CHECK_INT(changes[1].row.kind, JOURNAL_APPEND);
    CHECK_INT(changes[1].source_row.kind, JOURNAL_EXPUNGE);
    CHECK_UIDS(&changes[1].source_row.uids, "1");
    CHECK_INT(
        table_number("SELECT flags FROM entries WHERE mailbox_id = %" PRId64 " AND uid = 4", own),
        FLAG_SEEN | FLAG_FLAGGED);
    CHECK_INT(table_number("SELECT count(*) FROM expunged WHERE mailbox_id IN (%" PRId64
                           ", %" PRId64 ")",
                           own, shared),
              0);
    clear(changes, 5);
    CHECK(change_small_collides(&changes[1], &changes[1]));
    CHECK(!change_small_collides(&changes[1], &changes[2]));
    struct change elsewhere = move_of(&plain, own, &one, own + 1);
    CHECK(change_small_collides(&changes[1], &elsewhere));
    table_is_sound(own);
    table_is_sound(shared);
    uidset_clear(&one);
    uidset_clear(&two);
    uidset_clear(&absent);
}

void test_change_small_moves(void)
{
    store_run(move_body);
}

static void move_refused_body(struct database *database)
{
    int64_t from = table_mailbox(database, 0, false);
    int64_t to = table_mailbox(database, 0, true);
    table_append(database, from, 2, 0); /* modseq 2 */
    const struct append_item plain = {.flags = 0}, seen = {.flags = FLAG_SEEN};
    struct uidset one = table_uids("1"), two = table_uids("1:2");
    struct change change = move_of(&plain, from, &one, to);
    CHECK(change_is_small(&change));
    change.item_count = 2;
    change.uids = &two;
    CHECK(!change_is_small(&change));
    change = move_of(&seen, from, &one, to);
    change.seen_per_user = true;
    CHECK(!change_is_small(&change));
    change = move_of(&plain, from, &one, to);
    change.source_rights_modseq = table_grant(database, from, ACL_ANYONE, 0, false, 3) - 1;
    CHECK_INT(run(database, LOCK_FREE, &change, 1), 0);
    CHECK_ERR(change.result, ERR_STALE);
    clear(&change, 1);
    change.source_rights_modseq++;
    CHECK_INT(run(database, LOCK_ONE, &change, 1), 1); /* that is not both */
    clear(&change, 1);
    CHECK_INT(run(database, LOCK_FREE, &change, 1), 0);
    CHECK_OK(change.result);
    CHECK_UIDS(&change.row.uids, "1");
    clear(&change, 1);
    table_is_sound(from);
    table_is_sound(to);
    uidset_clear(&one);
    uidset_clear(&two);
}

void test_change_small_moves_under_both_locks(void)
{
    store_run(move_refused_body);
}

/* Who has read no pulse says how far the mailbox is. */
static void expected_body(struct database *database)
{
    int64_t from = table_mailbox(database, 0, false);
    int64_t to = table_mailbox(database, 0, false);
    table_append(database, from, 3, FLAG_DELETED); /* modseq 2 */
    int64_t message = table_message(database, 70);
    const struct append_item item = {.message_id = message, .size = 70};
    struct uidset one = table_uids("1"), two = table_uids("2");
    struct change changes[] = {append_of(&item, to), table_change(CHANGE_EXPUNGE, from),
                               move_of(&item, from, &two, to)};
    changes[0].source_id = from;
    changes[0].source_rights_modseq = INT64_MAX;
    changes[0].uids = &one;
    changes[1].uids = &one;
    for (size_t i = 0; i < 3; i++) {
        uint64_t modseq = (uint64_t)table_number("SELECT highest_modseq FROM mailbox_state"
                                                 " WHERE mailbox_id = %" PRId64,
                                                 from);
        for (uint64_t wrong = modseq - 1; wrong <= modseq + 1; wrong += 2) {
            changes[i].expected_modseq = wrong;
            CHECK_INT(run(database, LOCK_FREE, &changes[i], 1), 0);
            CHECK_ERR(changes[i].result, ERR_STALE);
            clear(&changes[i], 1);
        }
        changes[i].expected_modseq = modseq;
        CHECK_INT(run(database, LOCK_FREE, &changes[i], 1), 0);
        CHECK_OK(changes[i].result);
        CHECK(changes[i].row.modseq != 0);
        clear(&changes[i], 1);
    }
    table_is_sound(from);
    table_is_sound(to);
    struct change copy = append_of(&item, to);
    copy.source_id = from;
    copy.uids = &one;
    copy.source_rights_modseq = table_grant(database, from, ACL_ANYONE, 0, false, 3) - 1;
    CHECK_INT(run(database, LOCK_FREE, &copy, 1), 0);
    CHECK_ERR(copy.result, ERR_STALE);
    clear(&copy, 1);
    uidset_clear(&one);
    uidset_clear(&two);
}

void test_change_small_compares_the_expected_modseq(void)
{
    store_run(expected_body);
}

static void stale_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t mailbox = table_mailbox(database, user, false);
    table_append(database, mailbox, 1, 0);
    struct uidset one = table_uids("1");
    uint64_t modseq = table_grant(database, mailbox, ACL_USER, user, false, 3);
    struct change change = flags_of(mailbox, &one, FLAG_FLAGGED);
    change.rights_modseq = modseq - 1;
    change.user_id = user;
    CHECK_INT(run(database, LOCK_FREE, &change, 1), 0);
    CHECK_ERR(change.result, ERR_STALE);
    clear(&change, 1);
    change.rights_modseq = modseq;
    table_sql("UPDATE users SET disabled = true WHERE id = %" PRId64, user);
    CHECK_INT(run(database, LOCK_FREE, &change, 1), 0);
    CHECK_ERR(change.result, ERR_STALE);
    clear(&change, 1);
    table_sql("UPDATE users SET disabled = false WHERE id = %" PRId64, user);
    CHECK_INT(run(database, LOCK_FREE, &change, 1), 0);
    CHECK_OK(change.result);
    CHECK_U64(change.row.modseq, modseq + 1);
    clear(&change, 1);
    change.mailbox_id = -1;
    CHECK_INT(run(database, LOCK_FREE, &change, 1), 1); /* who it is left to will explain */
    clear(&change, 1);
    table_is_sound(mailbox);
    uidset_clear(&one);
}

void test_change_small_refuses_stale_rights_and_disabled_users(void)
{
    store_run(stale_body);
}

static void locked_body(struct database *database)
{
    int64_t locked = table_mailbox(database, 0, false);
    int64_t unlocked = table_mailbox(database, 0, false);
    struct sample sample;
    sample_make(&sample);
    struct transaction *tx;
    struct params params;
    params_init(&params);
    params_int8_array(&params, &locked, 1, sizeof locked);
    if (!CHECK_OK(transaction_begin(database, &tx)))
        return;
    CHECK_OK(transaction_queue(tx, STATEMENT_LOCK_MAILBOXES, &params, NULL));
    CHECK_OK(transaction_run(tx));
    struct change changes[] = {append_of(&sample.items[0], locked),
                               append_of(&sample.items[1], unlocked)};
    CHECK_INT(run(database, LOCK_FREE, changes, 2), 1);
    CHECK_U64(changes[0].row.modseq, 0);
    CHECK_UIDS(&changes[1].row.uids, "1");
    clear(changes, 2);
    CHECK_INT(table_number("SELECT count(*) FROM messages WHERE header = '%s'", sample.octets[0]),
              0);
    transaction_end(&tx);
    params_clear(&params);
    CHECK_INT(run(database, LOCK_FREE, changes, 1), 0);
    CHECK_UIDS(&changes[0].row.uids, "1");
    clear(changes, 1);
    table_is_sound(locked);
    table_is_sound(unlocked);
}

void test_change_small_leaves_out_what_somebody_has_locked(void)
{
    store_run(locked_body);
}

static void seal_body(struct database *database)
{
    int64_t first = table_mailbox(database, 0, false), second = table_mailbox(database, 0, false);
    struct sample sample;
    sample_make(&sample);
    const struct message_row *row = &sample.contents[0].row;
    int64_t id;
    CHECK_OK(table_put(database, row, sample.contents[0].octets, &id));
    const struct append_item stored = {
        .message_id = id, .size = row->size, .seal = message_seal(row)};
    struct append_item other = stored, lost = stored;
    other.seal++; /* somebody else's message by now */
    lost.message_id += 1000000;
    struct change changes[] = {append_of(&stored, first), append_of(&other, second),
                               append_of(&lost, second), append_of(&stored, second)};
    CHECK_INT(run(database, LOCK_FREE, changes, 4), 2);
    CHECK_UIDS(&changes[0].row.uids, "1");
    CHECK_UIDS(&changes[3].row.uids, "1");
    CHECK_INT(changes[3].message_id, id);
    clear(changes, 4);
    table_is_sound(first);
    table_is_sound(second);
}

void test_change_small_takes_no_other_content_than_was_stored(void)
{
    store_run(seal_body);
}

void test_change_small_is_one_message_with_its_content(void)
{
    struct sample sample;
    sample_make(&sample);
    struct uidset one = table_uids("1"), two = table_uids("1:2");
    struct change append = append_of(&sample.items[0], 7);
    CHECK(change_is_small(&append));
    append.seen_per_user = true; /* with \Seen: a journal row of its own */
    CHECK(!change_is_small(&append));
    append.items = &sample.items[1];
    CHECK(change_is_small(&append));
    append.item_count = 2;
    CHECK(!change_is_small(&append));
    sample.items[1].content = NULL; /* a message that is there */
    append.item_count = 1;
    CHECK(change_is_small(&append));
    struct change flags = flags_of(7, &one, FLAG_SEEN), more = flags_of(7, &two, FLAG_SEEN);
    CHECK(change_is_small(&flags));
    CHECK(!change_is_small(&more));
    struct change seen = seen_of(7, &one, 1, true), others = seen_of(7, &one, 2, true);
    CHECK(!change_small_collides(&seen, &others));
    CHECK(change_small_collides(&seen, &seen));
    CHECK(!change_small_collides(&flags, &seen));
    CHECK(change_small_collides(&flags, &flags));
    uidset_clear(&one);
    uidset_clear(&two);
}
