#include <stdio.h>
#include <stdlib.h>

#include "sieve/match.h"
#include "support/check.h"

enum { STEPS = 1000000 };

static const struct sieve_match is = {0};
static const struct sieve_match contains = {.type = SIEVE_MATCH_CONTAINS};
static const struct sieve_match matches = {.type = SIEVE_MATCH_MATCHES};
static const struct sieve_match regex = {.type = SIEVE_MATCH_REGEX};

static struct sieve_match with(struct sieve_match match, enum sieve_comparator comparator)
{
    match.comparator = comparator;
    return match;
}

static int test(struct sieve_match match, struct slice key, struct slice value,
                struct sieve_captures *captures)
{
    struct sieve_key *prepared = NULL;
    struct sieve_meter meter = {STEPS};
    bool found = false;
    int result = sieve_key_new(&match, key, &prepared);
    if (result == 0)
        result = sieve_key_test(prepared, value, &meter, captures, &found);
    sieve_key_free(&prepared);
    return result < 0 ? result : found;
}

#define YES(match, key, value) CHECK_INT(test((match), SLICE(key), SLICE(value), NULL), 1)
#define NO(match, key, value)  CHECK_INT(test((match), SLICE(key), SLICE(value), NULL), 0)

static bool relates(const char *relation, enum sieve_comparator comparator, const char *value,
                    const char *key)
{
    struct sieve_match match = {.type = SIEVE_MATCH_VALUE, .comparator = comparator};
    CHECK(sieve_relation_find(slice_cstr(relation), &match.relation));
    return test(match, slice_cstr(key), slice_cstr(value), NULL) == 1;
}

/* "text|text|…" of what was captured. */
static void check_captures(struct sieve_match match, struct slice key, struct slice value,
                           const char *expected)
{
    struct sieve_captures captures = {0};
    CHECK_INT(test(match, key, value, &captures), 1);
    char text[400] = "";
    for (size_t i = 0; i < captures.count; i++) {
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s%.*s", i ? "|" : "",
                 SLICE_ARGS(captures.text[i]));
    }
    CHECK_STR(text, expected);
}

/* RFC 4790 section 9.2: ASCII letters only. */
void test_sieve_match_is_ignores_the_case_of_ascii(void)
{
    YES(is, "", "");
    YES(is, "frop", "FroP");
    NO(is, "frop", "frop ");
    NO(is, "\xc3\xa4", "\xc3\x84");
    YES(contains, "", "");
    YES(contains, "ME", "frop me");
    NO(contains, "mee", "frop me");
}

void test_sieve_match_octets_are_exact(void)
{
    NO(with(is, SIEVE_OCTET), "a", "A");
    YES(with(is, SIEVE_OCTET), "a", "a");
    NO(with(contains, SIEVE_OCTET), "ME", "frop me");
    NO(with(matches, SIEVE_OCTET), "A*", "abc");
    NO(with(regex, SIEVE_OCTET), "^A", "abc");
}

/* RFC 5051. */
void test_sieve_match_unicode_casemap(void)
{
    struct sieve_match unicode = with(is, SIEVE_UNICODE_CASEMAP);
    YES(unicode, "\xc3\xa4", "\xc3\x84");
    YES(unicode, "a\xcc\x88", "\xc3\x84"); /* decomposed */
    NO(unicode, "a", "\xc3\xa4");
    YES(with(contains, SIEVE_UNICODE_CASEMAP), "\xc3\x9c", "f\xc3\xbcr");
    YES(with(regex, SIEVE_UNICODE_CASEMAP), "f[\xc3\x9c]r", "f\xc3\xbcr");
}

/* RFC 4790 section 9.1: without digits in front, a string is infinity. */
void test_sieve_match_numbers(void)
{
    struct sieve_match number = with(is, SIEVE_ASCII_NUMERIC);
    YES(number, "007", "7 pieces");
    YES(number, "x", "y");
    YES(number, "", "y");
    NO(number, "0", "");
    YES(number, "0", "000");
    CHECK(relates("gt", SIEVE_ASCII_NUMERIC, "10", "9"));
    CHECK(!relates("gt", SIEVE_ASCII_CASEMAP, "10", "9"));
    CHECK(relates("gt", SIEVE_ASCII_NUMERIC, "abc", "99999999999999999999999999"));
    CHECK(relates("lt", SIEVE_ASCII_NUMERIC, "99999999999999999999999998",
                  "99999999999999999999999999"));
    CHECK_ERR(test(with(contains, SIEVE_ASCII_NUMERIC), SLICE("1"), SLICE("1"), NULL), ERR_INVALID);
    CHECK_ERR(test(with(matches, SIEVE_ASCII_NUMERIC), SLICE("1"), SLICE("1"), NULL), ERR_INVALID);
    CHECK_ERR(test(with(regex, SIEVE_ASCII_NUMERIC), SLICE("1"), SLICE("1"), NULL), ERR_INVALID);
}

