#include "store/annotations.h"

#include <inttypes.h>

#include "support/check.h"
#include "table_fixture.h"

static struct annotation_change make_change(int64_t mailbox_id, int64_t user_id,
                                            const struct slice *entries, const struct slice *values,
                                            size_t count)
{
    return (struct annotation_change){.mailbox_id = mailbox_id,
                                      .user_id = user_id,
                                      .actor = SLICE("tester"),
                                      .client = SLICE("test"),
                                      .rights_modseq = INT64_MAX,
                                      .entries = entries,
                                      .values = values,
                                      .count = count,
                                      .annotations_max = 10};
}

static void set(struct database *database, int64_t mailbox_id, int64_t user_id, struct slice value)
{
    const struct slice entries[] = {SLICE("/shared/a"), SLICE("/private/b")};
    const struct slice values[] = {value, value};
    const struct annotation_change change = make_change(mailbox_id, user_id, entries, values, 2);
    uint64_t modseq = 0;
    CHECK_OK(annotations_set(database, &change, &modseq));
    CHECK(table_is_sound(mailbox_id));
    CHECK_U64(modseq, (uint64_t)table_number("SELECT highest_modseq FROM mailbox_state"
                                             " WHERE mailbox_id = %" PRId64,
                                             mailbox_id));
}

static void listed_body(struct database *database)
{
    int64_t user = table_user(database), other = table_user(database);
    int64_t one = table_mailbox(database, 0, true), two = table_mailbox(database, 0, true);
    set(database, one, user, SLICE("1234"));
    set(database, two, other, SLICE("12345678"));
    const struct slice entries[] = {SLICE("/private/b"), SLICE("/shared/a")};
    struct annotations_asked asked[] = {{.mailbox_id = one, .rights_modseq = INT64_MAX},
                                        {.mailbox_id = one, .rights_modseq = 0},
                                        {.mailbox_id = two, .rights_modseq = INT64_MAX}};
    struct arena arena;
    arena_init(&arena, 0);
    CHECK_OK(annotations_listed(database, &arena, user, entries, 2, 100, asked, 3));
    CHECK(asked[0].found && !asked[1].found && asked[2].found);
    CHECK_INT(asked[0].count, 2);
    CHECK_SLICE(asked[0].rows[0].entry, "/private/b");
    CHECK_INT(asked[2].count, 1);
    CHECK_SLICE(asked[2].rows[0].value, "12345678");
    /* As much as fits, but no mailbox by halves. */
    CHECK_OK(annotations_listed(database, &arena, user, entries, 2, 15, asked, 3));
    CHECK(asked[0].found && !asked[2].found);
    CHECK_OK(annotations_listed(database, &arena, user, entries, 2, 7, asked, 3));
    CHECK(!asked[0].found && !asked[2].found);
    arena_clear(&arena);
}

void test_annotations_are_listed_up_to_a_size(void)
{
    store_run(listed_body);
}

static void copy_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t from = table_mailbox(database, 0, true), to = table_mailbox(database, 0, true);
    set(database, from, user, SLICE("x"));
    CHECK_OK(annotations_copy(database, from, to));
    CHECK_INT(table_number("SELECT count(*) FROM annotations WHERE value = 'x' AND mailbox_id = "
                           "%" PRId64,
                           to),
              2);
}

void test_annotations_are_copied(void)
{
    store_run(copy_body);
}

static void go_body(struct database *database)
{
    int64_t user = table_user(database), mailbox = table_mailbox(database, 0, true);
    set(database, mailbox, user, SLICE("x"));
    set(database, mailbox, user, (struct slice){NULL, 0});
    CHECK_INT(table_number("SELECT count(*) FROM annotations WHERE mailbox_id = %" PRId64, mailbox),
              0);
    set(database, mailbox, user, SLICE("y"));
    table_sql("DELETE FROM users WHERE id = %" PRId64, user);
    CHECK_INT(table_number("SELECT count(*) FROM annotations WHERE mailbox_id = %" PRId64, mailbox),
              1);
}

void test_annotations_go(void)
{
    store_run(go_body);
}
