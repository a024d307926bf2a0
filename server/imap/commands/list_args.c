#include "list_args.h"

#include "metadata_args.h"

/* RFC 5258 section 3.1, RFC 6154 section 2. */
struct list_selection {
    const char *name;
    unsigned selects; /* LIST_ bit */
    bool is_base;     /* a criterion, which what is below a mailbox can meet (CHILDINFO) */
};
static const struct list_selection selections[] = {
    {"SUBSCRIBED", LIST_SUBSCRIBED, true},
    {"SPECIAL-USE", LIST_SPECIAL_USE, true},
    {"RECURSIVEMATCH", LIST_RECURSIVEMATCH, false},
    {"REMOTE", LIST_REMOTE, false},
};
enum { LIST_SELECTIONS = sizeof selections / sizeof selections[0] };

static int parse_status(struct lexer *lexer, struct list_args *args)
{
    int err = lexer_space(lexer);
    if (!err)
        err = status_items_parse(lexer, &args->status);
    if (err)
        return err;
    if (status_items_have_recent(&args->status))
        args->query.tells |= LIST_TELLS_RECENT;
    if (status_items_have_unseen(&args->status))
        args->query.tells |= LIST_TELLS_UNSEEN;
    if (status_items_have_deleted_storage(&args->status))
        args->query.tells |= LIST_TELLS_DELETED_STORAGE;
    return 0;
}

static int parse_metadata(struct lexer *lexer, struct list_args *args)
{
    args->query.metadata.value_max = UINT64_MAX;
    int err = lexer_space(lexer);
    return err ? err
               : metadata_entries_parse(lexer, &args->query.metadata.entries,
                                        &args->query.metadata.count);
}

/* RFC 5258 section 3.2, RFC 5819, RFC 6154 section 2, RFC 8440, RFC 9590. */
struct list_return {
    const char *name;
    unsigned tells; /* LIST_TELLS_ bits; 0: always told */
    int (*parse)(struct lexer *lexer, struct list_args *args); /* its value; NULL: has none */
};
static const struct list_return returns[] = {
    {"SUBSCRIBED", LIST_TELLS_SUBSCRIBED, NULL},
    {"CHILDREN", 0, NULL},
    {"SPECIAL-USE", 0, NULL},
    {"MYRIGHTS", LIST_TELLS_MYRIGHTS, NULL},
    {"STATUS", LIST_TELLS_STATUS, parse_status},
    {"METADATA", LIST_TELLS_METADATA, parse_metadata},
};
enum { LIST_RETURNS = sizeof returns / sizeof returns[0] };

static int parse_selection(struct lexer *lexer, struct list_args *args)
{
    for (size_t i = 0; i < LIST_SELECTIONS; i++)
        if (lexer_accept_word(lexer, selections[i].name)) {
            args->query.select |= selections[i].selects;
            return 0;
        }
    return fail(ERR_SYNTAX, "Unknown selection option of LIST");
}

static int parse_return(struct lexer *lexer, struct list_args *args)
{
    for (size_t i = 0; i < LIST_RETURNS; i++)
        if (lexer_accept_word(lexer, returns[i].name)) {
            args->query.tells |= returns[i].tells;
            return returns[i].parse ? returns[i].parse(lexer, args) : 0;
        }
    return fail(ERR_SYNTAX, "Unknown return option of LIST");
}

/* "(", any number of options, ")". */
static int parse_options(struct lexer *lexer, struct list_args *args,
                         int (*parse_option)(struct lexer *lexer, struct list_args *args))
{
    int err = lexer_expect(lexer, '(');
    lexer_skip_spaces(lexer);
    if (err || lexer_accept(lexer, ')'))
        return err;
    do {
        err = parse_option(lexer, args);
        if (err || lexer_accept(lexer, ')'))
            return err;
        err = lexer_space(lexer);
    } while (!err && !lexer_accept(lexer, ')'));
    return err;
}

/* RFC 5258 section 3.1: RECURSIVEMATCH is about other options, but not about REMOTE. */
static int check_selection(const struct list_args *args)
{
    unsigned criteria = LIST_SUBSCRIBED | LIST_SPECIAL_USE;
    if ((args->query.select & LIST_RECURSIVEMATCH) && !(args->query.select & criteria))
        return fail(ERR_SYNTAX, "RECURSIVEMATCH needs another selection option");
    return 0;
}

static int parse_selections(struct lexer *lexer, struct list_args *args)
{
    if (lexer_peek(lexer) != '(')
        return 0;
    args->extended = true;
    int err = parse_options(lexer, args, parse_selection);
    if (!err)
        err = check_selection(args);
    return err ? err : lexer_space(lexer);
}

enum { LIST_PATTERNS_MAX = 256 };

static int parse_many_patterns(struct lexer *lexer, struct list_args *args)
{
    args->extended = true;
    struct slice *patterns = ARENA_ARRAY(lexer->arena, LIST_PATTERNS_MAX, struct slice);
    size_t count = 0;
    int err = patterns ? lexer_expect(lexer, '(') : -ERR_NO_MEMORY;
    while (!err) {
        if (count == LIST_PATTERNS_MAX)
            return fail(ERR_LIMIT, "LIST has at most %d patterns", LIST_PATTERNS_MAX);
        err = lexer_list_mailbox(lexer, &patterns[count++]);
        if (err || lexer_accept(lexer, ')'))
            break;
        err = lexer_space(lexer);
    }
    args->query.patterns = patterns;
    args->query.pattern_count = count;
    return err;
}

static int parse_one_pattern(struct lexer *lexer, struct list_args *args)
{
    args->query.patterns = &args->pattern;
    args->query.pattern_count = 1;
    return lexer_list_mailbox(lexer, &args->pattern);
}

static int parse_patterns(struct lexer *lexer, struct list_args *args)
{
    return lexer_peek(lexer) == '(' ? parse_many_patterns(lexer, args)
                                    : parse_one_pattern(lexer, args);
}

static int parse_returns(struct lexer *lexer, struct list_args *args)
{
    lexer_skip_spaces(lexer);
    if (lexer_at_end(lexer))
        return 0;
    if (!lexer_accept_word(lexer, "RETURN"))
        return fail(ERR_SYNTAX, "RETURN expected");
    args->extended = true;
    int err = lexer_space(lexer);
    return err ? err : parse_options(lexer, args, parse_return);
}

int list_args_parse(struct lexer *lexer, struct list_args *out)
{
    int err = lexer_space(lexer);
    if (!err)
        err = parse_selections(lexer, out);
    if (!err)
        err = lexer_mailbox(lexer, &out->query.reference);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = parse_patterns(lexer, out);
    if (!err)
        err = parse_returns(lexer, out);
    if (out->extended)
        out->query.select |= LIST_NAMED_EXIST;
    return err ? err : lexer_end(lexer);
}

int list_args_parse_lsub(struct lexer *lexer, struct list_args *out)
{
    out->query.lsub = true;
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_mailbox(lexer, &out->query.reference);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = parse_one_pattern(lexer, out);
    return err ? err : lexer_end(lexer);
}

void list_args_render_selection(const struct list_args *args, struct buffer *out)
{
    const char *separator = "";
    for (size_t i = 0; i < LIST_SELECTIONS; i++) {
        if (!selections[i].is_base || !(args->query.select & selections[i].selects))
            continue;
        buffer_printf(out, "%s\"%s\"", separator, selections[i].name);
        separator = " ";
    }
}
