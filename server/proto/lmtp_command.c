#include "proto/lmtp_command.h"

#include "base/text.h"

/* What is left of the line. */
struct cursor {
    struct slice rest;
    struct arena *arena;
};

static bool accept_word(struct cursor *cursor, const char *word)
{
    struct slice wanted = slice_cstr(word);
    if (!slice_starts_with_nocase(cursor->rest, wanted))
        return false;
    cursor->rest = slice_sub(cursor->rest, wanted.len, cursor->rest.len);
    return true;
}

static void skip_spaces(struct cursor *cursor)
{
    while (cursor->rest.len && cursor->rest.data[0] == ' ')
        cursor->rest = slice_sub(cursor->rest, 1, cursor->rest.len);
}

/* The next word; empty at the end. */
static struct slice take_word(struct cursor *cursor)
{
    skip_spaces(cursor);
    struct slice word = slice_sub(cursor->rest, 0, slice_find(cursor->rest, ' '));
    cursor->rest = slice_sub(cursor->rest, word.len, cursor->rest.len);
    return word;
}

static int expect_end(struct cursor *cursor)
{
    skip_spaces(cursor);
    return cursor->rest.len ? fail(ERR_SYNTAX, "Nothing may follow here") : 0;
}

/* Paths (RFC 5321 section 4.1.2) ------------------------------------------------------------ */

/* The length of "<…" up to its ">", which may be quoted inside; SIZE_MAX without one. */
static size_t path_length(struct slice text)
{
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        if (quoted && text.data[i] == '\\')
            i++;
        else if (text.data[i] == '"')
            quoted = !quoted;
        else if (text.data[i] == '>' && !quoted)
            return i;
    }
    return SIZE_MAX;
}

/* "@a,@b:" before the address means nothing any more (RFC 5321 appendix C). */
static struct slice without_route(struct slice path)
{
    size_t colon = slice_find(path, ':');
    bool has_route = path.len && path.data[0] == '@' && colon < path.len;
    return has_route ? slice_sub(path, colon + 1, path.len) : path;
}

static int parse_path(struct cursor *cursor, struct lmtp_command *command)
{
    skip_spaces(cursor); /* none is allowed, many send one */
    size_t length =
        cursor->rest.len && cursor->rest.data[0] == '<' ? path_length(cursor->rest) : SIZE_MAX;
    if (length == SIZE_MAX)
        return fail(ERR_SYNTAX, "An address in angle brackets is expected");
    command->path = without_route(slice_sub(cursor->rest, 1, length - 1));
    cursor->rest = slice_sub(cursor->rest, length + 1, cursor->rest.len);
    if (cursor->rest.len && cursor->rest.data[0] != ' ')
        return fail(ERR_SYNTAX, "A space is expected behind the address");
    command->null_path = command->path.len == 0;
    if (command->null_path)
        return 0;
    return mail_address_parse(command->path, cursor->arena, &command->address);
}

/* Parameters -------------------------------------------------------------------------------- */

static int set_size(struct lmtp_command *command, struct slice value)
{
    return slice_to_u64(value, &command->size) ? 0 : fail(ERR_SYNTAX, "SIZE is a number");
}

static int set_body(struct lmtp_command *command, struct slice value)
{
    static const char *const names[] = {"7BIT", "8BITMIME", "BINARYMIME"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!slice_equal_nocase(value, slice_cstr(names[i])))
            continue;
        command->body = (enum lmtp_body)i;
        return 0;
    }
    return fail(ERR_SYNTAX, "BODY is 7BIT, 8BITMIME or BINARYMIME");
}

static int set_utf8(struct lmtp_command *command, struct slice value)
{
    command->utf8 = true;
    return value.len ? fail(ERR_SYNTAX, "SMTPUTF8 has no value") : 0;
}

static int set_envelope_id(struct lmtp_command *command, struct slice value)
{
    command->envelope_id = value;
    return value.len ? 0 : fail(ERR_SYNTAX, "ENVID needs a value");
}

static int set_return(struct lmtp_command *command, struct slice value)
{
    (void)command; /* it is about failure notices, which are the MTA's */
    bool known =
        slice_equal_nocase(value, SLICE("FULL")) || slice_equal_nocase(value, SLICE("HDRS"));
    return known ? 0 : fail(ERR_SYNTAX, "RET is FULL or HDRS");
}

static int set_original(struct lmtp_command *command, struct slice value)
{
    size_t semicolon = slice_find(value, ';');
    if (semicolon == 0 || semicolon + 1 >= value.len)
        return fail(ERR_SYNTAX, "ORCPT is TYPE;ADDRESS");
    command->original = value;
    return 0;
}

