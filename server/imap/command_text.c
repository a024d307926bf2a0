#include "command_text.h"

#include <stdio.h>

#include "server_private.h"

static int command_text_name(struct lexer *lexer, struct command *command)
{
    struct slice name;
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_atom(lexer, &name);
    if (err)
        return fail(ERR_SYNTAX, "Command name expected");
    if (slice_equal_nocase(name, SLICE("UID"))) {
        command->uid = true;
        err = lexer_space(lexer);
        if (!err)
            err = lexer_atom(lexer, &name);
        if (err)
            return fail(ERR_SYNTAX, "Command name expected after UID");
    }
    const struct imap_command *row = command_find(name);
    if (!row || (command->uid && !(row->traits & TRAIT_UID)))
        return fail(ERR_SYNTAX, "Unknown command");
    command->row = row;
    return 0;
}

int command_text_begin(struct lexer *lexer, struct command *command)
{
    struct slice tag;
    if (lexer_tag(lexer, &tag) || (!lexer_at_end(lexer) && lexer_peek(lexer) != ' '))
        return fail(ERR_SYNTAX, "Tag expected");
    command->tag = tag;
    return command_text_name(lexer, command);
}

void command_text_set_up(const struct session *session, struct lexer *lexer)
{
    lexer->items_max = session->server->settings.list_items_max;
    lexer->utf8 = session_uses_utf8(session);
    lexer->charset_is_utf8 = session->enabled & ENABLED_UTF8;
}

int command_text_args(const struct session *session, struct lexer *lexer, struct command *command)
{
    command_text_set_up(session, lexer);
    command->args = arena_alloc(command->arena, command->row->args_size);
    if (!command->args)
        return -ERR_NO_MEMORY;
    if (!command->row->parse)
        return lexer_end(lexer);
    return command->row->parse(lexer, command->args);
}

int command_refuse_numbers(struct command *command)
{
    snprintf(command->refusal, sizeof command->refusal, "UIDREQUIRED");
    return fail(ERR_SYNTAX, "There are no message numbers with UIDONLY");
}

/* RFC 9586 section 3: who has switched on UIDONLY names messages by UID alone. */
static int command_text_check_numbers(const struct session *session, struct command *command)
{
    unsigned traits = command->row->traits;
    if (!(session->enabled & ENABLED_UIDONLY) || command->uid || !(traits & TRAIT_UID) ||
        (traits & TRAIT_NAMES_NONE))
        return 0;
    return command_refuse_numbers(command);
}

int command_text_check_state(const struct session *session, struct command *command)
{
    if (command->row->states & session->state)
        return command_text_check_numbers(session, command);
    if (session->state == STATE_NOT_AUTHENTICATED)
        return fail(ERR_SYNTAX, "Log in first");
    if (command->row->states == STATE_SELECTED)
        return fail(ERR_SYNTAX, "No mailbox is selected");
    return fail(ERR_SYNTAX, "Already logged in");
}

struct slice command_text_tag(struct slice text)
{
    struct lexer lexer;
    lexer_init(&lexer, text, NULL);
    struct slice tag;
    bool whole = lexer_tag(&lexer, &tag) == 0 && lexer_peek(&lexer) == ' ';
    return whole ? tag : SLICE_EMPTY;
}

/* Arguments that lack only the octets of the literal fail at the very end of
 * the text: nothing is wrong with what is there. */
static int command_text_try_args(const struct session *session, struct lexer *lexer,
                                 struct command *command, enum literal_use *use_out)
{
    int err = command_text_args(session, lexer, command);
    if (err == -ERR_SYNTAX && lexer_at_end(lexer)) {
        *use_out = LITERAL_GATHERED;
        return 0;
    }
    if (err)
        return err;
    bool streams = command->row->traits & TRAIT_STREAMS_LITERAL;
    *use_out = streams ? LITERAL_STREAMED : LITERAL_GATHERED;
    return 0;
}

int command_text_look_ahead(const struct session *session, struct slice text,
                            struct command *command, enum literal_use *use_out)
{
    struct lexer lexer;
    lexer_init(&lexer, text, command->arena);
    int err = command_text_begin(&lexer, command);
    if (!err)
        err = command_text_check_state(session, command);
    if (err)
        return err;
    /* Reading the arguments anew at each of many literals would take time by
     * the square of their number; only a streaming command needs it, and has
     * two literals at most. */
    bool first = slice_find(text, '\n') == text.len;
    if (first || (command->row->traits & TRAIT_STREAMS_LITERAL))
        return command_text_try_args(session, &lexer, command, use_out);
    *use_out = LITERAL_GATHERED;
    return 0;
}