void test_sieve_match_comparators_by_name(void)
{
    enum sieve_comparator comparator = SIEVE_OCTET;
    CHECK(sieve_comparator_find(SLICE("i;ascii-casemap"), &comparator));
    CHECK_INT(comparator, SIEVE_ASCII_CASEMAP);
    CHECK(sieve_comparator_find(SLICE("i;unicode-casemap"), &comparator));
    CHECK_INT(comparator, SIEVE_UNICODE_CASEMAP);
    CHECK(!sieve_comparator_find(SLICE("i;klingon"), &comparator));
    CHECK_INT(comparator, SIEVE_UNICODE_CASEMAP);
}

/* RFC 5231 section 4.1. */
void test_sieve_match_relations(void)
{
    static const struct {
        const char *name;
        bool less, equal, greater;
    } rows[] = {
        {"gt", false, false, true}, {"ge", false, true, true},  {"lt", true, false, false},
        {"le", true, true, false},  {"eq", false, true, false}, {"ne", true, false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_INT(relates(rows[i].name, SIEVE_ASCII_CASEMAP, "a", "B"), rows[i].less);
        CHECK_INT(relates(rows[i].name, SIEVE_ASCII_CASEMAP, "b", "B"), rows[i].equal);
        CHECK_INT(relates(rows[i].name, SIEVE_ASCII_CASEMAP, "c", "B"), rows[i].greater);
    }
    enum sieve_relation relation;
    CHECK(!sieve_relation_find(SLICE("gte"), &relation));
}

/* Upper case is what i;ascii-casemap compares: "_" comes behind the letters. */
void test_sieve_match_orders_as_upper_case(void)
{
    CHECK(relates("gt", SIEVE_ASCII_CASEMAP, "_", "a"));
    CHECK(relates("lt", SIEVE_OCTET, "_", "a"));
}

void test_sieve_match_wildcards(void)
{
    YES(matches, "", "");
    NO(matches, "", "a");
    YES(matches, "*", "");
    YES(matches, "**", "abc");
    NO(matches, "?", "");
    YES(matches, "a?C", "ABc");
    NO(matches, "a?c", "ac");
    YES(matches, "*coyote*roadrunner*", "the Coyote and the Roadrunner");
    NO(matches, "*coyote*roadrunner*", "the roadrunner and the coyote");
    YES(matches, "*ab", "aab ab");
    NO(matches, "ab*ba", "aba");
    YES(matches, "ab*ba", "abba");
    NO(matches, "*a?", "a");
    YES(matches, "*?a", "ba");
}

/* RFC 5228 section 2.7.1: what a character is, the comparator says. */
void test_sieve_match_wildcard_for_a_character(void)
{
    NO(matches, "?", "\xc3\xa4");
    YES(matches, "??", "\xc3\xa4");
    YES(with(matches, SIEVE_UNICODE_CASEMAP), "?", "\xc3\xa4");
    NO(with(matches, SIEVE_UNICODE_CASEMAP), "??", "\xc3\xa4");
    YES(with(matches, SIEVE_UNICODE_CASEMAP), "*?x", "\xc3\xa4X");
}

void test_sieve_match_escapes(void)
{
    YES(matches, "\\*", "*");
    NO(matches, "\\*", "a");
    YES(matches, "a\\?\\\\", "a?\\");
    YES(matches, "\\a", "a");
    YES(matches, "a\\", "a\\");
    /* A full width asterisk is none. */
    NO(with(matches, SIEVE_UNICODE_CASEMAP), "\xef\xbc\x8a", "abc");
}

/* RFC 5229 section 3.2. */
void test_sieve_match_captures_as_little_as_it_can(void)
{
    check_captures(matches, SLICE("[*] *"), SLICE("[acme-users] [fwd] version 1.0 is out"),
                   "[acme-users] [fwd] version 1.0 is out|acme-users|[fwd] version 1.0 is out");
    check_captures(matches, SLICE("*?a*?"), SLICE("xxabcabc"), "xxabcabc|x|x|bcab|c");
    check_captures(matches, SLICE("abc"), SLICE("ABC"), "ABC");
    check_captures(matches, SLICE("*-*-*"), SLICE("a-b-c-d"), "a-b-c-d|a|b|c-d");
    check_captures(matches, SLICE("*"), SLICE(""), "|");
    check_captures(matches, SLICE("?*?*?*?*?*?"), SLICE("abcdefgh"), "abcdefgh|a||b||c||d||e");
    check_captures(with(matches, SIEVE_UNICODE_CASEMAP), SLICE("*\xc3\x84?*"),
                   SLICE("\xc3\xb6\xc3\xa4\xc3\xbcZ"),
                   "\xc3\xb6\xc3\xa4\xc3\xbcZ|\xc3\xb6|\xc3\xbc|Z");
}

void test_sieve_match_leaves_captures_alone_without_a_match(void)
{
    struct sieve_captures captures = {.count = 7};
    CHECK_INT(test(matches, SLICE("a*"), SLICE("b"), &captures), 0);
    CHECK_INT(test(regex, SLICE("a(.*)"), SLICE("b"), &captures), 0);
    CHECK_U64(captures.count, 7);
}

void test_sieve_match_regex(void)
{
    YES(regex, "^(re|aw):", "RE: hello");
    NO(regex, "^(re|aw):", "fwd: re: hello");
    YES(regex, "^[[:alpha:]]{3}[0-9]+$", "abc123");
    YES(regex, "", "x");
    YES(regex, "^.$", "\xc3\xa4");
    YES(regex, "b",
        "\xff"
        "b"); /* no UTF-8 */
    check_captures(regex, SLICE("(a+)(x)?(b+)"), SLICE("..AAbb.."), "AAbb|AA||bb");
    check_captures(regex, SLICE("(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)"), SLICE("abcdefghijk"),
                   "abcdefghijk|a|b|c|d|e|f|g|h|i");
}

void test_sieve_match_regex_refuses(void)
{
    CHECK_ERR(test(regex, SLICE("(a"), SLICE(""), NULL), ERR_SYNTAX);
    CHECK_ERR(test(regex, SLICE("(*NO_AUTO_POSSESS)a"), SLICE(""), NULL), ERR_SYNTAX);
    CHECK_ERR(test(regex, SLICE("a\\C"), SLICE(""), NULL), ERR_SYNTAX);
    CHECK_ERR(test(regex, SLICE("\xff"), SLICE(""), NULL), ERR_SYNTAX);
    char deep[200];
    memset(deep, '(', 100);
    memset(deep + 100, ')', 100);
    CHECK_ERR(test(regex, slice_of(deep, sizeof deep), SLICE(""), NULL), ERR_SYNTAX);
}

static struct slice repeat(char c, size_t count)
{
    char *text = malloc(count);
    memset(text, c, count);
    return slice_of(text, count);
}

/* Expressions that take for ever elsewhere end here. */
void test_sieve_match_regex_is_bounded(void)
{
    struct slice text = repeat('a', 50000);
    CHECK_ERR(test(regex, SLICE("^(a+)+$b|(a*)*c"), text, NULL), ERR_LIMIT);
    CHECK_ERR(test(regex, SLICE("[^x]*[xy]"), text, NULL), ERR_LIMIT);
    CHECK_ERR(test(regex, SLICE("^(.|a)*$z|(a(?1)?)b"), text, NULL), ERR_LIMIT);
    CHECK_INT(test(regex, SLICE("spam|eggs"), text, NULL), 0);
    CHECK_INT(test(regex, SLICE("a$"), text, NULL), 1);
    free((char *)text.data);
}

/* As many runs as there can be over a text that almost fits. */
void test_sieve_match_wildcards_are_bounded(void)
{
    struct slice text = repeat('a', 20000);
    char pattern[2001];
    for (size_t i = 0; i + 1 < sizeof pattern; i += 2)
        memcpy(pattern + i, "*a", 2);
    pattern[2000] = 'b';
    CHECK_INT(test(matches, slice_of(pattern, sizeof pattern), text, NULL), 0);
    memset(pattern, 'a', sizeof pattern);
    pattern[0] = '*';
    pattern[1999] = 'b';
    pattern[2000] = '*';
    struct slice key = slice_of(pattern, sizeof pattern);
    CHECK_ERR(test(matches, key, text, NULL), ERR_LIMIT);
    free((char *)text.data);
}

/* The meter is charged for the text, and ends what is too long. */
void test_sieve_match_charges_for_octets(void)
{
    static const struct sieve_match all[] = {
        {.type = SIEVE_MATCH_IS},    {.type = SIEVE_MATCH_CONTAINS}, {.type = SIEVE_MATCH_MATCHES},
        {.type = SIEVE_MATCH_REGEX}, {.type = SIEVE_MATCH_VALUE},    {.type = SIEVE_MATCH_COUNT},
    };
    struct slice text = repeat('a', 64000);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct sieve_key *key = NULL;
        bool found = false;
        CHECK_OK(sieve_key_new(&all[i], SLICE("b"), &key));
        struct sieve_meter meter = {64000 / SIEVE_OCTETS_PER_STEP};
        CHECK_ERR(sieve_key_test(key, text, &meter, NULL, &found), ERR_LIMIT);
        meter.steps = 64000;
        CHECK_OK(sieve_key_test(key, text, &meter, NULL, &found));
        CHECK(meter.steps <= 64000 - 64000 / SIEVE_OCTETS_PER_STEP);
        sieve_key_free(&key);
    }
    free((char *)text.data);
}