/* NEVER, or a list of the others (RFC 3461 section 4.1). */
static int set_notify(struct lmtp_command *command, struct slice value)
{
    (void)command;
    static const char *const words[] = {"SUCCESS", "FAILURE", "DELAY"};
    if (slice_equal_nocase(value, SLICE("NEVER")))
        return 0;
    do {
        struct slice word = slice_sub(value, 0, slice_find(value, ','));
        bool known = false;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            known |= slice_equal_nocase(word, slice_cstr(words[i]));
        if (!known)
            return fail(ERR_SYNTAX, "NOTIFY is NEVER or some of SUCCESS, FAILURE and DELAY");
        value = slice_sub(value, word.len, value.len);
        if (value.len == 1)
            return fail(ERR_SYNTAX, "NOTIFY ends in a comma");
        value = slice_sub(value, 1, value.len);
    } while (value.len);
    return 0;
}

struct parameter {
    const char *name;
    int (*set)(struct lmtp_command *command, struct slice value);
};

static const struct parameter mail_parameters[] = {
    {"SIZE", set_size},         {"BODY", set_body},  {"SMTPUTF8", set_utf8},
    {"ENVID", set_envelope_id}, {"RET", set_return}, {NULL, NULL}};
static const struct parameter recipient_parameters[] = {
    {"NOTIFY", set_notify}, {"ORCPT", set_original}, {NULL, NULL}};

static int parse_parameters(struct cursor *cursor, const struct parameter *known,
                            struct lmtp_command *command)
{
    for (;;) {
        struct slice word = take_word(cursor);
        if (word.len == 0)
            return 0;
        struct slice name = slice_sub(word, 0, slice_find(word, '='));
        struct slice value = slice_sub(word, name.len + 1, word.len);
        const struct parameter *parameter = known;
        while (parameter->name && !slice_equal_nocase(name, slice_cstr(parameter->name)))
            parameter++;
        if (!parameter->name)
            return fail(ERR_INVALID, "Unknown parameter");
        int err = parameter->set(command, value);
        if (err)
            return err;
    }
}

/* Commands ---------------------------------------------------------------------------------- */

static int parse_lhlo(struct cursor *cursor, struct lmtp_command *command)
{
    command->domain = take_word(cursor);
    if (command->domain.len == 0 || !text_is_utf8(command->domain))
        return fail(ERR_SYNTAX, "LHLO needs a name");
    return expect_end(cursor);
}

static int parse_mail(struct cursor *cursor, struct lmtp_command *command)
{
    skip_spaces(cursor);
    if (!accept_word(cursor, "FROM:"))
        return fail(ERR_SYNTAX, "MAIL FROM:<address> is expected");
    int err = parse_path(cursor, command);
    return err ? err : parse_parameters(cursor, mail_parameters, command);
}

static int parse_recipient(struct cursor *cursor, struct lmtp_command *command)
{
    skip_spaces(cursor);
    if (!accept_word(cursor, "TO:"))
        return fail(ERR_SYNTAX, "RCPT TO:<address> is expected");
    int err = parse_path(cursor, command);
    if (!err && command->null_path)
        err = fail(ERR_SYNTAX, "A recipient needs an address");
    return err ? err : parse_parameters(cursor, recipient_parameters, command);
}

/* RFC 3030 section 2 */
static int parse_chunk(struct cursor *cursor, struct lmtp_command *command)
{
    if (!slice_to_u64(take_word(cursor), &command->size))
        return fail(ERR_SYNTAX, "BDAT needs a size");
    struct slice word = take_word(cursor);
    command->last = slice_equal_nocase(word, SLICE("LAST"));
    if (word.len && !command->last)
        return fail(ERR_SYNTAX, "LAST is all that may follow");
    return expect_end(cursor);
}

static int parse_nothing(struct cursor *cursor, struct lmtp_command *command)
{
    (void)command;
    return expect_end(cursor);
}

static int parse_anything(struct cursor *cursor, struct lmtp_command *command)
{
    (void)cursor;
    (void)command;
    return 0;
}

static const struct {
    const char *name;
    enum lmtp_verb verb;
    int (*parse)(struct cursor *cursor, struct lmtp_command *command);
} verbs[] = {
    {"LHLO", LMTP_LHLO, parse_lhlo},      {"MAIL", LMTP_MAIL, parse_mail},
    {"RCPT", LMTP_RCPT, parse_recipient}, {"DATA", LMTP_DATA, parse_nothing},
    {"BDAT", LMTP_BDAT, parse_chunk},     {"RSET", LMTP_RSET, parse_nothing},
    {"NOOP", LMTP_NOOP, parse_anything},  {"VRFY", LMTP_VRFY, parse_anything},
    {"QUIT", LMTP_QUIT, parse_nothing},   {"STARTTLS", LMTP_STARTTLS, parse_nothing},
    {"HELO", LMTP_HELO, parse_anything},  {"EHLO", LMTP_HELO, parse_anything},
};

int lmtp_command_parse(struct slice line, struct arena *arena, struct lmtp_command *out)
{
    struct cursor cursor = {line, arena};
    struct slice name = take_word(&cursor);
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (!slice_equal_nocase(name, slice_cstr(verbs[i].name)))
            continue;
        struct lmtp_command command = {.verb = verbs[i].verb};
        int err = verbs[i].parse(&cursor, &command);
        if (!err)
            *out = command;
        return err;
    }
    return fail(ERR_NOT_FOUND, "There is no such command");
}
