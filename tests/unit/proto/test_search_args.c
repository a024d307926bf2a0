#include "proto/search_args.h"
#include "support/check.h"

/* The tree as text: AND(FLAG 1, HEADER Subject "x") -------------------------- */

static void describe_set(const struct search_node *node, struct buffer *out)
{
    if (node->sequence.saved)
        buffer_add_cstr(out, " $");
    for (size_t i = 0; i < node->sequence.count; i++)
        buffer_printf(out, " %u:%u", node->sequence.items[i].first, node->sequence.items[i].last);
}

static void describe_flag(const struct search_node *node, struct buffer *out)
{
    buffer_printf(out, " %llu", (unsigned long long)node->flag);
}

static void describe_name(const struct search_node *node, struct buffer *out)
{
    buffer_add_char(out, ' ');
    buffer_add(out, node->name);
}

static void describe_text(const struct search_node *node, struct buffer *out)
{
    buffer_add_cstr(out, " \"");
    buffer_add(out, node->text);
    buffer_add_char(out, '"');
}

static void describe_header(const struct search_node *node, struct buffer *out)
{
    describe_name(node, out);
    describe_text(node, out);
}

static void describe_number(const struct search_node *node, struct buffer *out)
{
    buffer_printf(out, " %llu", (unsigned long long)node->number);
}

static void describe_day(const struct search_node *node, struct buffer *out)
{
    buffer_printf(out, " %lld", (long long)node->day);
}

static const struct {
    const char *name;
    void (*describe)(const struct search_node *node, struct buffer *out);
} kinds[] = {
    [SEARCH_ALL] = {"ALL", NULL},
    [SEARCH_AND] = {"AND", NULL},
    [SEARCH_OR] = {"OR", NULL},
    [SEARCH_NOT] = {"NOT", NULL},
    [SEARCH_SEQUENCE] = {"SEQUENCE", describe_set},
    [SEARCH_UID] = {"UID", describe_set},
    [SEARCH_FLAG] = {"FLAG", describe_flag},
    [SEARCH_KEYWORD] = {"KEYWORD", describe_name},
    [SEARCH_RECENT] = {"RECENT", NULL},
    [SEARCH_LARGER] = {"LARGER", describe_number},
    [SEARCH_SMALLER] = {"SMALLER", describe_number},
    [SEARCH_MODSEQ] = {"MODSEQ", describe_number},
    [SEARCH_OLDER] = {"OLDER", describe_number},
    [SEARCH_YOUNGER] = {"YOUNGER", describe_number},
    [SEARCH_BEFORE] = {"BEFORE", describe_day},
    [SEARCH_ON] = {"ON", describe_day},
    [SEARCH_SINCE] = {"SINCE", describe_day},
    [SEARCH_SENT_BEFORE] = {"SENTBEFORE", describe_day},
    [SEARCH_SENT_ON] = {"SENTON", describe_day},
    [SEARCH_SENT_SINCE] = {"SENTSINCE", describe_day},
    [SEARCH_SAVED_BEFORE] = {"SAVEDBEFORE", describe_day},
    [SEARCH_SAVED_ON] = {"SAVEDON", describe_day},
    [SEARCH_SAVED_SINCE] = {"SAVEDSINCE", describe_day},
    [SEARCH_EMAILID] = {"EMAILID", describe_number},
    [SEARCH_THREADID] = {"THREADID", describe_number},
    [SEARCH_HEADER] = {"HEADER", describe_header},
    [SEARCH_BODY] = {"BODY", describe_text},
    [SEARCH_TEXT] = {"TEXT", describe_text},
};

static void describe(const struct search_node *node, struct buffer *out)
{
    buffer_add_cstr(out, kinds[node->kind].name);
    if (kinds[node->kind].describe)
        kinds[node->kind].describe(node, out);
    for (const struct search_node *child = node->first_child; child; child = child->next) {
        buffer_add_cstr(out, child == node->first_child ? "(" : ", ");
        describe(child, out);
    }
    if (node->first_child)
        buffer_add_char(out, ')');
}

