#include "proto/lexer.h"
#include "support/check.h"

/* A lexer over a text, with an arena that the test clears. */
struct bench {
    struct arena arena;
    struct lexer lexer;
};

static void bench_init(struct bench *bench, struct slice text)
{
    arena_init(&bench->arena, 0);
    lexer_init(&bench->lexer, text, &bench->arena);
}

typedef int (*slice_rule)(struct lexer *lexer, struct slice *out);

/* `rule` reads `expected` from the text and stops before `rest`. */
static void check_reads(slice_rule rule, struct slice text, struct slice expected,
                        struct slice rest, int line)
{
    struct bench bench;
    struct slice out = SLICE("untouched");
    bench_init(&bench, text);
    check_error(rule(&bench.lexer, &out), ERR_NONE, text.data, __FILE__, line);
    check_slice(out, expected, text.data, __FILE__, line);
    check_slice(slice_sub(text, bench.lexer.at, text.len), rest, text.data, __FILE__, line);
    arena_clear(&bench.arena);
}

#define CHECK_READS(rule, text, expected, rest)                                                    \
    check_reads((rule), SLICE(text), SLICE(expected), SLICE(rest), __LINE__)

static void check_refuses(slice_rule rule, struct slice text, enum err err, int line)
{
    struct bench bench;
    struct slice out = SLICE("untouched");
    bench_init(&bench, text);
    check_error(rule(&bench.lexer, &out), err, text.data, __FILE__, line);
    check_slice(out, SLICE("untouched"), text.data, __FILE__, line);
    arena_clear(&bench.arena);
}

#define CHECK_REFUSES(rule, text, err) check_refuses((rule), SLICE(text), (err), __LINE__)

void test_lexer_tag(void)
{
    CHECK_READS(lexer_tag, "A001 NOOP", "A001", " NOOP");
    CHECK_READS(lexer_tag, "a]b:1.$ x", "a]b:1.$", " x");
    CHECK_READS(lexer_tag, "a+ x", "a", "+ x");
    CHECK_REFUSES(lexer_tag, "+ x", ERR_SYNTAX);
    CHECK_REFUSES(lexer_tag, "", ERR_SYNTAX);
    CHECK_REFUSES(lexer_tag, " a", ERR_SYNTAX);
    CHECK_REFUSES(lexer_tag, "\xc3\xa9", ERR_SYNTAX);
}

void test_lexer_atom(void)
{
    CHECK_READS(lexer_atom, "$Forwarded+[x) y", "$Forwarded+[x", ") y");
    CHECK_READS(lexer_atom, "abc]", "abc", "]");
    CHECK_READS(lexer_atom, "a\177", "a", "\177");
    CHECK_READS(lexer_atom, "a\xc3\xa9", "a", "\xc3\xa9");
    CHECK_READS(lexer_atom, "a\tb", "a", "\tb");
    CHECK_REFUSES(lexer_atom, "(", ERR_SYNTAX);
    CHECK_REFUSES(lexer_atom, "%", ERR_SYNTAX);
    CHECK_REFUSES(lexer_atom, "*", ERR_SYNTAX);
    CHECK_REFUSES(lexer_atom, "\"", ERR_SYNTAX);
    CHECK_REFUSES(lexer_atom, "\\", ERR_SYNTAX);
    CHECK_REFUSES(lexer_atom, "{", ERR_SYNTAX);
    CHECK_REFUSES(lexer_atom, "\0", ERR_SYNTAX);
}

void test_lexer_quoted(void)
{
    CHECK_READS(lexer_string, "\"\" x", "", " x");
    CHECK_READS(lexer_string, "\"a (b) {3}\"x", "a (b) {3}", "x");
    CHECK_READS(lexer_string, "\"a\\\"b\\\\c\" x", "a\"b\\c", " x");
    CHECK_READS(lexer_string, "\"\\\\\"", "\\", "");
    CHECK_READS(lexer_string, "\"\xc3\xa9\xff\"", "\xc3\xa9\xff", "");
    CHECK_REFUSES(lexer_string, "\"abc", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "\"", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "\"abc\\\"", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "\"abc\\", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "\"a\\n\"", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "\"a\rb\"", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "\"a\nb\"", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "\"a\0b\"", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "abc", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "", ERR_SYNTAX);
}

