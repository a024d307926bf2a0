#include "commands/append_args.h"

#include "support/check.h"

/* "TEXT 5,URL /a;URL" and so on: what was read, messages parted by "|". */
static void describe(const struct append_messages *messages, struct buffer *out)
{
    for (const struct append_message *message = messages->first; message; message = message->next) {
        for (const struct append_part *part = message->parts; part; part = part->next) {
            buffer_add_cstr(out, part->is_url ? "U" : "T");
            if (part->is_literal)
                buffer_printf(out, "{%u}", (unsigned)part->size);
            buffer_add(out, part->url);
            buffer_add_cstr(out, part->next ? "," : "");
        }
        buffer_add_cstr(out, message->next ? "|" : "");
    }
}

/* The pieces of text between literals, one after the other; the last may be the command's end. */
static int parse(struct arena *arena, bool only_one, const char *const *pieces, struct buffer *out)
{
    struct append_messages messages = {.only_one = only_one};
    int err = 0;
    for (size_t i = 0; pieces[i] && !err; i++) {
        struct lexer lexer;
        lexer_init(&lexer, slice_cstr(pieces[i]), arena);
        lexer.utf8 = true;
        lexer.items_max = 4;
        err = append_messages_parse(&lexer, &messages);
    }
    if (!err)
        err = append_messages_check_whole(&messages);
    describe(&messages, out);
    return err;
}

static void check(bool only_one, const char *const *pieces, enum err wanted, const char *expected,
                  int line)
{
    struct arena arena;
    struct buffer out;
    arena_init(&arena, 0);
    buffer_init(&out, 0);
    check_error(parse(&arena, only_one, pieces, &out), wanted, pieces[0], __FILE__, line);
    if (expected)
        check_slice(buffer_slice(&out), slice_cstr(expected), pieces[0], __FILE__, line);
    buffer_clear(&out);
    arena_clear(&arena);
}

#define PIECES(...)               ((const char *const[]){__VA_ARGS__, NULL})
#define CHECK_READ(expected, ...) check(false, PIECES(__VA_ARGS__), ERR_NONE, (expected), __LINE__)
#define CHECK_REFUSED(error, ...) check(false, PIECES(__VA_ARGS__), (error), NULL, __LINE__)

void test_append_args_reads_literals(void)
{
    CHECK_READ("T{5}", " {5}", "");
    CHECK_READ("T{5}|T{6}", " (\\Seen) {5}", " \"17-Jul-1996 02:44:25 +0000\" {6}", " ");
    CHECK_READ("T{5}|T{7}|T{8}", " UTF8 (~{5}", ") ~{7}", " utf8 (~{8}", ")");
}

void test_append_args_reads_parts(void)
{
    CHECK_READ("U/a", " CATENATE (URL \"/a\")");
    CHECK_READ("U/a,T{5},U{3},U/b", " (\\Seen) catenate (url /a TEXT {5}", " URL {3}", " URL /b)");
    CHECK_READ("T{0}|T{2}|U/b", " CATENATE (TEXT ~{0}", ") {2}", " CATENATE (URL /b)");
    CHECK_READ("T{5},T{6},U/a", " CATENATE (UTF8 (~{5}", ") UTF8 (~{6}", ") URL /a)");
}

void test_append_args_refuses_what_is_not_closed(void)
{
    CHECK_REFUSED(ERR_SYNTAX, " CATENATE (URL /a");
    CHECK_REFUSED(ERR_SYNTAX, " CATENATE (TEXT {5}", "");
    CHECK_REFUSED(ERR_SYNTAX, " UTF8 (~{5}", "");
    CHECK_REFUSED(ERR_SYNTAX, " CATENATE (UTF8 (~{5}", ")");
}

void test_append_args_refuses_other_grammar(void)
{
    CHECK_REFUSED(ERR_SYNTAX, "{5}");
    CHECK_REFUSED(ERR_SYNTAX, " \"text\"");
    CHECK_REFUSED(ERR_SYNTAX, " {5}", ")");
    CHECK_REFUSED(ERR_SYNTAX, " {5}", "(\\Seen) {5}");
    CHECK_REFUSED(ERR_SYNTAX, " CATENATE ()");
    CHECK_REFUSED(ERR_SYNTAX, " CATENATE (URL /a)x");
    CHECK_REFUSED(ERR_SYNTAX, " CATENATE (TEXT {5}", "URL /a)");
    CHECK_REFUSED(ERR_SYNTAX, " CATENATE (TEXT {5} URL /a)");
}

void test_append_args_has_limits(void)
{
    CHECK_READ("U/a,U/a,U/a,U/a", " CATENATE (URL /a URL /a URL /a URL /a)");
    CHECK_REFUSED(ERR_LIMIT, " CATENATE (URL /a URL /a URL /a URL /a URL /a)");
    CHECK_READ("T{1}|T{1}|T{1}|T{1}", " {1}", " {1}", " {1}", " {1}", "");
    CHECK_REFUSED(ERR_LIMIT, " {1}", " {1}", " {1}", " {1}", " {1}");
}

void test_append_args_of_one_message(void)
{
    check(true, PIECES(" CATENATE (URL /a TEXT {5}", ")"), ERR_NONE, "U/a,T{5}", __LINE__);
    check(true, PIECES(" {5}", " {6}"), ERR_SYNTAX, NULL, __LINE__);
    check(true, PIECES(" CATENATE (URL /a) CATENATE (URL /b)"), ERR_SYNTAX, NULL, __LINE__);
}