static int parse(struct slice text, struct buffer *out)
{
    struct arena arena;
    struct lexer lexer;
    struct search_node *root = NULL;
    arena_init(&arena, 0);
    lexer_init(&lexer, text, &arena);
    int result = search_args_parse(&lexer, &root);
    if (root)
        describe(root, out);
    arena_clear(&arena);
    return result;
}

static void check_search(struct slice text, const char *expected, int line)
{
    struct buffer out;
    buffer_init(&out, 0);
    check_error(parse(text, &out), ERR_NONE, text.data, __FILE__, line);
    check_slice(buffer_slice(&out), slice_cstr(expected), text.data, __FILE__, line);
    buffer_clear(&out);
}

#define CHECK_SEARCH(text, expected) check_search(SLICE(text), (expected), __LINE__)

static void check_refused(struct slice text, enum err err, int line)
{
    struct buffer out;
    buffer_init(&out, 0);
    check_error(parse(text, &out), err, text.data, __FILE__, line);
    CHECK_U64(out.len, 0);
    buffer_clear(&out);
}

void test_search_args_plain_keys(void)
{
    CHECK_SEARCH("ALL", "ALL");
    CHECK_SEARCH("seen", "FLAG 1");
    CHECK_SEARCH("ANSWERED", "FLAG 2");
    CHECK_SEARCH("FLAGGED", "FLAG 4");
    CHECK_SEARCH("DELETED", "FLAG 8");
    CHECK_SEARCH("DRAFT", "FLAG 16");
    CHECK_SEARCH("RECENT", "RECENT");
    CHECK_SEARCH("KEYWORD $Junk", "KEYWORD $Junk");
}

void test_search_args_negated_keys(void)
{
    CHECK_SEARCH("UNSEEN", "NOT(FLAG 1)");
    CHECK_SEARCH("UNANSWERED", "NOT(FLAG 2)");
    CHECK_SEARCH("UNFLAGGED", "NOT(FLAG 4)");
    CHECK_SEARCH("UNDELETED", "NOT(FLAG 8)");
    CHECK_SEARCH("UNDRAFT", "NOT(FLAG 16)");
    CHECK_SEARCH("UNKEYWORD work", "NOT(KEYWORD work)");
    CHECK_SEARCH("OLD", "NOT(RECENT)");
    CHECK_SEARCH("NEW", "AND(RECENT, NOT(FLAG 1))");
}

void test_search_args_sets_sizes_dates(void)
{
    CHECK_SEARCH("2,4:*", "SEQUENCE 2:2 4:0");
    CHECK_SEARCH("*", "SEQUENCE 0:0");
    CHECK_SEARCH("UID 1:3,7", "UID 1:3 7:7");
    CHECK_SEARCH("LARGER 0", "LARGER 0");
    CHECK_SEARCH("SMALLER 5000000000", "SMALLER 5000000000");
    CHECK_SEARCH("BEFORE 1-Feb-1994", "BEFORE 8797");
    CHECK_SEARCH("ON \"1-Jan-1970\"", "ON 0");
    CHECK_SEARCH("SINCE 2-Jan-1970", "SINCE 1");
    CHECK_SEARCH("SENTBEFORE 1-Feb-1994", "SENTBEFORE 8797");
    CHECK_SEARCH("SENTON 1-Feb-1994", "SENTON 8797");
    CHECK_SEARCH("SENTSINCE 1-Feb-1994", "SENTSINCE 8797");
    CHECK_SEARCH("savedbefore 1-Feb-1994", "SAVEDBEFORE 8797");
    CHECK_SEARCH("SAVEDON \"1-Feb-1994\"", "SAVEDON 8797");
    CHECK_SEARCH("SAVEDSINCE 1-Feb-1994", "SAVEDSINCE 8797");
    CHECK_SEARCH("SAVEDATESUPPORTED", "ALL");
}

