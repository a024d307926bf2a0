#include "metadata_args.h"

#include "model/annotation_entry.h"

static int parse_entry(struct lexer *lexer, struct slice *out)
{
    struct slice text;
    int err = lexer_astring(lexer, &text);
    return err ? err : annotation_entry_parse(text, lexer->arena, out);
}

static int parse_mailbox(struct lexer *lexer, struct metadata_args *out)
{
    int err = lexer_mailbox(lexer, &out->mailbox);
    if (!err)
        out->of_server = out->mailbox.len == 0;
    return err;
}

static int too_many(void)
{
    return fail(ERR_LIMIT, "A command has at most %d entries", METADATA_ENTRIES_MAX);
}

struct entries {
    struct slice *entries;
    size_t count;
};

static int add_entry(struct lexer *lexer, struct entries *entries)
{
    if (entries->count == METADATA_ENTRIES_MAX)
        return too_many();
    return parse_entry(lexer, &entries->entries[entries->count++]);
}

static int parse_listed_entries(struct lexer *lexer, struct entries *entries)
{
    int err = 0;
    lexer_skip_spaces(lexer);
    do {
        err = add_entry(lexer, entries);
        if (err || lexer_accept(lexer, ')'))
            return err;
        err = lexer_space(lexer);
    } while (!err && !lexer_accept(lexer, ')'));
    return err;
}

static int parse_entries(struct lexer *lexer, struct entries *out)
{
    *out = (struct entries){ARENA_ARRAY(lexer->arena, METADATA_ENTRIES_MAX, struct slice), 0};
    if (!out->entries)
        return -ERR_NO_MEMORY;
    return lexer_accept(lexer, '(') ? parse_listed_entries(lexer, out) : add_entry(lexer, out);
}

int metadata_entries_parse(struct lexer *lexer, const struct slice **entries_out, size_t *count_out)
{
    struct entries entries;
    int err = parse_entries(lexer, &entries);
    if (err)
        return err;
    *entries_out = entries.entries;
    *count_out = entries.count;
    return 0;
}

/* GETMETADATA ----------------------------------------------------------------------------- */

static int parse_depth(struct lexer *lexer, struct metadata_args *out)
{
    static const struct {
        const char *name;
        int32_t depth;
    } depths[] = {{"0", 0}, {"1", 1}, {"infinity", ANNOTATION_ANY_DEPTH}};
    for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++)
        if (lexer_accept_word(lexer, depths[i].name)) {
            out->query.depth = depths[i].depth;
            return 0;
        }
    return fail(ERR_SYNTAX, "DEPTH is 0, 1 or infinity");
}

static int parse_value_max(struct lexer *lexer, struct metadata_args *out)
{
    uint32_t value_max;
    int err = lexer_number(lexer, &value_max);
    if (err)
        return err;
    out->query.value_max = value_max;
    return 0;
}

static const struct get_option {
    const char *name;
    int (*parse)(struct lexer *lexer, struct metadata_args *out);
} get_options[] = {{"MAXSIZE", parse_value_max}, {"DEPTH", parse_depth}};

static int parse_option(struct lexer *lexer, struct metadata_args *out)
{
    for (size_t i = 0; i < sizeof get_options / sizeof get_options[0]; i++) {
        if (!lexer_accept_word(lexer, get_options[i].name))
            continue;
        int err = lexer_space(lexer);
        return err ? err : get_options[i].parse(lexer, out);
    }
    return fail(ERR_SYNTAX, "Unknown option of GETMETADATA");
}

static int parse_options(struct lexer *lexer, struct metadata_args *out)
{
    int err = lexer_expect(lexer, '(');
    lexer_skip_spaces(lexer);
    while (!err) {
        err = parse_option(lexer, out);
        if (err || lexer_accept(lexer, ')'))
            break;
        err = lexer_space(lexer);
        if (!err && lexer_accept(lexer, ')'))
            break;
    }
    return err ? err : lexer_space(lexer);
}

/* What begins a list: the names of options begin with a letter, those of entries never do. */
static bool options_follow(const struct lexer *lexer)
{
    struct lexer ahead = *lexer;
    if (!lexer_accept(&ahead, '('))
        return false;
    lexer_skip_spaces(&ahead);
    char first = ascii_lower(lexer_peek(&ahead));
    return first >= 'a' && first <= 'z';
}

/* By the grammar the options come before the mailbox, in the RFC's examples behind it; an example
 * in section 4.4.1 has no parentheses around two entries. */
int metadata_args_parse_get(struct lexer *lexer, struct metadata_args *out)
{
    out->query.value_max = UINT64_MAX;
    int err = lexer_space(lexer);
    if (!err && options_follow(lexer))
        err = parse_options(lexer, out);
    if (!err)
        err = parse_mailbox(lexer, out);
    if (!err)
        err = lexer_space(lexer);
    if (!err && options_follow(lexer))
        err = parse_options(lexer, out);
    struct entries entries;
    if (!err)
        err = parse_entries(lexer, &entries);
    while (!err && lexer_peek(lexer) == ' ') {
        lexer_skip_spaces(lexer);
        if (!lexer_at_end(lexer))
            err = add_entry(lexer, &entries);
    }
    if (err)
        return err;
    out->query.entries = entries.entries;
    out->query.count = entries.count;
    return lexer_end(lexer);
}

/* SETMETADATA ----------------------------------------------------------------------------- */

/* value: nstring or literal8 */
static int parse_value(struct lexer *lexer, struct slice *out)
{
    return lexer_peek(lexer) == '~' ? lexer_literal8(lexer, out) : lexer_nstring(lexer, out);
}

static int parse_annotation(struct lexer *lexer, struct metadata_args *out)
{
    if (out->count == METADATA_ENTRIES_MAX)
        return too_many();
    struct annotation *annotation = &out->annotations[out->count++];
    int err = parse_entry(lexer, &annotation->entry);
    if (!err)
        err = annotation_entry_check_value(annotation->entry);
    if (!err)
        err = lexer_space(lexer);
    return err ? err : parse_value(lexer, &annotation->value);
}

int metadata_args_parse_set(struct lexer *lexer, struct metadata_args *out)
{
    out->annotations = ARENA_ARRAY(lexer->arena, METADATA_ENTRIES_MAX, struct annotation);
    int err = out->annotations ? lexer_space(lexer) : -ERR_NO_MEMORY;
    if (!err)
        err = parse_mailbox(lexer, out);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = lexer_expect(lexer, '(');
    lexer_skip_spaces(lexer);
    while (!err) {
        err = parse_annotation(lexer, out);
        if (err || lexer_accept(lexer, ')'))
            break;
        err = lexer_space(lexer);
        if (!err && lexer_accept(lexer, ')'))
            break;
    }
    return err ? err : lexer_end(lexer);
}
