#include "proto/sort_args.h"

/* RFC 5256 section 5, RFC 5957 section 5 */
static const struct {
    const char *name;
    enum sort_key key;
} sort_keys[SORT_KEY_COUNT] = {
    {"ARRIVAL", SORT_ARRIVAL},
    {"CC", SORT_CC},
    {"DATE", SORT_DATE},
    {"DISPLAYFROM", SORT_DISPLAYFROM},
    {"DISPLAYTO", SORT_DISPLAYTO},
    {"FROM", SORT_FROM},
    {"SIZE", SORT_SIZE},
    {"SUBJECT", SORT_SUBJECT},
    {"TO", SORT_TO},
};

static const struct {
    const char *name;
    enum thread_algorithm algorithm;
} algorithms[] = {
    {"ORDEREDSUBJECT", THREAD_ORDEREDSUBJECT},
    {"REFERENCES", THREAD_REFERENCES},
};

/* What is there already decides before it comes to this one. */
static void add_criterion(struct sort_program *program, struct sort_criterion criterion)
{
    for (size_t i = 0; i < program->count; i++)
        if (program->criteria[i].key == criterion.key)
            return;
    program->criteria[program->count++] = criterion;
}

static int parse_criterion(struct lexer *lexer, struct sort_program *out)
{
    struct sort_criterion criterion = {.reverse = lexer_accept_word(lexer, "REVERSE")};
    int err = criterion.reverse ? lexer_space(lexer) : 0;
    if (err)
        return err;
    for (size_t i = 0; i < SORT_KEY_COUNT; i++) {
        if (!lexer_accept_word(lexer, sort_keys[i].name))
            continue;
        criterion.key = sort_keys[i].key;
        add_criterion(out, criterion);
        return 0;
    }
    return fail(ERR_SYNTAX, "no such sort key");
}

int sort_program_parse(struct lexer *lexer, struct sort_program *out)
{
    int err = lexer_expect(lexer, '(');
    lexer_skip_spaces(lexer);
    do {
        if (!err)
            err = parse_criterion(lexer, out);
        if (!err && lexer_peek(lexer) != ')')
            err = lexer_space(lexer);
    } while (!err && lexer_peek(lexer) != ')');
    return err ? err : lexer_expect(lexer, ')');
}

int thread_algorithm_parse(struct lexer *lexer, enum thread_algorithm *out)
{
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
        if (lexer_accept_word(lexer, algorithms[i].name)) {
            *out = algorithms[i].algorithm;
            return 0;
        }
    return fail(ERR_SYNTAX, "no such threading algorithm");
}
