#include "proto/lexer.h"

struct flag_gatherer {
    struct lexer *lexer;
    struct flag_names names;
    uint32_t count;
};

static bool is_known(const struct flag_names *names, struct slice keyword)
{
    for (size_t i = 0; i < names->keyword_count; i++) {
        if (slice_equal_nocase(names->keywords[i], keyword))
            return true;
    }
    return false;
}

static int add_keyword(struct flag_gatherer *gatherer, struct slice keyword)
{
    struct flag_names *names = &gatherer->names;
    if (keyword.len > FLAG_KEYWORD_LENGTH_MAX)
        return fail(ERR_LIMIT, "keyword is longer than %d octets", FLAG_KEYWORD_LENGTH_MAX);
    if (is_known(names, keyword))
        return 0;
    if (names->keyword_count == FLAG_KEYWORD_COUNT)
        return fail(ERR_LIMIT, "more than %d keywords", FLAG_KEYWORD_COUNT);
    if (!names->keywords)
        names->keywords = ARENA_ARRAY(gatherer->lexer->arena, FLAG_KEYWORD_COUNT, struct slice);
    if (!names->keywords)
        return -ERR_NO_MEMORY;
    names->keywords[names->keyword_count++] = keyword;
    return 0;
}

/* The cursor is on the backslash. */
static int add_system_flag(struct flag_gatherer *gatherer)
{
    struct lexer *lexer = gatherer->lexer;
    size_t start = lexer->at++;
    struct slice atom;
    if (lexer_accept(lexer, '*'))
        return fail(ERR_INVALID, "\\* is not a flag that can be set");
    int result = lexer_atom(lexer, &atom);
    if (result < 0)
        return result;
    struct slice name = slice_sub(lexer->text, start, lexer->at - start);
    flag_mask bit = flag_system_from_name(name);
    /* \Recent is the server's; clients copy it from FETCH into APPEND. */
    if (bit == 0 && !slice_equal_nocase(name, SLICE("\\Recent")))
        return fail(ERR_INVALID, "no such system flag: %.*s", (int)(name.len < 40 ? name.len : 40),
                    name.data);
    gatherer->names.system |= bit;
    return 0;
}

static int add_flag(struct flag_gatherer *gatherer)
{
    if (++gatherer->count > gatherer->lexer->items_max)
        return fail(ERR_LIMIT, "more than %u flags", gatherer->lexer->items_max);
    if (lexer_peek(gatherer->lexer) == '\\')
        return add_system_flag(gatherer);
    struct slice keyword;
    int result = lexer_atom(gatherer->lexer, &keyword);
    return result < 0 ? result : add_keyword(gatherer, keyword);
}

/* Flags with spaces between, up to `closing` (')' or the end, given as 0),
 * which is not consumed. */
static int add_flags(struct flag_gatherer *gatherer, char closing)
{
    struct lexer *lexer = gatherer->lexer;
    int result = 0;
    lexer_skip_spaces(lexer);
    while (result == 0 && lexer_peek(lexer) != closing) {
        result = add_flag(gatherer);
        if (result == 0 && lexer_peek(lexer) != closing)
            result = lexer_space(lexer);
    }
    return result;
}

int lexer_flag_list(struct lexer *lexer, bool bare, struct flag_names *out)
{
    struct flag_gatherer gatherer = {.lexer = lexer};
    int result;
    if (lexer_accept(lexer, '(')) {
        result = add_flags(&gatherer, ')');
        if (result == 0)
            result = lexer_expect(lexer, ')');
    } else if (bare && !lexer_at_end(lexer)) {
        result = add_flags(&gatherer, '\0');
    } else {
        result = fail(ERR_SYNTAX, "expected a list of flags");
    }
    if (result == 0)
        *out = gatherer.names;
    return result;
}