void test_lexer_quoted_is_utf8_where_enabled(void)
{
    struct bench bench;
    struct slice out;
    bench_init(&bench, SLICE("\"\xc3\xa9\" \"\xff\""));
    bench.lexer.utf8 = true;
    CHECK_OK(lexer_string(&bench.lexer, &out));
    CHECK_SLICE(out, "\xc3\xa9");
    CHECK_OK(lexer_space(&bench.lexer));
    CHECK_ERR(lexer_string(&bench.lexer, &out), ERR_SYNTAX);
    arena_clear(&bench.arena);
}

void test_lexer_quoted_without_escapes_is_not_copied(void)
{
    struct bench bench;
    struct slice out;
    bench_init(&bench, SLICE("\"abc\""));
    CHECK_OK(lexer_string(&bench.lexer, &out));
    CHECK(out.data == bench.lexer.text.data + 1);
    CHECK_U64(bench.arena.total, 0);
    arena_clear(&bench.arena);
}

void test_lexer_literal(void)
{
    CHECK_READS(lexer_string, "{3}\r\nabc x", "abc", " x");
    CHECK_READS(lexer_string, "{3+}\r\nabc x", "abc", " x");
    CHECK_READS(lexer_string, "{0}\r\n x", "", " x");
    CHECK_READS(lexer_string, "{5}\r\n\r\n\"\\\xff)", "\r\n\"\\\xff", ")");
    CHECK_REFUSES(lexer_string, "{3}\r\nab", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "{3}\nabc", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "{3}abc", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "{3", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "{}\r\n", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "{+}\r\n", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "{-1}\r\n", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "{3}", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "{3}\r", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "{1}\r\n\0", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "{18446744073709551615}\r\nabc", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "{99999999999999999999999}\r\nabc", ERR_SYNTAX);
}

void test_lexer_astring(void)
{
    CHECK_READS(lexer_astring, "abc]d e", "abc]d", " e");
    CHECK_READS(lexer_astring, "\"a b\" e", "a b", " e");
    CHECK_READS(lexer_astring, "{2}\r\na b", "a ", "b");
    CHECK_READS(lexer_astring, "NIL", "NIL", "");
    CHECK_REFUSES(lexer_astring, "", ERR_SYNTAX);
    CHECK_REFUSES(lexer_astring, "(a)", ERR_SYNTAX);
    CHECK_REFUSES(lexer_astring, "%", ERR_SYNTAX);
}

void test_lexer_nstring(void)
{
    struct bench bench;
    struct slice out;
    bench_init(&bench, SLICE("nil \"NIL\" NILX"));
    CHECK_OK(lexer_nstring(&bench.lexer, &out));
    CHECK(out.data == NULL);
    CHECK_OK(lexer_space(&bench.lexer));
    CHECK_OK(lexer_nstring(&bench.lexer, &out));
    CHECK_SLICE(out, "NIL");
    CHECK_OK(lexer_space(&bench.lexer));
    CHECK_ERR(lexer_nstring(&bench.lexer, &out), ERR_SYNTAX);
    arena_clear(&bench.arena);
}

void test_lexer_literal8(void)
{
    CHECK_READS(lexer_literal8, "~{3}\r\na\0b c", "a\0b", " c");
    CHECK_READS(lexer_literal8, "~{0+}\r\n", "", "");
    CHECK_REFUSES(lexer_literal8, "{1}\r\na", ERR_SYNTAX);
    CHECK_REFUSES(lexer_literal8, "~\"a\"", ERR_SYNTAX);
    CHECK_REFUSES(lexer_literal8, "~{2}\r\na", ERR_SYNTAX);
    CHECK_REFUSES(lexer_string, "{3}\r\na\0b", ERR_SYNTAX);
}

