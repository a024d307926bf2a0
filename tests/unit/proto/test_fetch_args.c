#include "proto/fetch_args.h"
#include "support/check.h"

/* The items as the reply would name them, with "peek " before those that do
 * not set \Seen, and the partial's length behind. */
static void describe(const struct fetch_spec *spec, struct buffer *out)
{
    for (size_t i = 0; i < spec->count; i++) {
        const struct fetch_item *item = &spec->items[i];
        buffer_add_cstr(out, i > 0 ? ", " : "");
        buffer_add_cstr(out, item->peek ? "peek " : "");
        buffer_add_cstr(out, item->lazy ? "lazy " : "");
        if (item->kind == FETCH_PREVIEW)
            buffer_add_cstr(out, "PREVIEW");
        fetch_item_render_name(item, out);
        if (item->partial)
            buffer_printf(out, "+%llu", (unsigned long long)item->length);
    }
}

static int parse(struct slice text, struct buffer *out)
{
    struct arena arena;
    struct lexer lexer;
    struct fetch_spec spec = {NULL, 0};
    arena_init(&arena, 0);
    lexer_init(&lexer, text, &arena);
    int result = fetch_args_parse(&lexer, &spec);
    describe(&spec, out);
    if (result == 0)
        buffer_add(out, slice_sub(text, lexer.at, text.len));
    arena_clear(&arena);
    return result;
}

static void check_fetch(const char *text, const char *expected, int line)
{
    struct buffer out;
    buffer_init(&out, 0);
    check_error(parse(slice_cstr(text), &out), ERR_NONE, text, __FILE__, line);
    check_slice(buffer_slice(&out), slice_cstr(expected), text, __FILE__, line);
    buffer_clear(&out);
}

#define CHECK_FETCH(text, expected) check_fetch((text), (expected), __LINE__)

static void check_refused(struct slice text, enum err err, int line)
{
    struct buffer out;
    buffer_init(&out, 0);
    check_error(parse(text, &out), err, text.data, __FILE__, line);
    CHECK_U64(out.len, 0);
    buffer_clear(&out);
}

void test_fetch_args_macros(void)
{
    CHECK_FETCH("ALL", "FLAGS, INTERNALDATE, RFC822.SIZE, ENVELOPE");
    CHECK_FETCH("fast", "FLAGS, INTERNALDATE, RFC822.SIZE");
    CHECK_FETCH("Full", "FLAGS, INTERNALDATE, RFC822.SIZE, ENVELOPE, BODY");
}

