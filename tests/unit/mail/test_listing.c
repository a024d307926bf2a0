/* The pure part of LIST and LSUB: from names to the lines of the answer. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "listing.h"
#include "support/check.h"

enum { NAMES_MAX = 32 };

/* "name" plain, "(name)" made up, "name+" with children. */
static void render(const struct listed_mailbox *rows, size_t count, struct buffer *out)
{
    for (size_t i = 0; i < count; i++)
        buffer_printf(out, "%s%s%.*s%s%s", i ? " " : "", rows[i].no_select ? "(" : "",
                      SLICE_ARGS(rows[i].name), rows[i].no_select ? ")" : "",
                      rows[i].has_children ? "+" : "");
}

/* names: separated by ",". */
static size_t split(const char *names, struct listed_mailbox *mailboxes)
{
    struct slice rest = slice_cstr(names);
    size_t count = 0;
    while (rest.len) {
        size_t end = slice_find(rest, ',');
        mailboxes[count] = (struct listed_mailbox){.name = slice_sub(rest, 0, end),
                                                   .mailbox_id = (int64_t)count + 1};
        count++;
        rest = slice_sub(rest, end + 1, rest.len);
    }
    return count;
}

static void check_listing(const char *names, const char *pattern, bool subscribed,
                          const char *expected)
{
    struct listed_mailbox mailboxes[NAMES_MAX];
    size_t count = split(names, mailboxes);
    struct arena arena;
    arena_init(&arena, 0);
    struct buffer text;
    buffer_init(&text, 0);
    struct listed_mailbox *rows;
    if (CHECK_OK(listing_make(mailboxes, count, slice_cstr(pattern), subscribed, &arena, &rows,
                              &count))) {
        render(rows, count, &text);
        check_slice(buffer_slice(&text), slice_cstr(expected), pattern, __FILE__, __LINE__);
    }
    buffer_clear(&text);
    arena_clear(&arena);
}

static const char everybody[] = "Shared/Sales/Orders,Shared/Sales,Other Users/bob/INBOX,"
                                "Projects/2026/a,Projects/2026,Archive,INBOX/Lists,INBOX,"
                                "Shared/Sales-Old";

void test_listing_orders_inbox_own_others_shared(void)
{
    check_listing(everybody, "*", false,
                  "INBOX+ INBOX/Lists Archive (Projects)+ Projects/2026+ Projects/2026/a "
                  "(Other Users)+ (Other Users/bob)+ Other Users/bob/INBOX "
                  "(Shared)+ Shared/Sales+ Shared/Sales/Orders Shared/Sales-Old");
}

void test_listing_percent_stays_on_a_level(void)
{
    check_listing(everybody, "%", false, "INBOX+ Archive (Projects)+ (Other Users)+ (Shared)+");
    check_listing(everybody, "Shared/%", false, "Shared/Sales+ Shared/Sales-Old");
    check_listing(everybody, "%/%", false,
                  "INBOX/Lists Projects/2026+ (Other Users/bob)+ Shared/Sales+ Shared/Sales-Old");
    check_listing(everybody, "Shared/Sales", false, "Shared/Sales+");
    check_listing(everybody, "Shared", false, "(Shared)+");
}

void test_listing_ignores_case_of_inbox_only(void)
{
    check_listing(everybody, "inbox", false, "INBOX+");
    check_listing(everybody, "iNbOx*", false, "INBOX+ INBOX/Lists");
    check_listing(everybody, "archive", false, "");
}

void test_listing_patterns_that_match_nothing(void)
{
    check_listing(everybody, "", false, "");
    check_listing(everybody, "/Shared", false, "");
    check_listing(everybody, "Nowhere/%", false, "");
    check_listing("", "*", false, "");
}

void test_listing_makes_up_every_missing_level_once(void)
{
    check_listing("a/b/c/d,a/b/x,a/z/y", "*", false,
                  "(a)+ (a/b)+ (a/b/c)+ a/b/c/d a/b/x (a/z)+ a/z/y");
    check_listing("a/b/c/d,a/b/x,a/z/y", "a/%", false, "(a/b)+ (a/z)+");
}