void test_lexer_mailbox_decodes(void)
{
    CHECK_READS(lexer_mailbox, "INBOX x", "INBOX", " x");
    CHECK_READS(lexer_mailbox, "\"Entw&APw-rfe\"", "Entw\xc3\xbcrfe", "");
    CHECK_READS(lexer_mailbox, "{3}\r\nA/B", "A/B", "");
    CHECK_READS(lexer_mailbox, "A&-B", "A&B", "");
    CHECK_READS(lexer_mailbox, "\"\xc3\xbc\"", "\xc3\xbc", "");
    CHECK_REFUSES(lexer_mailbox, "&APw", ERR_SYNTAX);
    CHECK_REFUSES(lexer_mailbox, "%", ERR_SYNTAX);
    CHECK_REFUSES(lexer_mailbox, "", ERR_SYNTAX);
}

void test_lexer_list_mailbox_takes_wildcards(void)
{
    CHECK_READS(lexer_list_mailbox, "% x", "%", " x");
    CHECK_READS(lexer_list_mailbox, "*", "*", "");
    CHECK_READS(lexer_list_mailbox, "Shared/%/*] x", "Shared/%/*]", " x");
    CHECK_READS(lexer_list_mailbox, "\"\" x", "", " x");
    CHECK_READS(lexer_list_mailbox, "\"&APw-*\"", "\xc3\xbc*", "");
    CHECK_REFUSES(lexer_list_mailbox, "(a)", ERR_SYNTAX);
    CHECK_REFUSES(lexer_list_mailbox, "", ERR_SYNTAX);
}

