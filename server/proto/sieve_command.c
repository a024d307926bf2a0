#include "proto/sieve_command.h"

#include "base/text.h"

/* What is left of the command. */
struct cursor {
    struct slice rest;
    struct arena *arena;
};

static void advance(struct cursor *cursor, size_t len)
{
    cursor->rest = slice_sub(cursor->rest, len, cursor->rest.len);
}

/* Strings ----------------------------------------------------------------------------------- */

/* The octets between the quotes, escapes counted as one in *unescaped_out; SIZE_MAX: they do
 * not end, or have what only a literal may have. */
static size_t quoted_length(struct slice text, size_t *unescaped_out)
{
    size_t unescaped = 0;
    for (size_t i = 0; i < text.len; i++, unescaped++) {
        char c = text.data[i];
        if (c == '"') {
            *unescaped_out = unescaped;
            return i;
        }
        if (c == '\0' || c == '\r' || c == '\n')
            return SIZE_MAX;
        if (c != '\\')
            continue;
        i++;
        if (i >= text.len || (text.data[i] != '"' && text.data[i] != '\\'))
            return SIZE_MAX;
    }
    return SIZE_MAX;
}

static int unescape(struct cursor *cursor, struct slice quoted, size_t len, struct slice *out)
{
    char *octets = arena_alloc(cursor->arena, len);
    if (!octets)
        return -ERR_NO_MEMORY;
    size_t at = 0;
    for (size_t i = 0; i < quoted.len; i++) {
        if (quoted.data[i] == '\\')
            i++;
        octets[at++] = quoted.data[i];
    }
    *out = slice_of(octets, len);
    return 0;
}

static int take_quoted(struct cursor *cursor, struct slice *out)
{
    advance(cursor, 1);
    size_t len = 0;
    size_t length = quoted_length(cursor->rest, &len);
    if (length == SIZE_MAX)
        return fail(ERR_SYNTAX, "A quoted string does not end, or has what it cannot have");
    struct slice quoted = slice_sub(cursor->rest, 0, length);
    advance(cursor, length + 1);
    if (!text_is_utf8(quoted))
        return fail(ERR_SYNTAX, "A quoted string is not UTF-8");
    *out = quoted;
    return len == length ? 0 : unescape(cursor, quoted, len, out);
}

/* "{n+}" CRLF and the octets; "{n}" is the form of servers, and as good. */
static int take_literal(struct cursor *cursor, struct slice *out)
{
    size_t end = slice_find(cursor->rest, '}');
    struct slice number = slice_sub(cursor->rest, 1, end - 1);
    if (slice_ends_with(number, SLICE("+")))
        number.len--;
    uint32_t len;
    if (end == cursor->rest.len || !slice_to_u32(number, &len))
        return fail(ERR_SYNTAX, "A literal begins with {NUMBER+}");
    advance(cursor, end + 1);
    if (!slice_starts_with(cursor->rest, SLICE("\r\n")) || cursor->rest.len - 2 < len)
        return fail(ERR_SYNTAX, "A literal's octets are missing");
    *out = slice_sub(cursor->rest, 2, len);
    advance(cursor, 2 + (size_t)len);
    return 0;
}

static int take_string(struct cursor *cursor, struct slice *out)
{
    char first = cursor->rest.len ? cursor->rest.data[0] : '\0';
    if (first == '"')
        return take_quoted(cursor, out);
    if (first == '{')
        return take_literal(cursor, out);
    return fail(ERR_SYNTAX, "A string is expected");
}

/* Names of scripts (RFC 5804 section 1.6) ---------------------------------------------------- */

static bool is_forbidden(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029;
}

static int check_name(struct slice name)
{
    if (name.len > SIEVE_COMMAND_NAME_MAX)
        return fail(ERR_INVALID, "A script's name has %d octets at most", SIEVE_COMMAND_NAME_MAX);
    if (!text_is_utf8(name))
        return fail(ERR_INVALID, "A script's name is UTF-8");
    for (size_t at = 0; at < name.len;)
        if (is_forbidden(text_next(name, &at)))
            return fail(ERR_INVALID, "A script's name has no control characters");
    return 0;
}

static int take_name_or_none(struct cursor *cursor, struct sieve_command *command)
{
    int err = take_string(cursor, &command->name);
    return err ? err : check_name(command->name);
}

static int take_some_name(struct cursor *cursor, struct slice *out)
{
    int err = take_string(cursor, out);
    if (!err && out->len == 0)
        err = fail(ERR_INVALID, "A script needs a name");
    return err ? err : check_name(*out);
}

/* Arguments ---------------------------------------------------------------------------------- */

static int take_name(struct cursor *cursor, struct sieve_command *command)
{
    return take_some_name(cursor, &command->name);
}

static int take_new_name(struct cursor *cursor, struct sieve_command *command)
{
    return take_some_name(cursor, &command->new_name);
}

