#include "store/history.h"

#include <inttypes.h>

#include "store/entries.h"
#include "support/check.h"
#include "table_fixture.h"

static void run_on(struct database *database, struct change change, const char *uids)
{
    struct uidset set = table_uids(uids);
    change.uids = &set;
    table_run(database, &change);
    CHECK_OK(change.result);
    change_clear(&change);
    uidset_clear(&set);
}

static void set_flags(struct database *database, int64_t mailbox, const char *uids, flag_mask flags)
{
    struct change change = table_change(CHANGE_FLAGS, mailbox);
    change.flags_set = flags;
    run_on(database, change, uids);
}

static void set_seen(struct database *database, int64_t mailbox, int64_t user, const char *uids,
                     bool seen)
{
    struct change change = table_change(CHANGE_SEEN, mailbox);
    change.seen_per_user = true;
    change.user_id = user;
    *(seen ? &change.flags_set : &change.flags_cleared) = FLAG_SEEN;
    run_on(database, change, uids);
}

static void check_expunged(struct database *database, struct history_span span, bool complete,
                           const char *uids)
{
    bool is_complete;
    struct uidset set;
    CHECK_OK(history_expunged(database, &span, &is_complete, &set));
    CHECK_INT(is_complete, complete);
    CHECK_UIDS(&set, uids);
    uidset_clear(&set);
}

static void expunged_body(struct database *database)
{
    int64_t mailbox = table_mailbox(database, 0, false);
    table_append(database, mailbox, 6, FLAG_DELETED);
    run_on(database, table_change(CHANGE_EXPUNGE, mailbox), "2,4");
    set_flags(database, mailbox, "1", FLAG_FLAGGED);
    run_on(database, table_change(CHANGE_EXPUNGE, mailbox), "5:6");
    check_expunged(database, (struct history_span){mailbox, 1, 5}, true, "2,4:6");
    check_expunged(database, (struct history_span){mailbox, 3, 5}, true, "5:6");
    check_expunged(database, (struct history_span){mailbox, 2, 4}, true, "2,4");
    check_expunged(database, (struct history_span){mailbox, 5, 5}, true, "");
    check_expunged(database, (struct history_span){mailbox, 9, 5}, true, "");
    table_sql("DELETE FROM journal WHERE mailbox_id = %" PRId64 " AND modseq <= 3", mailbox);
    check_expunged(database, (struct history_span){mailbox, 3, 5}, true, "5:6");
    check_expunged(database, (struct history_span){mailbox, 2, 5}, false, "");
}

void test_history_expunged_is_exact_as_far_as_it_goes_back(void)
{
    store_run(expunged_body);
}

static void check_flags(struct database *database, struct history_span span, flag_mask flags,
                        int64_t user, const char *uids)
{
    bool complete;
    struct uidset set;
    CHECK_OK(history_flags(database, &span, flags, user, &complete, &set));
    CHECK(complete);
    CHECK_UIDS(&set, uids);
    uidset_clear(&set);
}

static void flags_body(struct database *database)
{
    int64_t mailbox = table_mailbox(database, 0, true);
    int64_t user = table_user(database), other = table_user(database);
    table_append(database, mailbox, 6, 0);
    set_flags(database, mailbox, "2", FLAG_FLAGGED);
    set_flags(database, mailbox, "3", FLAG_DRAFT);
    set_seen(database, mailbox, user, "4", true);
    set_seen(database, mailbox, other, "5", true);
    const struct history_span span = {mailbox, 2, 6};
    check_flags(database, span, FLAG_FLAGGED, user, "2");
    check_flags(database, span, FLAG_DRAFT | FLAG_SEEN, user, "3:4");
    check_flags(database, span, FLAGS_ALL, other, "2:3,5");
    check_flags(database, (struct history_span){mailbox, 1, 6}, FLAG_DELETED, user, "1:6");
}

void test_history_flags_tells_flags_and_users_apart(void)
{
    store_run(flags_body);
}

