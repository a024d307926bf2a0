/* The pure part of LIST and LSUB: from names to the lines of the answer. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "listing_lines.h"
#include "support/check.h"

enum { NAMES_MAX = 32 };

/* "name" plain, "(name)" made up, "?name" not there, "name+" with children, "name!" with
 * something selected below. */
static void render(const struct list_query *query, const struct listed_mailbox *rows, size_t count,
                   struct buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        bool made_up = !rows[i].exists && !rows[i].selected;
        bool absent = !query->lsub && !rows[i].exists && rows[i].selected;
        buffer_printf(out, "%s%s%s%.*s%s%s%s", i ? " " : "", made_up ? "(" : "", absent ? "?" : "",
                      SLICE_ARGS(rows[i].name), made_up ? ")" : "", rows[i].has_children ? "+" : "",
                      rows[i].has_selected_below ? "!" : "");
    }
}

/* Names separated by ","; for a query that selects, those that are selected have a "*"
 * before them, and those that do not exist a "?". */
static size_t split(const struct list_query *query, const char *names,
                    struct listed_mailbox *mailboxes)
{
    struct slice rest = slice_cstr(names);
    size_t count = 0;
    while (rest.len) {
        size_t end = slice_find(rest, ',');
        struct slice name = slice_sub(rest, 0, end);
        bool selected = slice_starts_with(name, SLICE("*"));
        bool absent = slice_starts_with(name, SLICE("?"));
        mailboxes[count++] = (struct listed_mailbox){
            .name = selected || absent ? slice_sub(name, 1, name.len) : name,
            .special_use = SLICE_EMPTY,
            .exists = !query->lsub && !absent,
            .selected = !query->select || selected || absent,
        };
        rest = slice_sub(rest, end + 1, rest.len);
    }
    return count;
}

/* patterns: separated by "|". */
static void check_query(const struct list_query *query, const char *names, const char *patterns,
                        const char *expected)
{
    struct listed_mailbox mailboxes[NAMES_MAX];
    size_t count = split(query, names, mailboxes);
    listing_sort(mailboxes, count);
    struct slice all[4], rest = slice_cstr(patterns);
    struct listing_patterns asked = {all, 0};
    do {
        size_t end = slice_find(rest, '|');
        all[asked.count++] = slice_sub(rest, 0, end);
        rest = slice_sub(rest, end + 1, rest.len);
    } while (rest.len);
    struct arena arena;
    arena_init(&arena, 0);
    struct buffer text;
    buffer_init(&text, 0);
    struct listed_mailbox *rows;
    if (CHECK_OK(listing_make(query, &asked, mailboxes, count, &arena, &rows, &count))) {
        render(query, rows, count, &text);
        check_slice(buffer_slice(&text), slice_cstr(expected), patterns, __FILE__, __LINE__);
    }
    buffer_clear(&text);
    arena_clear(&arena);
}

static void check_listing(const char *names, const char *pattern, bool lsub, const char *expected)
{
    const struct list_query query = {.lsub = lsub};
    check_query(&query, names, pattern, expected);
}

