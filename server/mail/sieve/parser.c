#include "base/text.h"
#include "sieve/syntax.h"

/* One token of look-ahead. `blocks` and `tests` are how deep it is in each. */
struct parser {
    struct sieve_lexer lexer;
    struct sieve_token token;
    struct arena *arena;
    struct sieve_problem *problem;
    unsigned blocks;
    unsigned tests;
};

static int advance(struct parser *parser)
{
    return sieve_lexer_next(&parser->lexer, &parser->token);
}

static bool is_at(const struct parser *parser, char punctuation)
{
    return parser->token.kind == SIEVE_TOKEN_PUNCTUATION &&
           parser->token.punctuation == punctuation;
}

/* How a token is called in an error text. */
static const char *token_text(const struct parser *parser)
{
    const struct sieve_token *token = &parser->token;
    switch (token->kind) {
    case SIEVE_TOKEN_END:
        return "the script ends";
    case SIEVE_TOKEN_NUMBER:
        return "there is a number";
    case SIEVE_TOKEN_STRING:
        return "there is a string";
    default:
        break;
    }
    const char *before = token->kind == SIEVE_TOKEN_TAG ? ":" : "";
    const char *text =
        token->kind == SIEVE_TOKEN_PUNCTUATION
            ? arena_printf(parser->arena, "there is \"%c\"", token->punctuation)
            : arena_printf(parser->arena, "there is \"%s%.*s\"", before, SLICE_ARGS(token->text));
    return text ? text : "there is something else";
}

static int expected(struct parser *parser, const char *what)
{
    return sieve_problem_set(parser->problem, ERR_SYNTAX, parser->token.place,
                             "%s is expected here, but %s", what, token_text(parser));
}

static int take_punctuation(struct parser *parser, char punctuation, const char *what)
{
    return is_at(parser, punctuation) ? advance(parser) : expected(parser, what);
}

static int too_deep(struct parser *parser, const char *what)
{
    return sieve_problem_set(parser->problem, ERR_LIMIT, parser->token.place,
                             "%s are nested deeper than %d", what, SIEVE_NESTING_MAX);
}

/* Arguments ----------------------------------------------------------------------- */

/* Strings until there is no comma; room grows by doubling. */
static int parse_strings(struct parser *parser, struct sieve_argument *argument)
{
    size_t room = 0;
    for (;;) {
        if (parser->token.kind != SIEVE_TOKEN_STRING)
            return expected(parser, "a string");
        if (argument->count == SIEVE_STRINGS_MAX)
            return sieve_problem_set(parser->problem, ERR_LIMIT, parser->token.place,
                                     "the list has more than %d strings", SIEVE_STRINGS_MAX);
        if (argument->count == room) {
            room = room ? room * 2 : 1;
            struct slice *strings = ARENA_ARRAY(parser->arena, room, struct slice);
            if (!strings)
                return -ERR_NO_MEMORY;
            if (argument->count > 0)
                memcpy(strings, argument->strings, argument->count * sizeof *strings);
            argument->strings = strings;
        }
        argument->strings[argument->count++] = parser->token.text;
        int result = advance(parser);
        if (result < 0 || !argument->is_list || !is_at(parser, ','))
            return result;
        result = advance(parser);
        if (result < 0)
            return result;
    }
}

static int parse_list(struct parser *parser, struct sieve_argument *argument)
{
    argument->is_list = true;
    int result = advance(parser);
    if (result == 0)
        result = parse_strings(parser, argument);
    return result < 0 ? result : take_punctuation(parser, ']', "a comma or \"]\"");
}

static bool begins_argument(const struct parser *parser)
{
    enum sieve_token_kind kind = parser->token.kind;
    return kind == SIEVE_TOKEN_TAG || kind == SIEVE_TOKEN_NUMBER || kind == SIEVE_TOKEN_STRING ||
           is_at(parser, '[');
}

static int parse_argument(struct parser *parser, struct sieve_argument *argument)
{
    const struct sieve_token *token = &parser->token;
    argument->place = token->place;
    if (token->kind == SIEVE_TOKEN_TAG) {
        argument->kind = SIEVE_ARGUMENT_TAG;
        argument->tag = token->text;
        return advance(parser);
    }
    if (token->kind == SIEVE_TOKEN_NUMBER) {
        argument->kind = SIEVE_ARGUMENT_NUMBER;
        argument->number = token->number;
        return advance(parser);
    }
    argument->kind = SIEVE_ARGUMENT_STRINGS;
    return is_at(parser, '[') ? parse_list(parser, argument) : parse_strings(parser, argument);
}

static int parse_arguments(struct parser *parser, struct sieve_argument **first)
{
    struct sieve_argument **end = first;
    while (begins_argument(parser)) {
        struct sieve_argument *argument = ARENA_NEW(parser->arena, struct sieve_argument);
        if (!argument)
            return -ERR_NO_MEMORY;
        int result = parse_argument(parser, argument);
        if (result < 0)
            return result;
        *end = argument;
        end = &argument->next;
    }
    return 0;
}

/* Tests and commands ---------------------------------------------------------------- */

