/* What GETMETADATA and SETMETADATA are asked, and what they answer (RFC 5464 section 5). */
#include "commands/metadata_args.h"

#include "commands/metadata.h"
#include "support/check.h"

/* Arguments in the grammar's order and in the one of the RFC's examples. */
static void check_get(const char *text, uint64_t value_max, int32_t depth, size_t count)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct lexer lexer;
    lexer_init(&lexer, slice_cstr(text), &arena);
    struct metadata_args args = {0};
    if (CHECK_OK(metadata_args_parse_get(&lexer, &args))) {
        CHECK_SLICE(args.mailbox, "INBOX");
        CHECK_U64(args.query.value_max, value_max);
        CHECK_INT(args.query.depth, depth);
        CHECK_INT(args.query.count, count);
        CHECK_SLICE(args.query.entries[0], "/shared/comment");
    }
    arena_clear(&arena);
}

void test_metadata_args_of_getmetadata(void)
{
    check_get(" INBOX /shared/comment", UINT64_MAX, 0, 1);
    check_get(" INBOX (/shared/comment)", UINT64_MAX, 0, 1);
    check_get(" INBOX /shared/comment /private/comment ", UINT64_MAX, 0, 2);
    check_get(" INBOX ( /shared/comment  /private/comment )", UINT64_MAX, 0, 2);
    check_get(" (MAXSIZE 1024) INBOX /shared/comment", 1024, 0, 1);
    check_get(" INBOX (maxsize 0 depth 1) /shared/comment", 0, 1, 1);
    check_get(" INBOX ( DEPTH infinity ) /shared/comment", UINT64_MAX, ANNOTATION_ANY_DEPTH, 1);
}

static void check_set(const char *text, int err, size_t count)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct lexer lexer;
    lexer_init(&lexer, slice_cstr(text), &arena);
    struct metadata_args args = {0};
    CHECK_INT(metadata_args_parse_set(&lexer, &args), -err);
    if (!err)
        CHECK_INT(args.count, count);
    arena_clear(&arena);
}

void test_metadata_args_of_setmetadata(void)
{
    check_set(" \"\" (/shared/a NIL)", 0, 1);
    check_set(" INBOX (/shared/a \"1\" /private/b {1}\r\n2)", 0, 2);
    check_set(" INBOX (/shared/a ~{1}\r\n1)", 0, 1);
    check_set(" INBOX (/shared/a ~\"1\")", ERR_SYNTAX, 0);
    check_set(" INBOX (/shared/a ~NIL)", ERR_SYNTAX, 0);
    check_set(" INBOX (/shared/a 1)", ERR_SYNTAX, 0);
    check_set(" INBOX (/shared \"1\")", ERR_SYNTAX, 0);
}

static void render(const struct annotation *annotations, size_t count, int32_t depth,
                   const char *expected)
{
    const struct slice entries[] = {SLICE("/shared/a"), SLICE("/shared/b")};
    const struct annotation_query query = {.entries = entries, .count = 2, .depth = depth};
    struct buffer out;
    buffer_init(&out, 0);
    metadata_render(SLICE("INBOX"), &query, annotations, count, false, &out);
    check_slice(buffer_slice(&out), slice_cstr(expected), "line", __FILE__, __LINE__);
    buffer_clear(&out);
}

void test_metadata_args_are_answered(void)
{
    struct annotation annotation = {.entry = SLICE("/shared/b"), .value = SLICE("1"), .size = 1};
    render(&annotation, 1, 0, "* METADATA INBOX (/shared/b \"1\" /shared/a NIL)\r\n");
    render(&annotation, 1, 1, "* METADATA INBOX (/shared/b \"1\")\r\n");
    render(NULL, 0, 1, "* METADATA INBOX (/shared/a NIL /shared/b NIL)\r\n");
    annotation.value = SLICE("\r\n");
    render(&annotation, 1, 1, "* METADATA INBOX (/shared/b {2}\r\n\r\n)\r\n");
    annotation.value = (struct slice){NULL, 0};
    render(&annotation, 1, 1, "");
}

void test_metadata_args_are_answered_with_nul(void)
{
    const struct slice entry = SLICE("/shared/a");
    const struct annotation annotation = {.entry = entry, .value = SLICE("a\0b"), .size = 3};
    const struct annotation_query query = {.entries = &entry, .count = 1};
    struct buffer out;
    buffer_init(&out, 0);
    metadata_render(SLICE("INBOX"), &query, &annotation, 1, false, &out);
    CHECK_SLICE(buffer_slice(&out), "* METADATA INBOX (/shared/a ~{3}\r\na\0b)\r\n");
    buffer_clear(&out);
}
