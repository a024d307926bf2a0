#include <stdlib.h>

#include "base/clock.h"
#include "model/mailbox_name.h"
#include "support/check.h"

static bool matches(const char *name, const char *pattern)
{
    return mailbox_name_matches(slice_cstr(name), slice_cstr(pattern));
}

void test_mailbox_match_without_wildcards(void)
{
    CHECK(matches("a/b", "a/b"));
    CHECK(!matches("a/b", "a"));
    CHECK(!matches("a", "a/b"));
    CHECK(!matches("a", "A"));
    CHECK(matches("", ""));
    CHECK(!matches("", "a"));
    CHECK(!matches("a", ""));
}

void test_mailbox_match_star_crosses_levels(void)
{
    CHECK(matches("a/b/c", "*"));
    CHECK(matches("", "*"));
    CHECK(matches("a/b/c", "a*"));
    CHECK(matches("a/b/c", "a*c"));
    CHECK(matches("a/b/c", "*/*"));
    CHECK(matches("a/b/c", "**c**"));
    CHECK(!matches("a/b/c", "*d"));
    CHECK(!matches("abc", "*/*"));
}

void test_mailbox_match_percent_stays_in_its_level(void)
{
    CHECK(matches("abc", "%"));
    CHECK(matches("", "%"));
    CHECK(!matches("a/b", "%"));
    CHECK(matches("a/b", "%/%"));
    CHECK(!matches("a/b/c", "%/%"));
    CHECK(matches("a/b", "a/%"));
    CHECK(matches("a/", "a/%"));
    CHECK(!matches("a/b/c", "a/%"));
    CHECK(matches("abcd", "%b%d"));
    CHECK(!matches("xa/yab", "%a%b"));
    CHECK(matches("aab", "%ab"));
}

void test_mailbox_match_mixes_both(void)
{
    CHECK(matches("a/b/c", "*%"));
    CHECK(matches("a/b/c", "%*"));
    CHECK(matches("a/b/c", "*/%"));
    CHECK(matches("x/ab/ab", "*a%b"));
    CHECK(!matches("x/ab/", "*a%b"));
    CHECK(matches("Shared/Sales/Orders", "Shared/*rder%"));
}

void test_mailbox_match_inbox_ignores_case(void)
{
    CHECK(matches("INBOX", "inbox"));
    CHECK(matches("INBOX", "InB%"));
    CHECK(matches("INBOX", "*ox"));
    CHECK(matches("INBOX/Sub", "inbox/Sub"));
    CHECK(!matches("INBOX/Sub", "inbox/sub"));
    CHECK(!matches("INBOXES", "inboxes"));
    CHECK(!matches("Work/INBOX", "Work/inbox"));
}

void test_mailbox_match_takes_names_with_wildcards_and_utf8(void)
{
    CHECK(matches("a*b", "a*b"));
    CHECK(matches("100%", "100%"));
    CHECK(matches("caf\xc3\xa9/x", "caf\xc3\xa9/%"));
    CHECK(matches("\xc3\xa9", "%"));
}

/* The definition, written down as recursion. */
static bool matches_slowly(const char *name, const char *pattern)
{
    if (!*pattern)
        return !*name;
    if (*pattern != '*' && *pattern != '%')
        return *name == *pattern && matches_slowly(name + 1, pattern + 1);
    if (matches_slowly(name, pattern + 1))
        return true;
    return *name && (*pattern == '*' || *name != '/') && matches_slowly(name + 1, pattern);
}

void test_mailbox_match_agrees_with_the_definition(void)
{
    static const char name_letters[] = "aab/", pattern_letters[] = "ab/*%";
    srand(11);
    size_t matched = 0;
    for (int round = 0; round < 200000; round++) {
        char name[9] = "", pattern[8] = "";
        size_t name_length = (size_t)rand() % sizeof name;
        size_t pattern_length = (size_t)rand() % sizeof pattern;
        for (size_t i = 0; i < name_length; i++)
            name[i] = name_letters[rand() % 4];
        for (size_t i = 0; i < pattern_length; i++)
            pattern[i] = pattern_letters[rand() % 5];
        bool expected = matches_slowly(name, pattern);
        matched += expected;
        if (matches(name, pattern) != expected) {
            CHECK_STR(name, "");
            CHECK_STR(pattern, expected ? "a match" : "no match");
        }
    }
    CHECK(matched > 1000);
}

void test_mailbox_match_is_quick_with_many_wildcards(void)
{
    static const char *const units[] = {"%*", "*a", "%a", "*%a"};
    char name[MAILBOX_NAME_MAX], pattern[2 * MAILBOX_NAME_MAX];
    memset(name, 'a', sizeof name);
    int64_t before = clock_monotonic_ms();
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        size_t unit = strlen(units[u]), length = 0;
        for (; length + unit < sizeof pattern; length += unit)
            memcpy(pattern + length, units[u], unit);
        pattern[length] = 'b';
        CHECK(!mailbox_name_matches(slice_of(name, sizeof name), slice_of(pattern, length + 1)));
    }
    CHECK(clock_monotonic_ms() - before < 1000);
}

void test_mailbox_match_takes_the_longest_names(void)
{
    char name[4 * MAILBOX_NAME_MAX + 1];
    memset(name, 'a', sizeof name);
    CHECK(mailbox_name_matches(slice_of(name, sizeof name - 1), SLICE("*a%")));
    CHECK(!mailbox_name_matches(slice_of(name, sizeof name), SLICE("*")));
}