static int take_script(struct cursor *cursor, struct sieve_command *command)
{
    return take_string(cursor, &command->script);
}

static int take_text(struct cursor *cursor, struct sieve_command *command)
{
    return take_string(cursor, &command->text);
}

static int take_initial(struct cursor *cursor, struct sieve_command *command)
{
    return take_string(cursor, &command->initial);
}

static int take_size(struct cursor *cursor, struct sieve_command *command)
{
    struct slice digits = slice_sub(cursor->rest, 0, slice_find(cursor->rest, ' '));
    if (!slice_to_u32(digits, &command->size))
        return fail(ERR_SYNTAX, "A number up to 4294967295 is expected");
    advance(cursor, digits.len);
    return 0;
}

/* Commands ----------------------------------------------------------------------------------- */

enum { ARGUMENTS_MAX = 2 };

static const struct grammar {
    const char *name;
    int least; /* arguments that must be there */
    int (*arguments[ARGUMENTS_MAX])(struct cursor *cursor, struct sieve_command *command);
} grammars[SIEVE_VERB_COUNT] = {
    [SIEVE_VERB_AUTHENTICATE] = {"AUTHENTICATE", 1, {take_text, take_initial}},
    [SIEVE_VERB_STARTTLS] = {"STARTTLS", 0, {NULL}},
    [SIEVE_VERB_LOGOUT] = {"LOGOUT", 0, {NULL}},
    [SIEVE_VERB_CAPABILITY] = {"CAPABILITY", 0, {NULL}},
    [SIEVE_VERB_HAVESPACE] = {"HAVESPACE", 2, {take_name, take_size}},
    [SIEVE_VERB_PUTSCRIPT] = {"PUTSCRIPT", 2, {take_name, take_script}},
    [SIEVE_VERB_LISTSCRIPTS] = {"LISTSCRIPTS", 0, {NULL}},
    [SIEVE_VERB_SETACTIVE] = {"SETACTIVE", 1, {take_name_or_none}},
    [SIEVE_VERB_GETSCRIPT] = {"GETSCRIPT", 1, {take_name}},
    [SIEVE_VERB_DELETESCRIPT] = {"DELETESCRIPT", 1, {take_name}},
    [SIEVE_VERB_RENAMESCRIPT] = {"RENAMESCRIPT", 2, {take_name, take_new_name}},
    [SIEVE_VERB_CHECKSCRIPT] = {"CHECKSCRIPT", 1, {take_script}},
    [SIEVE_VERB_NOOP] = {"NOOP", 0, {take_text}},
    [SIEVE_VERB_UNAUTHENTICATE] = {"UNAUTHENTICATE", 0, {NULL}},
};

/* SIEVE_VERB_COUNT: there is no such command. */
static enum sieve_verb find_verb(struct slice text)
{
    struct slice word = slice_sub(text, 0, slice_find(text, ' '));
    int i = 0;
    while (i < SIEVE_VERB_COUNT && !slice_equal_nocase(word, slice_cstr(grammars[i].name)))
        i++;
    return (enum sieve_verb)i;
}

static int parse_arguments(struct cursor *cursor, struct sieve_command *command)
{
    const struct grammar *grammar = &grammars[command->verb];
    for (int i = 0; i < ARGUMENTS_MAX && grammar->arguments[i]; i++) {
        if (cursor->rest.len == 0 && i >= grammar->least)
            return 0;
        if (!slice_starts_with(cursor->rest, SLICE(" ")))
            return fail(ERR_SYNTAX, "%s needs more arguments", grammar->name);
        advance(cursor, 1);
        int err = grammar->arguments[i](cursor, command);
        if (err)
            return err;
    }
    return cursor->rest.len ? fail(ERR_SYNTAX, "Nothing more may follow in %s", grammar->name) : 0;
}

int sieve_command_parse(struct slice text, struct arena *arena, struct sieve_command *out)
{
    struct sieve_command command = {.verb = find_verb(text)};
    if (command.verb == SIEVE_VERB_COUNT)
        return fail(ERR_NOT_FOUND, "There is no such command");
    struct cursor cursor = {text, arena};
    advance(&cursor, strlen(grammars[command.verb].name));
    int err = parse_arguments(&cursor, &command);
    if (!err)
        *out = command;
    return err;
}

int sieve_command_parse_answer(struct slice text, struct arena *arena, struct slice *out)
{
    struct cursor cursor = {text, arena};
    struct slice answer;
    int err = take_string(&cursor, &answer);
    if (!err && cursor.rest.len)
        err = fail(ERR_SYNTAX, "Nothing may follow the answer");
    if (!err)
        *out = answer;
    return err;
}

bool sieve_command_has_script(struct slice text)
{
    enum sieve_verb verb = find_verb(text);
    return verb == SIEVE_VERB_PUTSCRIPT || verb == SIEVE_VERB_CHECKSCRIPT;
}
