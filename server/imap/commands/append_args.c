#include "append_args.h"

static int add_part(struct lexer *lexer, struct append_messages *messages, struct append_part part)
{
    if (messages->part_count++ >= lexer->items_max)
        return fail(ERR_LIMIT, "More than %u parts", (unsigned)lexer->items_max);
    struct append_part *added = ARENA_NEW(lexer->arena, struct append_part);
    if (!added)
        return -ERR_NO_MEMORY;
    *added = part;
    if (messages->last->parts)
        messages->last_part->next = added;
    else
        messages->last->parts = added;
    messages->last_part = added;
    return 0;
}

static int parse_literal(struct lexer *lexer, struct append_messages *messages)
{
    struct append_part part = {.is_literal = true};
    int err = lexer_literal_header(lexer, &part.size);
    return err ? err : add_part(lexer, messages, part);
}

/* RFC 6855 section 4: a message with UTF-8 in its header is in parentheses. RFC 9755 no longer
 * asks for it; clients of the older one do it. */
static int parse_utf8_literal(struct lexer *lexer, struct append_messages *messages)
{
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_expect(lexer, '(');
    if (!err)
        err = parse_literal(lexer, messages);
    messages->in_utf8_literal = !err;
    return err;
}

static int parse_url(struct lexer *lexer, struct append_messages *messages)
{
    struct append_part part = {.is_url = true, .is_literal = lexer_peek(lexer) == '{'};
    int err =
        part.is_literal ? lexer_literal_header(lexer, &part.size) : lexer_astring(lexer, &part.url);
    return err ? err : add_part(lexer, messages, part);
}

/* cat-part: what its word says is behind a space. */
static int parse_part(struct lexer *lexer, struct append_messages *messages)
{
    if (lexer->utf8 && lexer_accept_word(lexer, "UTF8"))
        return parse_utf8_literal(lexer, messages);
    bool is_url = lexer_accept_word(lexer, "URL");
    if (!is_url && !lexer_accept_word(lexer, "TEXT"))
        return fail(ERR_SYNTAX, "URL or TEXT expected");
    int err = lexer_space(lexer);
    if (err)
        return err;
    return is_url ? parse_url(lexer, messages) : parse_literal(lexer, messages);
}

static int parse_catenate(struct lexer *lexer, struct append_messages *messages)
{
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_expect(lexer, '(');
    lexer_skip_spaces(lexer);
    messages->in_catenate = !err;
    return err ? err : parse_part(lexer, messages);
}

static int parse_data(struct lexer *lexer, struct append_messages *messages)
{
    if (lexer->utf8 && lexer_accept_word(lexer, "UTF8"))
        return parse_utf8_literal(lexer, messages);
    if (lexer_accept_word(lexer, "CATENATE"))
        return parse_catenate(lexer, messages);
    return parse_literal(lexer, messages);
}

static int parse_options(struct lexer *lexer, struct append_message *message)
{
    int err = 0;
    message->internal_date = INT64_MIN;
    if (lexer_peek(lexer) == '(') {
        err = lexer_flag_list(lexer, false, &message->flags);
        if (!err)
            err = lexer_space(lexer);
    }
    if (!err && lexer_peek(lexer) == '"') {
        err = lexer_date_time(lexer, &message->internal_date);
        if (!err)
            err = lexer_space(lexer);
    }
    return err;
}

static int add_message(struct lexer *lexer, struct append_messages *messages)
{
    if (messages->only_one && messages->first)
        return fail(ERR_SYNTAX, "There can be only one message");
    if (messages->count >= lexer->items_max)
        return fail(ERR_LIMIT, "More than %u messages", (unsigned)lexer->items_max);
    struct append_message *added = ARENA_NEW(lexer->arena, struct append_message);
    if (!added)
        return -ERR_NO_MEMORY;
    *added = (struct append_message){0};
    if (messages->first)
        messages->last->next = added;
    else
        messages->first = added;
    messages->last = added;
    messages->part_count = 0;
    messages->count++;
    return 0;
}

static int parse_message(struct lexer *lexer, struct append_messages *messages)
{
    int err = lexer_space(lexer);
    if (!err)
        err = add_message(lexer, messages);
    if (!err)
        err = parse_options(lexer, messages->last);
    return err ? err : parse_data(lexer, messages);
}

/* Behind a part: another one, or the end of the list. */
static int parse_next_part(struct lexer *lexer, struct append_messages *messages)
{
    bool spaces = lexer_accept(lexer, ' ');
    lexer_skip_spaces(lexer);
    if (lexer_accept(lexer, ')')) {
        messages->in_catenate = false;
        return 0;
    }
    return spaces ? parse_part(lexer, messages) : fail(ERR_SYNTAX, "\")\" expected");
}

static int parse_next(struct lexer *lexer, struct append_messages *messages)
{
    if (messages->in_utf8_literal) {
        messages->in_utf8_literal = false;
        return lexer_expect(lexer, ')');
    }
    if (messages->in_catenate)
        return parse_next_part(lexer, messages);
    return parse_message(lexer, messages);
}

static bool is_only_spaces(struct lexer lexer)
{
    lexer_skip_spaces(&lexer);
    return lexer_at_end(&lexer);
}

int append_messages_parse(struct lexer *lexer, struct append_messages *messages)
{
    int err = messages->first ? 0 : parse_message(lexer, messages);
    while (!err && !is_only_spaces(*lexer))
        err = parse_next(lexer, messages);
    return err;
}

int append_messages_check_whole(const struct append_messages *messages)
{
    if (messages->in_utf8_literal || messages->in_catenate)
        return fail(ERR_SYNTAX, "A closing parenthesis must follow");
    return 0;
}