static void seen_body(struct database *database)
{
    int64_t mailbox = table_mailbox(database, 0, true);
    int64_t user = table_user(database), other = table_user(database);
    table_append(database, mailbox, 6, 0);
    set_seen(database, mailbox, user, "1:3", true);
    set_seen(database, mailbox, other, "1:6", true);
    set_seen(database, mailbox, user, "2", false);
    set_seen(database, mailbox, user, "6", true);
    struct arena arena;
    arena_init(&arena, 0);
    struct seen_history history;
    CHECK_OK(history_seen(database, &arena, mailbox, user, 5, &history));
    CHECK_INT(history.page_count, 1);
    CHECK_U64(history.pages[0].modseq, 0); /* the journal begins with modseq 1 */
    CHECK_INT(history.row_count, 2);
    CHECK_U64(history.rows[0].modseq, 3);
    CHECK_UIDS(&history.rows[0].uids, "1:3");
    CHECK_U64(history.rows[1].modseq, 5);
    CHECK_UIDS(&history.rows[1].uids, "2");
    seen_history_clear(&history);
    table_sql("DELETE FROM journal WHERE mailbox_id = %" PRId64 " AND modseq <= 4", mailbox);
    CHECK_OK(history_seen(database, &arena, mailbox, user, 6, &history));
    CHECK_U64(history.pages[0].modseq, 4);
    CHECK_INT(history.row_count, 2);
    seen_history_clear(&history);
    CHECK_OK(history_seen(database, &arena, mailbox, other, 6, &history));
    CHECK_U64(history.pages[0].modseq, 4);
    CHECK_INT(history.row_count, 0);
    seen_history_clear(&history);
    arena_clear(&arena);
}

void test_history_seen_is_one_users(void)
{
    store_run(seen_body);
}

static void check_condition(struct database *database, struct change change, uint64_t since,
                            flag_mask flags, const char *changed, const char *refused)
{
    struct uidset all = table_uids("1:6");
    change.uids = &all;
    change.unchanged_since = since;
    change.unchanged_flags = flags;
    table_run(database, &change);
    CHECK_OK(change.result);
    CHECK_UIDS(&change.row.uids, changed);
    CHECK_UIDS(&change.refused, refused);
    change_clear(&change);
    uidset_clear(&all);
}

/* What happens between the look into the view and the lock. */
static void condition_body(struct database *database)
{
    int64_t mailbox = table_mailbox(database, 0, true);
    int64_t user = table_user(database), other = table_user(database);
    table_append(database, mailbox, 6, 0);
    set_flags(database, mailbox, "2", FLAG_FLAGGED);
    set_flags(database, mailbox, "3", FLAG_DRAFT);
    set_seen(database, mailbox, user, "4", true);
    set_seen(database, mailbox, other, "5", true);
    struct change flags = table_change(CHANGE_FLAGS, mailbox);
    flags.seen_per_user = true;
    flags.user_id = user;
    flags.flags_set = FLAG_ANSWERED;
    check_condition(database, flags, 2, FLAG_ANSWERED | FLAG_FLAGGED, "1,3:6", "2");
    flags.flags_set = FLAG_DELETED;
    check_condition(database, flags, 6, FLAG_ANSWERED, "2", "1,3:6");
    check_condition(database, flags, 8, FLAGS_ALL, "1,3:6", "");
    struct change seen = table_change(CHANGE_SEEN, mailbox);
    seen.seen_per_user = true;
    seen.user_id = user;
    seen.flags_set = FLAG_SEEN;
    check_condition(database, seen, 4, FLAG_SEEN, "1:3,5:6", "4");
    table_is_sound(mailbox);
}

void test_history_refuses_changes_of_what_has_changed(void)
{
    store_run(condition_body);
}

/* The halves of one STORE do not refuse each other. */
static void halves_body(struct database *database)
{
    int64_t mailbox = table_mailbox(database, 0, true);
    int64_t user = table_user(database);
    table_append(database, mailbox, 3, 0);
    set_flags(database, mailbox, "2", FLAG_FLAGGED);
    struct uidset all = table_uids("1:3");
    struct change halves[2] = {table_change(CHANGE_FLAGS, mailbox),
                               table_change(CHANGE_SEEN, mailbox)};
    struct change *batch[2];
    for (size_t i = 0; i < 2; i++) {
        halves[i].seen_per_user = true;
        halves[i].user_id = user;
        halves[i].uids = &all;
        halves[i].unchanged_since = 2;
        halves[i].unchanged_flags = FLAG_SEEN | FLAG_FLAGGED;
        halves[i].is_second_half = i > 0;
        batch[i] = &halves[i];
    }
    halves[0].flags_set = FLAG_FLAGGED;
    halves[1].flags_set = FLAG_SEEN;
    CHECK_OK(change_batch_run(database, batch, 2));
    for (size_t i = 0; i < 2; i++) {
        CHECK_OK(halves[i].result);
        CHECK_UIDS(&halves[i].row.uids, "1,3");
        CHECK_UIDS(&halves[i].refused, "2");
        change_clear(&halves[i]);
    }
    uidset_clear(&all);
    table_is_sound(mailbox);
}

void test_history_halves_of_a_store_agree(void)
{
    store_run(halves_body);
}