void test_listing_keeps_children_behind_their_parent(void)
{
    /* "-" and "!" sort before "/" as octets. */
    check_listing("a,a-b,a!,a/c", "*", false, "a+ a/c a! a-b");
    check_listing("a-b,a/c", "*", false, "(a)+ a/c a-b");
}

void test_listing_prefix_is_no_parent(void)
{
    check_listing("Sal,Sales/x", "%", false, "Sal (Sales)+");
    check_listing("INBOXES,INBOX", "*", false, "INBOX INBOXES");
    check_listing("Sharedx,Shared/a", "*", false, "Sharedx (Shared)+ Shared/a");
}

void test_listing_lsub_shows_subscribed_only(void)
{
    check_listing("foo/bar,INBOX", "*", true, "INBOX foo/bar");
    check_listing("foo/bar,foo", "%", true, "foo+");
}

void test_listing_lsub_percent_gives_the_parent(void)
{
    /* RFC 3501 section 6.3.9. */
    check_listing("foo/bar", "%", true, "(foo)+");
    check_listing("a/b/c", "%", true, "(a)+");
    check_listing("a/b/c", "a/%", true, "(a/b)+");
    check_listing("a/b/c,a/d", "%/%", true, "(a/b)+ a/d");
    check_listing("a/b/c,a/d,x", "a%", true, "(a)+");
}

void test_listing_lsub_only_percent_gives_the_parent(void)
{
    check_listing("foo/bar", "foo", true, "");
    check_listing("foo/bar", "fo*o", true, "");
    check_listing("foo/bar", "fo%", true, "(foo)+");
}

void test_listing_lsub_parent_not_needed_when_all_below_match(void)
{
    check_listing("a/b", "a*", true, "a/b");
    check_listing("foo/bar", "*%", true, "foo/bar");
    check_listing("xa/za,xa/zb", "*a%", true, "(xa)+ xa/za");
    check_listing("xa/zb,xa/zc/a", "*a%", true, "(xa)+ xa/zc/a");
}

void test_listing_copies_what_it_returns(void)
{
    char name[] = "Work";
    char use[] = "\\Sent";
    struct listed_mailbox mailbox = {.name = slice_cstr(name),
                                     .special_use = slice_cstr(use),
                                     .mailbox_id = 7,
                                     .rights = RIGHT_LOOKUP};
    struct arena arena;
    arena_init(&arena, 0);
    struct listed_mailbox *rows;
    size_t count;
    CHECK_OK(listing_make(&mailbox, 1, SLICE("*"), false, &arena, &rows, &count));
    memset(name, 'x', 4);
    memset(use, 'x', 5);
    CHECK_INT(count, 1);
    CHECK_SLICE(rows[0].name, "Work");
    CHECK_SLICE(rows[0].special_use, "\\Sent");
    CHECK_INT(rows[0].mailbox_id, 7);
    CHECK_INT(rows[0].rights, RIGHT_LOOKUP);
    arena_clear(&arena);
}

void test_listing_of_very_many_is_quick(void)
{
    enum { MANY = 20000 };
    struct arena arena;
    arena_init(&arena, 0);
    struct listed_mailbox *mailboxes = ARENA_ARRAY(&arena, MANY, struct listed_mailbox);
    for (size_t i = 0; i < MANY; i++)
        mailboxes[i].name = slice_cstr(
            arena_printf(&arena, "Shared/department %zu/team/mailbox %zu", i * 7 % 100, i));
    struct listed_mailbox *rows;
    size_t count;
    int64_t start = clock_monotonic_ms();
    CHECK_OK(listing_make(mailboxes, MANY, SLICE("*"), false, &arena, &rows, &count));
    /* 100 departments and 100 teams are made up, and the namespace; a
     * quadratic loop would take minutes. */
    CHECK_INT(count, MANY + 201);
    CHECK(clock_monotonic_ms() - start < 2000);
    if (getenv("POSTROOM_TEST_TIMES"))
        printf("listing of 20,000: %d ms\n", (int)(clock_monotonic_ms() - start));
    arena_clear(&arena);
}