void test_fetch_args_single_items(void)
{
    static const char *const names[] = {"UID",         "FLAGS",  "INTERNALDATE", "ENVELOPE",
                                        "RFC822.SIZE", "BODY",   "RFC822",       "BODYSTRUCTURE",
                                        "RFC822.TEXT", "BODY[]", "SAVEDATE",     "EMAILID",
                                        "THREADID"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        CHECK_FETCH(names[i], names[i]);
    CHECK_FETCH("bodystructure", "BODYSTRUCTURE");
    CHECK_FETCH("rfc822.Header", "peek RFC822.HEADER");
}

void test_fetch_args_old_forms_are_sections(void)
{
    struct arena arena;
    struct lexer lexer;
    struct fetch_spec spec = {NULL, 0};
    arena_init(&arena, 0);
    lexer_init(&lexer, SLICE("(RFC822 RFC822.HEADER RFC822.TEXT)"), &arena);
    CHECK_OK(fetch_args_parse(&lexer, &spec));
    if (CHECK_U64(spec.count, 3)) {
        CHECK_INT(spec.items[0].kind, FETCH_SECTION);
        CHECK_INT(spec.items[0].section, FETCH_SECTION_ALL);
        CHECK_STR(spec.items[0].label, "RFC822");
        CHECK_INT(spec.items[1].section, FETCH_SECTION_HEADER);
        CHECK_STR(spec.items[1].label, "RFC822.HEADER");
        CHECK_INT(spec.items[2].section, FETCH_SECTION_TEXT);
    }
    arena_clear(&arena);
}

void test_fetch_args_lists(void)
{
    CHECK_FETCH("(UID)", "UID");
    CHECK_FETCH("(FLAGS UID) (CHANGEDSINCE 1)", "FLAGS, UID (CHANGEDSINCE 1)");
    CHECK_FETCH("( flags  BODY[]  )", "FLAGS, BODY[]");
    CHECK_FETCH("(BODY BODYSTRUCTURE BODY[] RFC822)", "BODY, BODYSTRUCTURE, BODY[], RFC822");
}

void test_fetch_args_drops_duplicates(void)
{
    CHECK_FETCH("(UID FLAGS uid)", "UID, FLAGS");
    CHECK_FETCH("(BODY[1] BODY[2] BODY[1] BODY[1.1])", "BODY[1], BODY[2], BODY[1.1]");
    CHECK_FETCH("(BODY[] BODY[]<0.1> BODY[]<0.2>)", "BODY[], BODY[]<0>+1, BODY[]<0>+2");
    CHECK_FETCH("(BODY[HEADER.FIELDS (A)] BODY[HEADER.FIELDS (B)] BODY[HEADER.FIELDS (A)])",
                "BODY[HEADER.FIELDS (A)], BODY[HEADER.FIELDS (B)]");
    CHECK_FETCH("(RFC822.TEXT BODY[TEXT])", "RFC822.TEXT, BODY[TEXT]");
}

void test_fetch_args_peek_yields_to_its_twin(void)
{
    CHECK_FETCH("(BODY.PEEK[] UID BODY[])", "BODY[], UID");
    CHECK_FETCH("(BODY[] BODY.PEEK[])", "BODY[]");
    CHECK_FETCH("(BODY.PEEK[] BODY.PEEK[])", "peek BODY[]");
}

void test_fetch_args_sections(void)
{
    CHECK_FETCH("BODY.PEEK[]", "peek BODY[]");
    CHECK_FETCH("BODY[HEADER]", "BODY[HEADER]");
    CHECK_FETCH("body[header]", "BODY[HEADER]");
    CHECK_FETCH("BODY[TEXT]", "BODY[TEXT]");
    CHECK_FETCH("BODY[1]", "BODY[1]");
    CHECK_FETCH("BODY[4294967295.2.3]", "BODY[4294967295.2.3]");
    CHECK_FETCH("BODY[1.MIME]", "BODY[1.MIME]");
    CHECK_FETCH("BODY[1.2.HEADER]", "BODY[1.2.HEADER]");
    CHECK_FETCH("BODY[1.TEXT]", "BODY[1.TEXT]");
    CHECK_FETCH("BODY[1.2.Header.Fields.Not (To)]", "BODY[1.2.HEADER.FIELDS.NOT (To)]");
}

void test_fetch_args_header_fields(void)
{
    CHECK_FETCH("BODY[HEADER.FIELDS (From)]", "BODY[HEADER.FIELDS (From)]");
    CHECK_FETCH("BODY[HEADER.FIELDS (DATE x-a:b  \"To\" {2}\r\nCc)]",
                "BODY[HEADER.FIELDS (DATE x-a:b To Cc)]");
    CHECK_FETCH("BODY[HEADER.FIELDS ( a b )]", "BODY[HEADER.FIELDS (a b)]");
    CHECK_FETCH("BODY[HEADER.FIELDS (\"a)b\" c d e f g h i j k l)]",
                "BODY[HEADER.FIELDS (\"a)b\" c d e f g h i j k l)]");
}

void test_fetch_args_partials(void)
{
    CHECK_FETCH("BODY[]<0.100>", "BODY[]<0>+100");
    CHECK_FETCH("BODY.PEEK[1.TEXT]<4294967296.1>", "peek BODY[1.TEXT]<4294967296>+1");
    CHECK_FETCH("(BODY[TEXT]<10.20> UID)", "BODY[TEXT]<10>+20, UID");
}

void test_fetch_args_refuses(void)
{
    static const char *const texts[] = {
        "",
        "()",
        "( )",
        "(",
        "(UID",
        "(UID ",
        "(UIDFLAGS)",
        "(ALL)",
        "(FLAGS FAST)",
        "FOO",
        "UIDX",
        "RFC822.FOO",
        "BODYX",
        "BODY.PEEK",
        "BODY.PEEK.X[]",
        "BODY[",
        "BODY[1",
        "BODY[1.]",
        "BODY[.1]",
        "BODY[0]",
        "BODY[1.0]",
        "BODY[1..2]",
        "BODY[-1]",
        "BODY[MIME]",
        "BODY[FOO]",
        "BODY[1.FOO]",
        "BODY[1TEXT]",
        "BODY[TEXT.1]",
        "BODY[HEADER.FIELDS]",
        "BODY[HEADER.FIELDS ()]",
        "BODY[HEADER.FIELDS (]",
        "BODY[HEADER.FIELDS (a]",
        "BODY[HEADER.FIELDS (a)",
        "BODY[HEADER.FIELDS a]",
        "BODY[HEADER.FIELDS(a)]",
        "BODY[HEADER.FIELDS (a(b))]",
        "BODY[HEADER.FIELDS.NOT]",
        "BODY[HEADER (a)]",
        "BODY[ ]",
        "BODY[]<>",
        "BODY[]<0>",
        "BODY[]<0.0>",
        "BODY[]<0.>",
        "BODY[]<.1>",
        "BODY[]<-1.1>",
        "BODY[]<0.1",
        "BODY[]<0.99999999999999999999>",
        "BODY[4294967296]",
        "{3}\r\nUID",
        "\"UID\"",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_refused(slice_cstr(texts[i]), ERR_SYNTAX, __LINE__);
}

void test_fetch_args_limits_depth(void)
{
    struct buffer text, out;
    buffer_init(&text, 0);
    buffer_init(&out, 0);
    buffer_add_cstr(&text, "BODY[1");
    for (int i = 1; i < FETCH_SECTION_DEPTH_MAX; i++)
        buffer_add_cstr(&text, ".1");
    size_t deepest = text.len;
    buffer_add_char(&text, ']');
    CHECK_OK(parse(buffer_slice(&text), &out));
    buffer_truncate(&text, deepest);
    buffer_add_cstr(&text, ".1]");
    check_refused(buffer_slice(&text), ERR_LIMIT, __LINE__);
    buffer_clear(&text);
    buffer_clear(&out);
}

void test_fetch_args_limits_items(void)
{
    struct buffer text, out;
    buffer_init(&text, 0);
    buffer_init(&out, 0);
    buffer_add_cstr(&text, "(");
    for (int i = 1; i <= FETCH_ITEMS_MAX; i++)
        buffer_printf(&text, "BODY[%d] BODY[%d] ", i, i);
    size_t most = text.len;
    buffer_add_cstr(&text, ")");
    CHECK_OK(parse(buffer_slice(&text), &out));
    buffer_truncate(&text, most);
    buffer_add_cstr(&text, "UID)");
    check_refused(buffer_slice(&text), ERR_LIMIT, __LINE__);
    buffer_clear(&text);
    buffer_clear(&out);
}

void test_fetch_args_limits_header_names(void)
{
    struct arena arena;
    struct lexer lexer;
    struct fetch_spec spec;
    arena_init(&arena, 0);
    lexer_init(&lexer, SLICE("BODY[HEADER.FIELDS (a b c)]"), &arena);
    lexer.items_max = 3;
    CHECK_OK(fetch_args_parse(&lexer, &spec));
    lexer.at = 0;
    lexer.items_max = 2;
    CHECK_ERR(fetch_args_parse(&lexer, &spec), ERR_LIMIT);
    arena_clear(&arena);
}

void test_fetch_args_survives_every_prefix(void)
{
    struct slice whole = SLICE("(UID BODY.PEEK[1.2.HEADER.FIELDS (a \"b\" {1}\r\nc)]<1.2> RFC822)");
    for (size_t len = 0; len < whole.len; len++)
        check_refused(slice_sub(whole, 0, len), ERR_SYNTAX, __LINE__);
}

void test_fetch_args_binary(void)
{
    CHECK_FETCH("BINARY[1.2]", "BINARY[1.2]");
    CHECK_FETCH("binary.peek[]<5.10>", "peek BINARY[]<5>+10");
    CHECK_FETCH("(BINARY.SIZE[3] BODY[3])", "peek BINARY.SIZE[3], BODY[3]");
    CHECK_FETCH("(BINARY[3] BINARY.PEEK[3])", "BINARY[3]");
    check_refused(SLICE("BINARY"), ERR_SYNTAX, __LINE__);
    check_refused(SLICE("BINARY[1.TEXT]"), ERR_SYNTAX, __LINE__);
    check_refused(SLICE("BINARY.SIZE[1]<0.1>"), ERR_SYNTAX, __LINE__);
}

void test_fetch_args_preview(void)
{
    CHECK_FETCH("PREVIEW", "PREVIEW");
    CHECK_FETCH("preview (lazy)", "lazy PREVIEW");
    CHECK_FETCH("(UID PREVIEW (LAZY) FLAGS)", "UID, lazy PREVIEW, FLAGS");
    CHECK_FETCH("(PREVIEW (LAZY) PREVIEW)", "PREVIEW");
    CHECK_FETCH("PREVIEW (LAZY LAZY)", "lazy PREVIEW");
    CHECK_FETCH("PREVIEW (CHANGEDSINCE 5)", "PREVIEW (CHANGEDSINCE 5)");
    check_refused(SLICE("(PREVIEW (EAGER))"), ERR_SYNTAX, __LINE__);
}
