/* The options of SEARCH RETURN (…) and SORT RETURN (…). */
#include "proto/search_args.h"

static int parse_minimum(struct lexer *lexer, struct search_return *out)
{
    (void)lexer;
    out->minimum = true;
    return 0;
}

static int parse_maximum(struct lexer *lexer, struct search_return *out)
{
    (void)lexer;
    out->maximum = true;
    return 0;
}

static int parse_all(struct lexer *lexer, struct search_return *out)
{
    (void)lexer;
    out->all = true;
    return 0;
}

static int parse_count(struct lexer *lexer, struct search_return *out)
{
    (void)lexer;
    out->count = true;
    return 0;
}

static int parse_save(struct lexer *lexer, struct search_return *out)
{
    (void)lexer;
    out->save = true;
    return 0;
}

static int parse_partial(struct lexer *lexer, struct search_return *out)
{
    if (out->partial.given)
        return fail(ERR_SYNTAX, "PARTIAL is there twice");
    int err = lexer_space(lexer);
    return err ? err : lexer_partial_range(lexer, &out->partial);
}

/* RFC 4731 section 4, RFC 5182 section 3, RFC 9394 section 4 */
static const struct {
    const char *name;
    int (*parse)(struct lexer *lexer, struct search_return *out);
} options[] = {
    {"MIN", parse_minimum}, {"MAX", parse_maximum}, {"ALL", parse_all},
    {"COUNT", parse_count}, {"SAVE", parse_save},   {"PARTIAL", parse_partial},
};

static int parse_option(struct lexer *lexer, struct search_return *out)
{
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (lexer_accept_word(lexer, options[i].name))
            return options[i].parse(lexer, out);
    return fail(ERR_SYNTAX, "no such result option");
}

/* "(" [option *(SP option)] ")" */
static int parse_options(struct lexer *lexer, struct search_return *out)
{
    int err = lexer_expect(lexer, '(');
    lexer_skip_spaces(lexer);
    while (!err && !lexer_accept(lexer, ')')) {
        err = parse_option(lexer, out);
        if (!err && lexer_peek(lexer) != ')')
            err = lexer_space(lexer);
    }
    return err;
}

int search_return_parse(struct lexer *lexer, struct search_return *out)
{
    if (!lexer_accept_word(lexer, "RETURN"))
        return 0;
    out->given = true;
    int err = lexer_space(lexer);
    if (!err)
        err = parse_options(lexer, out);
    if (!err && out->all && out->partial.given)
        err = fail(ERR_SYNTAX, "ALL and PARTIAL exclude each other"); /* RFC 9394 section 3.1 */
    if (err)
        return err;
    if (!search_return_tells(out) && !out->save)
        out->all = true; /* RFC 4731 section 3.1: "()" is "(ALL)" */
    return lexer_space(lexer);
}
