#include "catalogue.h"
#include "support/check.h"

static const char *const kinds[] = {
    [CATALOGUE_CREATED] = "created",           [CATALOGUE_DELETED] = "deleted",
    [CATALOGUE_RENAMED] = "renamed",           [CATALOGUE_ACCESS] = "access",
    [CATALOGUE_SUBSCRIPTION] = "subscription",
};

static struct catalogue_row row(int64_t id, const char *name)
{
    return (struct catalogue_row){
        .name = slice_cstr(name), .mailbox_id = id, .rights = RIGHT_LOOKUP | RIGHT_READ};
}

static struct catalogue_row subscribed(int64_t id, const char *name)
{
    struct catalogue_row made = row(id, name);
    made.subscribed = true;
    return made;
}

/* "renamed A>B, created C" */
static void compare(struct catalogue_row *before, uint32_t before_count,
                    struct catalogue_row *after, uint32_t after_count, const char *expected)
{
    const struct catalogue_table old = {.rows = before, .count = before_count};
    const struct catalogue_table now = {.rows = after, .count = after_count};
    struct arena arena;
    struct buffer out;
    struct catalogue_change *changes;
    size_t count = 0;
    arena_init(&arena, 0);
    buffer_init(&out, 0);
    CHECK_OK(catalogue_compare(&old, &now, &arena, &changes, &count));
    for (size_t i = 0; i < count; i++) {
        buffer_printf(&out, "%s%s ", i ? ", " : "", kinds[changes[i].kind]);
        if (changes[i].before)
            buffer_add(&out, changes[i].before->name);
        if (changes[i].before && changes[i].after)
            buffer_add_char(&out, '>');
        if (changes[i].after)
            buffer_add(&out, changes[i].after->name);
    }
    check_slice(buffer_slice(&out), slice_cstr(expected), "changes", __FILE__, __LINE__);
    buffer_clear(&out);
    arena_clear(&arena);
}
#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

void test_catalogue_compare_finds_what_came_and_went(void)
{
    struct catalogue_row before[] = {row(1, "INBOX"), row(2, "A"), row(3, "B")};
    struct catalogue_row after[] = {row(1, "INBOX"), row(3, "B"), row(4, "C")};
    compare(before, COUNT(before), after, COUNT(after), "deleted A, created C");
    compare(before, 0, after, 1, "created INBOX");
    compare(before, COUNT(before), before, COUNT(before), "");
}

void test_catalogue_compare_takes_a_mailbox_made_again_for_another(void)
{
    struct catalogue_row before[] = {row(2, "A")};
    struct catalogue_row after[] = {row(5, "A")};
    compare(before, 1, after, 1, "deleted A>A, created A>A");
}

void test_catalogue_compare_leaves_out_what_was_renamed_along(void)
{
    struct catalogue_row before[] = {row(2, "A"), row(3, "A/B"), row(4, "A/B/C"), row(5, "A/D")};
    struct catalogue_row after[] = {row(5, "X/E"), row(2, "Y"), row(3, "Y/B"), row(4, "Y/B/C")};
    compare(before, COUNT(before), after, COUNT(after), "renamed A>Y, renamed A/D>X/E");
}

void test_catalogue_compare_tells_the_topmost_that_can_be_seen(void)
{
    /* "A" itself is made up. */
    struct catalogue_row before[] = {row(0, "A"), row(3, "A/B"), row(4, "A/B/C")};
    struct catalogue_row after[] = {row(0, "Y"), row(3, "Y/B"), row(4, "Y/B/C")};
    compare(before, COUNT(before), after, COUNT(after), "renamed A/B>Y/B");
}

void test_catalogue_compare_finds_what_may_be_read(void)
{
    struct catalogue_row before[] = {row(2, "A"), row(3, "B")};
    struct catalogue_row after[] = {row(2, "A"), row(3, "B")};
    before[0].rights = RIGHT_LOOKUP;
    after[1].rights |= RIGHT_WRITE;
    compare(before, 2, after, 2, "access A>A");
}

void test_catalogue_compare_finds_subscriptions_by_name(void)
{
    struct catalogue_row before[] = {subscribed(2, "A"), row(3, "B"), subscribed(0, "Gone")};
    struct catalogue_row after[] = {row(2, "A"), subscribed(3, "B"), subscribed(0, "New")};
    compare(before, COUNT(before), after, COUNT(after),
            "subscription B>B, subscription New, subscription A>A, subscription Gone");
}

void test_catalogue_compare_passes_over_recently_deleted(void)
{
    struct catalogue_row before[] = {row(2, "A")};
    struct catalogue_row after[] = {row(2, "A"), row(-2, "A/Recently Deleted")};
    compare(before, 1, after, 2, "");
    compare(after, 2, before, 1, "");
}