void test_lexer_numbers(void)
{
    static const struct {
        const char *text;
        int result32, result_nz, result64;
        uint64_t value;
    } cases[] = {
        {"0", 0, -ERR_SYNTAX, 0, 0},
        {"1 ", 0, 0, 0, 1},
        {"007)", 0, 0, 0, 7},
        {"4294967295", 0, 0, 0, 4294967295},
        {"4294967296", -ERR_SYNTAX, -ERR_SYNTAX, 0, 4294967296},
        {"9223372036854775807", -ERR_SYNTAX, -ERR_SYNTAX, 0, INT64_MAX},
        {"9223372036854775808", -ERR_SYNTAX, -ERR_SYNTAX, -ERR_SYNTAX, 0},
        {"99999999999999999999999", -ERR_SYNTAX, -ERR_SYNTAX, -ERR_SYNTAX, 0},
        {"", -ERR_SYNTAX, -ERR_SYNTAX, -ERR_SYNTAX, 0},
        {"-1", -ERR_SYNTAX, -ERR_SYNTAX, -ERR_SYNTAX, 0},
        {"+1", -ERR_SYNTAX, -ERR_SYNTAX, -ERR_SYNTAX, 0},
        {"x", -ERR_SYNTAX, -ERR_SYNTAX, -ERR_SYNTAX, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench bench;
        uint32_t value = 99, nz = 99;
        uint64_t value64 = 99;
        bench_init(&bench, slice_cstr(cases[i].text));
        CHECK_INT(lexer_number(&bench.lexer, &value), cases[i].result32);
        CHECK_U64(value, cases[i].result32 ? 99 : cases[i].value);
        bench.lexer.at = 0;
        CHECK_INT(lexer_nz_number(&bench.lexer, &nz), cases[i].result_nz);
        CHECK_U64(nz, cases[i].result_nz ? 99 : cases[i].value);
        bench.lexer.at = 0;
        CHECK_INT(lexer_number64(&bench.lexer, &value64), cases[i].result64);
        CHECK_U64(value64, cases[i].result64 ? 99 : cases[i].value);
        arena_clear(&bench.arena);
    }
}

void test_lexer_spaces_and_end(void)
{
    struct bench bench;
    bench_init(&bench, SLICE("   x "));
    CHECK_OK(lexer_space(&bench.lexer));
    CHECK_INT(lexer_peek(&bench.lexer), 'x');
    CHECK_ERR(lexer_space(&bench.lexer), ERR_SYNTAX);
    CHECK_ERR(lexer_end(&bench.lexer), ERR_SYNTAX);
    CHECK(!lexer_accept(&bench.lexer, 'y'));
    CHECK_ERR(lexer_expect(&bench.lexer, 'y'), ERR_SYNTAX);
    CHECK_OK(lexer_expect(&bench.lexer, 'x'));
    CHECK_OK(lexer_end(&bench.lexer));
    CHECK(lexer_at_end(&bench.lexer));
    CHECK_INT(lexer_peek(&bench.lexer), 0);
    CHECK(!lexer_accept(&bench.lexer, '\0'));
    CHECK_ERR(lexer_space(&bench.lexer), ERR_SYNTAX);
    CHECK_OK(lexer_end(&bench.lexer));
    arena_clear(&bench.arena);
}

void test_lexer_end_sees_nul(void)
{
    struct bench bench;
    bench_init(&bench, SLICE("\0"));
    CHECK_ERR(lexer_end(&bench.lexer), ERR_SYNTAX);
    arena_clear(&bench.arena);
}

void test_lexer_words(void)
{
    static const struct {
        const char *text, *word;
        bool accepted;
    } cases[] = {
        {"BODY", "BODY", true},       {"body x", "BODY", true},   {"BODY)", "BODY", true},
        {"BODY]", "BODY", true},      {"BODYX", "BODY", false},   {"BODY[", "BODY", false},
        {"BODY[", "BODY[", true},     {"body[1]", "BODY[", true}, {"BOD", "BODY", false},
        {"BODY.PEEK", "BODY", false}, {"", "BODY", false},        {"BODY\xc3", "BODY", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench bench;
        bench_init(&bench, slice_cstr(cases[i].text));
        CHECK_INT(lexer_accept_word(&bench.lexer, cases[i].word), cases[i].accepted);
        CHECK_U64(bench.lexer.at, cases[i].accepted ? strlen(cases[i].word) : 0);
        arena_clear(&bench.arena);
    }
}

/* Sequence sets ----------------------------------------------------------------- */

static int read_set(struct slice text, uint32_t items_max, struct buffer *out)
{
    struct bench bench;
    struct sequence_set set = {0};
    bench_init(&bench, text);
    if (items_max > 0)
        bench.lexer.items_max = items_max;
    int result = lexer_sequence_set(&bench.lexer, &set);
    for (size_t i = 0; i < set.count; i++)
        buffer_printf(out, "%u:%u ", set.items[i].first, set.items[i].last);
    if (result == 0)
        buffer_add(out, slice_sub(text, bench.lexer.at, text.len));
    arena_clear(&bench.arena);
    return result;
}

static void check_set(const char *text, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    check_error(read_set(slice_cstr(text), 0, &out), ERR_NONE, text, __FILE__, __LINE__);
    check_slice(buffer_slice(&out), slice_cstr(expected), text, __FILE__, __LINE__);
    buffer_clear(&out);
}

void test_lexer_sequence_set(void)
{
    check_set("1", "1:1 ");
    check_set("1 x", "1:1  x");
    check_set("*", "0:0 ");
    check_set("1:*", "1:0 ");
    check_set("*:4", "0:4 ");
    check_set("5:2,7,1:1)", "5:2 7:7 1:1 )");
    check_set("4294967295", "4294967295:4294967295 ");
    check_set("1x", "1:1 x");
}

void test_lexer_sequence_set_refuses(void)
{
    static const char *const texts[] = {"",     "0",          "1:0", ",1",     "1,",
                                        "1,,2", "1:",         ":1",  "1:2:3,", "a",
                                        "1, 2", "4294967296", "-1",  "**,",    "1:,2"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct buffer out;
        buffer_init(&out, 0);
        check_error(read_set(slice_cstr(texts[i]), 0, &out), ERR_SYNTAX, texts[i], __FILE__,
                    __LINE__);
        CHECK_U64(out.len, 0);
        buffer_clear(&out);
    }
}

void test_lexer_sequence_set_is_limited(void)
{
    struct buffer out;
    buffer_init(&out, 0);
    CHECK_OK(read_set(SLICE("1,2,3"), 3, &out));
    CHECK_ERR(read_set(SLICE("1,2,3,4"), 3, &out), ERR_LIMIT);
    CHECK_ERR(read_set(SLICE(",,,,,,,"), 3, &out), ERR_LIMIT);
    buffer_clear(&out);
}

/* Flags ---------------------------------------------------------------------------- */

static int read_flags(struct slice text, bool bare, struct buffer *out)
{
    struct bench bench;
    struct flag_names names = {.system = 0};
    bench_init(&bench, text);
    int result = lexer_flag_list(&bench.lexer, bare, &names);
    if (result == 0)
        buffer_printf(out, "%llu", (unsigned long long)names.system);
    for (size_t i = 0; i < names.keyword_count; i++) {
        buffer_add_char(out, ' ');
        buffer_add(out, names.keywords[i]);
    }
    if (result == 0 && !lexer_at_end(&bench.lexer))
        buffer_add_cstr(out, "…");
    arena_clear(&bench.arena);
    return result;
}

static void check_flags(const char *text, bool bare, const char *expected, int line)
{
    struct buffer out;
    buffer_init(&out, 0);
    check_error(read_flags(slice_cstr(text), bare, &out), ERR_NONE, text, __FILE__, line);
    check_slice(buffer_slice(&out), slice_cstr(expected), text, __FILE__, line);
    buffer_clear(&out);
}

void test_lexer_flag_list(void)
{
    check_flags("()", false, "0", __LINE__);
    check_flags("( )", false, "0", __LINE__);
    check_flags("(\\Seen)", false, "1", __LINE__);
    check_flags("(\\seen \\ANSWERED \\Flagged \\deleted \\Draft)", false, "31", __LINE__);
    check_flags("( \\Seen  $Junk )", false, "1 $Junk", __LINE__);
    check_flags("(\\Recent \\Seen \\recent)", false, "1", __LINE__);
    check_flags("(a B A b \\Seen $x \\Seen)", false, "1 a B $x", __LINE__);
    check_flags("(Seen)", false, "0 Seen", __LINE__);
    check_flags("(a) \"x\"", false, "0 a…", __LINE__);
}

void test_lexer_flag_list_bare(void)
{
    check_flags("\\Seen", true, "1", __LINE__);
    check_flags("\\Seen $Junk \\Draft", true, "17 $Junk", __LINE__);
    check_flags("\\Seen  ", true, "1", __LINE__);
    check_flags("(\\Seen)", true, "1", __LINE__);
}

void test_lexer_flag_list_refuses(void)
{
    static const struct {
        const char *text;
        bool bare;
        enum err err;
    } cases[] = {
        {"\\Seen", false, ERR_SYNTAX},
        {"", true, ERR_SYNTAX},
        {"", false, ERR_SYNTAX},
        {"(", false, ERR_SYNTAX},
        {"(\\Seen", false, ERR_SYNTAX},
        {"(\\Seen ", false, ERR_SYNTAX},
        {"(\\Seen\\Draft)", false, ERR_SYNTAX},
        {"(\\)", false, ERR_SYNTAX},
        {"(\\ Seen)", false, ERR_SYNTAX},
        {"(a])", false, ERR_SYNTAX},
        {"(\"a\")", false, ERR_SYNTAX},
        {"((a))", false, ERR_SYNTAX},
        {"(\\Foo)", false, ERR_INVALID},
        {"(\\*)", false, ERR_INVALID},
        {"(\\Seen \\Junk)", false, ERR_INVALID},
        {"\\Seen x)", true, ERR_SYNTAX},
        {"(\xc3\xa9)", false, ERR_SYNTAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer out;
        buffer_init(&out, 0);
        check_error(read_flags(slice_cstr(cases[i].text), cases[i].bare, &out), cases[i].err,
                    cases[i].text, __FILE__, __LINE__);
        CHECK_U64(out.len, 0);
        buffer_clear(&out);
    }
}

void test_lexer_flag_list_is_limited(void)
{
    struct buffer text, out;
    buffer_init(&text, 0);
    buffer_init(&out, 0);
    buffer_add_char(&text, '(');
    for (int i = 0; i < FLAG_KEYWORD_LENGTH_MAX; i++)
        buffer_add_char(&text, 'k');
    buffer_add_char(&text, ')');
    CHECK_OK(read_flags(buffer_slice(&text), false, &out));
    text.data[text.len - 1] = 'k';
    buffer_add_char(&text, ')');
    CHECK_ERR(read_flags(buffer_slice(&text), false, &out), ERR_LIMIT);

    buffer_reset(&text);
    buffer_add_char(&text, '(');
    for (int i = 0; i < FLAG_KEYWORD_COUNT; i++)
        buffer_printf(&text, "k%d K%d ", i, i);
    size_t enough = text.len;
    buffer_add_char(&text, ')');
    CHECK_OK(read_flags(buffer_slice(&text), false, &out));
    buffer_truncate(&text, enough);
    buffer_add_cstr(&text, "one-more)");
    CHECK_ERR(read_flags(buffer_slice(&text), false, &out), ERR_LIMIT);
    buffer_clear(&text);
    buffer_clear(&out);
}

void test_lexer_literal_header(void)
{
    static const struct {
        const char *text;
        int result;
        uint64_t size;
    } cases[] = {
        {"{5}", 0, 5},
        {"{5+}", 0, 5},
        {"~{5}", 0, 5},
        {"~{5+}", 0, 5},
        {"~~{5}", -ERR_SYNTAX, 99},
        {"~ {5}", -ERR_SYNTAX, 99},
        {"{0}", 0, 0},
        {"{18446744073709551615}", 0, UINT64_MAX},
        {"{99999999999999999999}", 0, UINT64_MAX},
        {"{5} ", -ERR_SYNTAX, 99},
        {"{5}\r\nhello", -ERR_SYNTAX, 99},
        {"{}", -ERR_SYNTAX, 99},
        {"{5", -ERR_SYNTAX, 99},
        {"5", -ERR_SYNTAX, 99},
        {"", -ERR_SYNTAX, 99},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench bench;
        uint64_t size = 99;
        bench_init(&bench, slice_cstr(cases[i].text));
        CHECK_INT(lexer_literal_header(&bench.lexer, &size), cases[i].result);
        CHECK_U64(size, cases[i].size);
        arena_clear(&bench.arena);
    }
}

/* Whatever prefix of a command is there, no rule reads beyond it. */
void test_lexer_survives_every_prefix(void)
{
    struct slice whole =
        SLICE("x {3}\r\nabc \"q\\\"\" (\\Seen k) 1:*,2 \" 7-Jul-1996 02:44:25 +0000\"");
    for (size_t len = 0; len < whole.len; len++) {
        struct bench bench;
        struct slice out;
        struct flag_names flags;
        struct sequence_set set;
        int64_t micros;
        bench_init(&bench, slice_sub(whole, 0, len));
        struct lexer *lexer = &bench.lexer;
        int result = lexer_atom(lexer, &out);
        if (result == 0 && (result = lexer_space(lexer)) == 0)
            result = lexer_astring(lexer, &out);
        if (result == 0 && (result = lexer_space(lexer)) == 0)
            result = lexer_astring(lexer, &out);
        if (result == 0 && (result = lexer_space(lexer)) == 0)
            result = lexer_flag_list(lexer, false, &flags);
        if (result == 0 && (result = lexer_space(lexer)) == 0)
            result = lexer_sequence_set(lexer, &set);
        if (result == 0 && (result = lexer_space(lexer)) == 0)
            result = lexer_date_time(lexer, &micros);
        CHECK(result == -ERR_SYNTAX || result == -ERR_INVALID); /* "(\\Se" */
        arena_clear(&bench.arena);
    }
}