static int parse_tests(struct parser *parser, struct sieve_node *node);

/* The name, the arguments and the tests: what commands and tests have in common. */
static int parse_head(struct parser *parser, const char *what, struct sieve_node **out)
{
    if (parser->token.kind != SIEVE_TOKEN_IDENTIFIER)
        return expected(parser, what);
    struct sieve_node *node = ARENA_NEW(parser->arena, struct sieve_node);
    if (!node)
        return -ERR_NO_MEMORY;
    node->place = parser->token.place;
    node->name = parser->token.text;
    int result = advance(parser);
    if (result == 0)
        result = parse_arguments(parser, &node->arguments);
    if (result == 0)
        result = parse_tests(parser, node);
    if (result == 0)
        *out = node;
    return result;
}

static int parse_test_list(struct parser *parser, struct sieve_node *node)
{
    struct sieve_node **end = &node->tests;
    node->test_list = true;
    do {
        int result = advance(parser);
        if (result == 0)
            result = parse_head(parser, "a test", end);
        if (result < 0)
            return result;
        end = &(*end)->next;
    } while (is_at(parser, ','));
    return take_punctuation(parser, ')', "a comma or \")\"");
}

static int parse_tests(struct parser *parser, struct sieve_node *node)
{
    bool list = is_at(parser, '(');
    if (!list && parser->token.kind != SIEVE_TOKEN_IDENTIFIER)
        return 0;
    if (parser->tests == SIEVE_NESTING_MAX)
        return too_deep(parser, "tests");
    parser->tests++;
    int result = list ? parse_test_list(parser, node) : parse_head(parser, "a test", &node->tests);
    parser->tests--;
    return result;
}

static int parse_commands(struct parser *parser, struct sieve_node **first);

static int parse_block(struct parser *parser, struct sieve_node *node)
{
    if (parser->blocks == SIEVE_NESTING_MAX)
        return too_deep(parser, "blocks");
    parser->blocks++;
    node->has_block = true;
    int result = advance(parser);
    if (result == 0)
        result = parse_commands(parser, &node->block);
    parser->blocks--;
    return result < 0 ? result : take_punctuation(parser, '}', "a command or \"}\"");
}

/* With the usual mistake in mind: a semicolon that was forgotten. */
static int parse_command(struct parser *parser, struct sieve_node **out)
{
    int result = parse_head(parser, "a command", out);
    if (result < 0)
        return result;
    if (is_at(parser, '{'))
        return parse_block(parser, *out);
    if (is_at(parser, ';'))
        return advance(parser);
    const char *what = arena_printf(
        parser->arena, "a semicolon, which ends the \"%.*s\" before it,", SLICE_ARGS((*out)->name));
    return expected(parser, what ? what : "a semicolon");
}

static int parse_commands(struct parser *parser, struct sieve_node **first)
{
    struct sieve_node **end = first;
    while (parser->token.kind == SIEVE_TOKEN_IDENTIFIER) {
        int result = parse_command(parser, end);
        if (result < 0)
            return result;
        end = &(*end)->next;
    }
    return 0;
}

/* Text ------------------------------------------------------------------------------- */

/* The first line that is no text, and the column of the first wrong octet in it. */
static struct sieve_place find_non_text(struct slice text)
{
    struct sieve_place place = {1, 1};
    for (;;) {
        size_t length = slice_find(text, '\n');
        struct slice line = slice_sub(text, 0, length);
        if (!text_is_utf8(line) || slice_find(line, '\0') < line.len || length == text.len) {
            for (size_t at = 0; at < line.len && line.data[at]; place.column++) {
                size_t start = at;
                text_next(line, &at);
                if (!text_is_utf8(slice_sub(line, start, at - start)))
                    break;
            }
            return place;
        }
        text = slice_sub(text, length + 1, SIZE_MAX);
        place.line++;
    }
}

static int check_text(struct slice text, struct sieve_problem *problem)
{
    if (text.len > SIEVE_TEXT_MAX)
        return sieve_problem_set(problem, ERR_LIMIT, (struct sieve_place){1, 1},
                                 "the script is larger than %d octets", SIEVE_TEXT_MAX);
    if (!text_is_utf8(text))
        return sieve_problem_set(problem, ERR_SYNTAX, find_non_text(text),
                                 "a script is text in UTF-8, which this character is not");
    if (slice_find(text, '\0') < text.len)
        return sieve_problem_set(problem, ERR_SYNTAX, find_non_text(text),
                                 "a script has no NUL characters");
    return 0;
}

int sieve_parse(struct slice text, struct arena *arena, struct sieve_node **out,
                struct sieve_problem *problem)
{
    struct parser parser = {.arena = arena, .problem = problem};
    struct sieve_node *first = NULL;
    int result = check_text(text, problem);
    if (result < 0)
        return result;
    sieve_lexer_init(&parser.lexer, text, arena, problem);
    result = advance(&parser);
    if (result == 0)
        result = parse_commands(&parser, &first);
    if (result == 0 && parser.token.kind != SIEVE_TOKEN_END)
        result = expected(&parser, "a command");
    if (result == 0)
        *out = first;
    return result;
}
