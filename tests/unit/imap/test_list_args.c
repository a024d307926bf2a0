/* What LIST is asked: RFC 5258 section 6 and what extends it. */
#include "commands/list_args.h"

#include "support/check.h"

/* Text behind "LIST". */
static int parse(const char *text, struct arena *arena, struct list_args *args)
{
    struct lexer lexer;
    lexer_init(&lexer, slice_cstr(text), arena);
    *args = (struct list_args){0};
    return list_args_parse(&lexer, args);
}

static void check_asked(const char *text, unsigned select, unsigned tells, size_t patterns,
                        bool extended)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct list_args args;
    if (CHECK_OK(parse(text, &arena, &args))) {
        CHECK_INT(args.query.select, select | (extended ? LIST_NAMED_EXIST : 0));
        CHECK_INT(args.query.tells, tells);
        CHECK_INT(args.query.pattern_count, patterns);
        CHECK_INT(args.extended, extended);
    }
    arena_clear(&arena);
}

void test_list_args_plain(void)
{
    check_asked(" \"\" *", 0, 0, 1, false);
    check_asked(" Work/ \"%\" ", 0, 0, 1, false);
    check_asked(" \"\" \"\"", 0, 0, 1, false);
}

void test_list_args_options_make_it_extended(void)
{
    check_asked(" () \"\" *", 0, 0, 1, true);
    check_asked(" \"\" (*)", 0, 0, 1, true);
    check_asked(" \"\" (a b% \"c\")", 0, 0, 3, true);
    check_asked(" \"\" * RETURN ()", 0, 0, 1, true);
    check_asked(" \"\" * return (children special-use)", 0, 0, 1, true);
}

void test_list_args_selects(void)
{
    check_asked(" (SUBSCRIBED) \"\" *", LIST_SUBSCRIBED, 0, 1, true);
    check_asked(" (remote subscribed recursivematch special-use subscribed) \"\" *",
                LIST_SUBSCRIBED | LIST_SPECIAL_USE | LIST_RECURSIVEMATCH | LIST_REMOTE, 0, 1, true);
}

void test_list_args_tells(void)
{
    check_asked(" \"\" * RETURN (SUBSCRIBED MYRIGHTS)", 0,
                LIST_TELLS_SUBSCRIBED | LIST_TELLS_MYRIGHTS, 1, true);
    check_asked(" \"\" * RETURN (STATUS (MESSAGES))", 0, LIST_TELLS_STATUS, 1, true);
    check_asked(" \"\" * RETURN (CHILDREN STATUS (RECENT UNSEEN) MYRIGHTS)", 0,
                LIST_TELLS_STATUS | LIST_TELLS_RECENT | LIST_TELLS_UNSEEN | LIST_TELLS_MYRIGHTS, 1,
                true);
}

static void check_refused(const char *text)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct list_args args;
    CHECK_ERR(parse(text, &arena, &args), ERR_SYNTAX);
    arena_clear(&arena);
}

void test_list_args_refuse_what_is_unknown(void)
{
    check_refused(" (ODD) \"\" *");
    check_refused(" (CHILDREN) \"\" *");
    check_refused(" \"\" * RETURN (RECURSIVEMATCH)");
    check_refused(" \"\" * RETURN (STATUS (ODD))");
    check_refused(" (RECURSIVEMATCH) \"\" *");
    check_refused(" (REMOTE RECURSIVEMATCH REMOTE) \"\" *");
}

/* No beginning of a command is one, unless it ends behind the patterns. */
void test_list_args_refuse_half_a_command(void)
{
    static const char whole[] = " (SUBSCRIBED RECURSIVEMATCH) \"\" (a \"b c\") RETURN (CHILDREN "
                                "STATUS (MESSAGES UNSEEN))";
    size_t patterns_end = strlen(" (SUBSCRIBED RECURSIVEMATCH) \"\" (a \"b c\")");
    for (size_t len = 0; len < strlen(whole); len++) {
        char half[sizeof whole];
        memcpy(half, whole, len);
        half[len] = '\0';
        if (len != patterns_end && len != patterns_end + 1)
            check_refused(half);
    }
    check_asked(whole, LIST_SUBSCRIBED | LIST_RECURSIVEMATCH, LIST_TELLS_STATUS | LIST_TELLS_UNSEEN,
                2, true);
}

void test_list_args_name_what_selects(void)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct list_args args;
    struct buffer text;
    buffer_init(&text, 0);
    CHECK_OK(parse(" (RECURSIVEMATCH SPECIAL-USE SUBSCRIBED REMOTE) \"\" *", &arena, &args));
    list_args_render_selection(&args, &text);
    CHECK_SLICE(buffer_slice(&text), "\"SUBSCRIBED\" \"SPECIAL-USE\"");
    buffer_clear(&text);
    arena_clear(&arena);
}