void test_search_args_strings(void)
{
    CHECK_SEARCH("BCC a", "HEADER Bcc \"a\"");
    CHECK_SEARCH("CC a", "HEADER Cc \"a\"");
    CHECK_SEARCH("FROM \"A B\"", "HEADER From \"a b\"");
    CHECK_SEARCH("TO {3}\r\nX Y", "HEADER To \"x y\"");
    CHECK_SEARCH("SUBJECT Hello", "HEADER Subject \"hello\"");
    CHECK_SEARCH("HEADER X-Foo \"\"", "HEADER X-Foo \"\"");
    CHECK_SEARCH("HEADER \"Message-ID\" <a@b>", "HEADER Message-ID \"<a@b>\"");
    CHECK_SEARCH("BODY x", "BODY \"x\"");
    CHECK_SEARCH("TEXT \"\"", "TEXT \"\"");
}

void test_search_args_folds(void)
{
    CHECK_SEARCH("SUBJECT \"\xc3\x84PFEL Stra\xc3\x9f"
                 "e\"",
                 "HEADER Subject \"a\xcc\x88pfel strasse\"");
    CHECK_SEARCH("BODY {4}\r\nA\xcc\x88!", "BODY \"a\xcc\x88!\"");
}

void test_search_args_charsets(void)
{
    CHECK_SEARCH("CHARSET UTF-8 BODY \"\xc3\xa9\"", "BODY \"e\xcc\x81\"");
    CHECK_SEARCH("charset \"us-ascii\" BODY e", "BODY \"e\"");
    CHECK_SEARCH("CHARSET ISO-8859-1 BODY {1}\r\n\xe9 SUBJECT \"\xe4\"",
                 "AND(BODY \"e\xcc\x81\", HEADER Subject \"a\xcc\x88\")");
    CHECK_SEARCH("CHARSET KOI8-R BODY \"\xc1\"", "BODY \"\xd0\xb0\"");
    check_refused(SLICE("CHARSET NOSUCH BODY e"), ERR_CHARSET, __LINE__);
    check_refused(SLICE("CHARSET \"\" BODY e"), ERR_CHARSET, __LINE__);
    check_refused(SLICE("CHARSET US-ASCII BODY \"\xc3\xa9\""), ERR_CHARSET, __LINE__);
    check_refused(SLICE("CHARSET UTF-8 BODY \"\xe9\""), ERR_CHARSET, __LINE__);
    check_refused(SLICE("BODY \"\xe9\""), ERR_CHARSET, __LINE__);
    check_refused(SLICE("CHARSET UTF-8"), ERR_SYNTAX, __LINE__);
    check_refused(SLICE("CHARSET"), ERR_SYNTAX, __LINE__);
    check_refused(SLICE("ALL CHARSET UTF-8 ALL"), ERR_SYNTAX, __LINE__);
}

void test_search_args_combines(void)
{
    CHECK_SEARCH("SEEN DRAFT", "AND(FLAG 1, FLAG 16)");
    CHECK_SEARCH("NOT SEEN", "NOT(FLAG 1)");
    CHECK_SEARCH("NOT NOT UNSEEN", "NOT(NOT(NOT(FLAG 1)))");
    CHECK_SEARCH("OR SEEN DRAFT", "OR(FLAG 1, FLAG 16)");
    CHECK_SEARCH("OR (SEEN DRAFT) NOT 1 ALL",
                 "AND(OR(AND(FLAG 1, FLAG 16), NOT(SEQUENCE 1:1)), ALL)");
    CHECK_SEARCH("(SEEN)", "FLAG 1");
    CHECK_SEARCH("((SEEN) (DRAFT (ALL)))", "AND(FLAG 1, AND(FLAG 16, ALL))");
    CHECK_SEARCH("NOT (SEEN DRAFT)", "NOT(AND(FLAG 1, FLAG 16))");
}

void test_search_args_flattens_or_chains(void)
{
    CHECK_SEARCH("OR 1 OR 2 OR 3 4", "OR(SEQUENCE 1:1, SEQUENCE 2:2, SEQUENCE 3:3, SEQUENCE 4:4)");
    CHECK_SEARCH("OR OR 1 2 3", "OR(OR(SEQUENCE 1:1, SEQUENCE 2:2), SEQUENCE 3:3)");
}