static void check_selected(unsigned select, const char *names, const char *patterns,
                           const char *expected)
{
    const struct list_query query = {.select = select};
    check_query(&query, names, patterns, expected);
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

void test_listing_many_patterns_give_each_name_once(void)
{
    check_listing(everybody, "INBOX|Shared/%|*", false,
                  "INBOX+ INBOX/Lists Archive (Projects)+ Projects/2026+ Projects/2026/a "
                  "(Other Users)+ (Other Users/bob)+ Other Users/bob/INBOX "
                  "(Shared)+ Shared/Sales+ Shared/Sales/Orders Shared/Sales-Old");
    check_listing(everybody, "Archive|Shared/%|Nowhere", false,
                  "Archive Shared/Sales+ Shared/Sales-Old");
}

/* RFC 5258 section 5, examples 2 and 3. */
static const char vegetables[] = "*INBOX,Fruit,Fruit/Apple,*Fruit/Banana,?Fruit/Peach,Tofu,"
                                 "*Vegetable,*Vegetable/Broccoli,Vegetable/Corn";

void test_listing_selected_are_told_whether_they_exist_or_not(void)
{
    check_selected(LIST_SUBSCRIBED, vegetables, "*",
                   "INBOX Fruit/Banana ?Fruit/Peach Vegetable+ Vegetable/Broccoli");
    check_selected(LIST_SUBSCRIBED, vegetables, "%", "INBOX Vegetable+");
    check_selected(LIST_SUBSCRIBED, "?a/b", "*", "?a/b");
}

void test_listing_selection_makes_up_no_parents(void)
{
    check_selected(LIST_SUBSCRIBED, "*a/b,c/d", "*", "a/b");
    check_selected(LIST_SUBSCRIBED, "*a/b,c/d", "%", "");
}

void test_listing_children_are_those_that_exist(void)
{
    check_selected(LIST_SUBSCRIBED, "*a,?a/b", "a", "a");
    check_selected(LIST_SUBSCRIBED, "?a,*a/b", "a", "?a+");
}

/* RFC 5258 section 5, example 8 and 9. */
static const char foos[] = "foo2,*foo2/bar1,*foo2/bar2,baz2,*baz2/bar2,*baz2/bar22,*baz2/bar222,"
                           "*eps2,*eps2/mamba,qux2,*qux2/bar2";

void test_listing_recursivematch_tells_what_hides_something(void)
{
    unsigned select = LIST_SUBSCRIBED | LIST_RECURSIVEMATCH;
    check_selected(select, foos, "*2",
                   "baz2/bar2 baz2/bar22 baz2/bar222 eps2+! foo2+! foo2/bar2 qux2/bar2");
    check_selected(select, foos, "%", "baz2+! eps2+! foo2+! qux2+!");
    check_selected(select, vegetables, "%", "INBOX Fruit+! Vegetable+!");
    check_selected(LIST_SUBSCRIBED, foos, "%", "eps2+");
}

void test_listing_recursivematch_makes_up_parents(void)
{
    unsigned select = LIST_SUBSCRIBED | LIST_RECURSIVEMATCH;
    check_selected(select, "*a/b/c,d/e", "%", "(a)+!");
    check_selected(select, "*a/b/c,d/e", "*", "a/b/c");
    check_selected(select, "?a/b", "%", "(a)!");
    check_selected(LIST_SPECIAL_USE | LIST_RECURSIVEMATCH, "a/b,*a/c", "%", "(a)+!");
}

void test_listing_deepest_level_has_no_inferiors(void)
{
    char deep[4 * MAILBOX_LEVELS_MAX] = "a";
    for (int level = 2; level < MAILBOX_LEVELS_MAX; level++)
        strcat(deep, "/a");
    char deepest[sizeof deep + 2];
    snprintf(deepest, sizeof deepest, "%s/b", deep);
    struct listed_mailbox mailboxes[] = {
        {.name = slice_cstr(deep), .special_use = SLICE_EMPTY, .exists = true, .selected = true},
        {.name = slice_cstr(deepest), .special_use = SLICE_EMPTY, .exists = true, .selected = true},
    };
    struct arena arena;
    arena_init(&arena, 0);
    const struct list_query query = {0};
    const struct slice pattern = SLICE("*");
    const struct listing_patterns patterns = {&pattern, 1};
    struct listed_mailbox *rows;
    size_t count;
    CHECK_OK(listing_make(&query, &patterns, mailboxes, 2, &arena, &rows, &count));
    CHECK(!rows[count - 2].no_inferiors && rows[count - 2].has_children);
    CHECK(rows[count - 1].no_inferiors && !rows[count - 1].has_children);
    arena_clear(&arena);
}

void test_listing_copies_what_it_returns(void)
{
    char name[] = "Work";
    char use[] = "\\Sent";
    struct listed_mailbox mailbox = {.name = slice_cstr(name),
                                     .special_use = slice_cstr(use),
                                     .exists = true,
                                     .selected = true,
                                     .mailbox_id = 7,
                                     .rights = RIGHT_LOOKUP};
    const struct list_query query = {0};
    const struct slice pattern = SLICE("*");
    const struct listing_patterns patterns = {&pattern, 1};
    struct arena arena;
    arena_init(&arena, 0);
    struct listed_mailbox *rows;
    size_t count;
    CHECK_OK(listing_make(&query, &patterns, &mailbox, 1, &arena, &rows, &count));
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
        mailboxes[i] = (struct listed_mailbox){
            .name = slice_cstr(
                arena_printf(&arena, "Shared/department %zu/team/mailbox %zu", i * 7 % 100, i)),
            .special_use = SLICE_EMPTY,
            .exists = true,
            .selected = true};
    const struct list_query query = {0};
    const struct slice pattern = SLICE("*");
    const struct listing_patterns patterns = {&pattern, 1};
    struct listed_mailbox *rows;
    size_t count;
    int64_t start = clock_monotonic_ms();
    listing_sort(mailboxes, MANY);
    CHECK_OK(listing_make(&query, &patterns, mailboxes, MANY, &arena, &rows, &count));
    /* 100 departments and 100 teams are made up, and the namespace; a
     * quadratic loop would take minutes. */
    CHECK_INT(count, MANY + 201);
    CHECK(clock_monotonic_ms() - start < 2000);
    if (getenv("POSTROOM_TEST_TIMES"))
        printf("listing of 20,000: %d ms\n", (int)(clock_monotonic_ms() - start));
    arena_clear(&arena);
}