void test_search_args_forgives_spaces(void)
{
    CHECK_SEARCH("SEEN   DRAFT  ", "AND(FLAG 1, FLAG 16)");
    CHECK_SEARCH("( SEEN  DRAFT )", "AND(FLAG 1, FLAG 16)");
    CHECK_SEARCH("OR  1   2", "OR(SEQUENCE 1:1, SEQUENCE 2:2)");
}

void test_search_args_refuses(void)
{
    static const char *const texts[] = {"",
                                        "FOO",
                                        "()",
                                        "(",
                                        ")",
                                        "(SEEN",
                                        "SEEN)",
                                        "(SEEN))",
                                        "SEENDRAFT",
                                        "SEEN,DRAFT",
                                        "NOT",
                                        "NOT ",
                                        "NOT)",
                                        "OR",
                                        "OR SEEN",
                                        "OR SEEN ",
                                        "OR(SEEN)(DRAFT)",
                                        "BEFORE",
                                        "BEFORE x",
                                        "ON 31-Feb-2020",
                                        "LARGER",
                                        "LARGER x",
                                        "LARGER -1",
                                        "UID",
                                        "UID x",
                                        "UID 0",
                                        "0",
                                        "1:0",
                                        "1,",
                                        "FROM",
                                        "FROM (a)",
                                        "HEADER",
                                        "HEADER a",
                                        "HEADER a (b)",
                                        "KEYWORD",
                                        "KEYWORD \\Seen",
                                        "KEYWORD \"a\"",
                                        "TEXT \"a",
                                        "TEXT {5}\r\nab",
                                        "(SEEN)(DRAFT)",
                                        "\"ALL\"",
                                        "$,1",
                                        "1,$",
                                        "$Junk",
                                        "OLDER 0",
                                        "YOUNGER -1",
                                        "UIDAFTER",
                                        "UIDAFTER 0",
                                        "UIDAFTER *",
                                        "UIDBEFORE 1:2",
                                        "OLDER 4294967296"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_refused(slice_cstr(texts[i]), ERR_SYNTAX, __LINE__);
}

static void nest(struct buffer *text, const char *opening, int count, const char *middle,
                 const char *closing)
{
    buffer_reset(text);
    for (int i = 0; i < count; i++)
        buffer_add_cstr(text, opening);
    buffer_add_cstr(text, middle);
    for (int i = 0; i < count; i++)
        buffer_add_cstr(text, closing);
}

void test_search_args_limits_depth(void)
{
    struct buffer text, out;
    buffer_init(&text, 0);
    buffer_init(&out, 0);
    nest(&text, "(", SEARCH_DEPTH_MAX - 1, "ALL", ")");
    CHECK_OK(parse(buffer_slice(&text), &out));
    nest(&text, "NOT ", SEARCH_DEPTH_MAX - 1, "ALL", "");
    CHECK_OK(parse(buffer_slice(&text), &out));
    nest(&text, "(", SEARCH_DEPTH_MAX, "ALL", ")");
    check_refused(buffer_slice(&text), ERR_LIMIT, __LINE__);
    nest(&text, "(", 100000, "ALL", ")");
    check_refused(buffer_slice(&text), ERR_LIMIT, __LINE__);
    nest(&text, "(", 100000, "", "");
    check_refused(buffer_slice(&text), ERR_LIMIT, __LINE__);
    nest(&text, "NOT ", 100000, "ALL", "");
    check_refused(buffer_slice(&text), ERR_LIMIT, __LINE__);
    nest(&text, "OR (", 100000, "ALL", ") ALL");
    check_refused(buffer_slice(&text), ERR_LIMIT, __LINE__);
    nest(&text, "OR ", 100000, "ALL", " ALL");
    check_refused(buffer_slice(&text), ERR_LIMIT, __LINE__);
    buffer_clear(&text);
    buffer_clear(&out);
}

void test_search_args_limits_nodes(void)
{
    struct buffer text, out;
    buffer_init(&text, 0);
    buffer_init(&out, 0);
    nest(&text, "ALL ", SEARCH_NODES_MAX - 2, "ALL", "");
    CHECK_OK(parse(buffer_slice(&text), &out));
    nest(&text, "ALL ", SEARCH_NODES_MAX, "ALL", "");
    check_refused(buffer_slice(&text), ERR_LIMIT, __LINE__);
    nest(&text, "OR ALL ", SEARCH_NODES_MAX / 2, "ALL", "");
    CHECK_OK(parse(buffer_slice(&text), &out));
    buffer_clear(&text);
    buffer_clear(&out);
}

void test_search_args_survives_every_prefix(void)
{
    struct slice whole =
        SLICE("(OR FROM \"a\\\"\" (HEADER x {1}\r\ny) NOT BEFORE 1-Jan-1970 UID 1:*)");
    for (size_t len = 0; len < whole.len; len++)
        check_refused(slice_sub(whole, 0, len), ERR_SYNTAX, __LINE__);
}

/* RFC 7162 section 3.1.5 */
void test_search_args_modseq(void)
{
    CHECK_SEARCH("MODSEQ 620162338", "MODSEQ 620162338");
    CHECK_SEARCH("MODSEQ \"/flags/\\\\draft\" all 620162338", "MODSEQ 620162338");
    CHECK_SEARCH("modseq \"/FLAGS/work\" Priv 0", "MODSEQ 0");
    CHECK_SEARCH("NOT MODSEQ 9223372036854775807", "NOT(MODSEQ 9223372036854775807)");
    check_refused(SLICE("MODSEQ"), ERR_SYNTAX, __LINE__);
    check_refused(SLICE("MODSEQ 9223372036854775808"), ERR_SYNTAX, __LINE__);
    check_refused(SLICE("MODSEQ \"/flags/work\" 1"), ERR_SYNTAX, __LINE__);
    check_refused(SLICE("MODSEQ \"/flags/work\" any 1"), ERR_SYNTAX, __LINE__);
    check_refused(SLICE("MODSEQ \"/comment\" all 1"), ERR_SYNTAX, __LINE__);
    check_refused(SLICE("MODSEQ work all 1"), ERR_SYNTAX, __LINE__);
}

void test_search_args_object_ids(void)
{
    CHECK_SEARCH("EMAILID M42", "EMAILID 42");
    CHECK_SEARCH("emailid of-somebody_else", "EMAILID 0");
    CHECK_SEARCH("THREADID T1", "THREADID 1");
    CHECK_SEARCH("THREADID M1", "THREADID 0");
    check_refused(SLICE("EMAILID"), ERR_SYNTAX, __LINE__);
    check_refused(SLICE("EMAILID \"M42\""), ERR_SYNTAX, __LINE__);
    check_refused(SLICE("THREADID a.b"), ERR_SYNTAX, __LINE__);
}

/* RFC 5182, RFC 5032 */
void test_search_args_saved_and_within(void)
{
    CHECK_SEARCH("$", "SEQUENCE $");
    CHECK_SEARCH("UID $ SMALLER 4096", "AND(UID $, SMALLER 4096)");
    CHECK_SEARCH("(OR $ 1,3000:3021) ALL", "AND(OR(SEQUENCE $, SEQUENCE 1:1 3000:3021), ALL)");
    CHECK_SEARCH("UNSEEN YOUNGER 259200", "AND(NOT(FLAG 1), YOUNGER 259200)");
    CHECK_SEARCH("older 1", "OLDER 1");
}

/* RFC 9738 section 3.2 */
void test_search_args_uids_beside_one(void)
{
    CHECK_SEARCH("UIDAFTER 7", "UID 8:4294967295");
    CHECK_SEARCH("uidafter 4294967295", "UID");
    CHECK_SEARCH("UIDBEFORE 7", "UID 1:6");
    CHECK_SEARCH("UIDBEFORE 1", "UID");
    CHECK_SEARCH("UIDAFTER 1 UIDBEFORE 3", "AND(UID 2:4294967295, UID 1:2)");
}
