#include "input.h"

#include "base/clock.h"
#include "reply.h"
#include "server_private.h"

/* A literal that the client sends without asking (RFC 7888) and that is not
 * wanted is read and thrown away up to this size; beyond it the connection
 * ends. */
enum { INPUT_SKIP_MAX = 64 << 20 };

static int input_timeout(const struct session *session, bool in_literal)
{
    const struct imap_settings *settings = &session->server->settings;
    if (session->state == STATE_NOT_AUTHENTICATED) {
        int64_t left = session->login_deadline - clock_monotonic_ms();
        return left < 1 ? 1 : (int)left;
    }
    uint32_t seconds = in_literal ? settings->literal_timeout : settings->inactivity_timeout;
    return (int)(seconds * 1000);
}

/* Everything said so far goes out before the wait: one write a batch of
 * pipelined commands. */
static int input_wait(struct session *session, bool in_literal)
{
    int err = stream_flush(session->stream);
    return err ? err : stream_fill(session->stream, input_timeout(session, in_literal));
}

/* The tag, for a command that could not be read whole. */
static struct slice input_tag(const struct session *session)
{
    struct slice text = command_reader_text(&session->reader);
    size_t len = 0;
    while (len < text.len && text.data[len] > ' ' && text.data[len] < 0x7f && len < 64)
        len++;
    return slice_sub(text, 0, len);
}

static int input_refuse(struct session *session, const char *code, const char *text)
{
    bool skips_much =
        !session->reader.literal_synchronising && session->reader.literal_size > INPUT_SKIP_MAX;
    int err = reply_bad(session, input_tag(session), code, text);
    if (!err && skips_much)
        session_bye(session, "Literal is far too large");
    return err;
}

/* The row of the command whose text ends in a literal's header, if it is one
 * that reads its literal itself. */
static bool input_is_streamed(const struct session *session)
{
    struct slice text = command_reader_text(&session->reader);
    struct slice tag = input_tag(session);
    size_t at = tag.len;
    while (at < text.len && text.data[at] == ' ')
        at++;
    struct slice name = slice_sub(text, at, SIZE_MAX);
    name.len = slice_find(name, ' ');
    const struct imap_command *row = command_find(name);
    if (!row || !(row->traits & TRAIT_STREAMS_LITERAL) || !(row->states & session->state))
        return false;
    struct arena arena;
    arena_init(&arena, 0);
    struct lexer lexer;
    lexer_init(&lexer, slice_sub(text, at + name.len, SIZE_MAX), &arena);
    void *args = arena_alloc(&arena, row->args_size);
    bool whole = args && row->parse(&lexer, args) == 0;
    arena_clear(&arena);
    return whole;
}

/* A literal is announced: gather it, leave it to the command, or refuse. */
static int input_literal(struct session *session, bool *streamed_out)
{
    struct command_reader *reader = &session->reader;
    *streamed_out = input_is_streamed(session);
    if (*streamed_out)
        return 0;
    if (command_reader_accept_literal(reader)) {
        int err = input_refuse(session, "[TOOBIG] ", "Literal is too large");
        command_reader_refuse_literal(reader);
        return err;
    }
    return reader->literal_synchronising ? reply_line(session, "+ Go on") : 0;
}

static int input_too_long(struct session *session)
{
    if (command_reader_had_nul(&session->reader))
        return reply_bad(session, input_tag(session), NULL, "NUL in a command");
    return reply_bad(session, input_tag(session), "[TOOBIG] ", "Command is too long");
}

int input_next(struct session *session, enum input_kind *kind_out, struct slice *text_out)
{
    struct command_reader *reader = &session->reader;
    for (;;) {
        size_t used = 0;
        enum command_event event =
            command_reader_feed(reader, stream_input(session->stream), &used);
        stream_consume(session->stream, used);
        int err = 0;
        bool streamed = false;
        switch (event) {
        case COMMAND_NEEDS_INPUT:
            err = input_wait(session, reader->literal_left > 0);
            if (err == -ERR_INTERRUPTED) {
                *kind_out = INPUT_NEWS;
                return 0;
            }
            break;
        case COMMAND_LITERAL:
            err = input_literal(session, &streamed);
            break;
        case COMMAND_TOO_LONG:
            err = input_too_long(session);
            break;
        case COMMAND_COMPLETE:
            *text_out = command_reader_text(reader);
            *kind_out = INPUT_COMMAND;
            return 0;
        case COMMAND_SKIPPED:
            *kind_out = INPUT_REFUSED;
            return 0;
        }
        if (err)
            return err;
        if (session->state == STATE_LOGOUT) {
            *kind_out = INPUT_REFUSED;
            return 0;
        }
        if (streamed) {
            *text_out = command_reader_text(reader);
            *kind_out = INPUT_STREAMED;
            return 0;
        }
    }
}

void input_end(struct session *session)
{
    command_reader_reset(&session->reader);
}

void input_refuse_literal(struct session *session)
{
    command_reader_refuse_literal(&session->reader);
    if (!session->reader.literal_synchronising && session->reader.literal_size > INPUT_SKIP_MAX)
        session_bye(session, "Literal is far too large");
}

/* What follows the literal: nothing but the end of the line. */
static int input_end_of_literal_line(struct session *session)
{
    struct slice line;
    int err = input_line(session, input_timeout(session, true), &line);
    if (err)
        return err;
    bool empty = slice_trim(line).len == 0;
    input_line_end(session);
    return empty ? 0 : fail(ERR_SYNTAX, "Nothing may follow the literal");
}

int input_stream_literal(struct session *session, struct command *command,
                         int (*piece)(void *arg, struct slice octets), void *arg)
{
    if (command->literal_synchronising) {
        int err = reply_line(session, "+ Go on");
        if (err)
            return err;
    }
    command->streams = false;
    uint64_t left = command->literal_size;
    int failure = 0;
    struct error reason = {0};
    while (left > 0) {
        struct slice input = stream_input(session->stream);
        if (input.len == 0) {
            int err = input_wait(session, true);
            if (err && err != -ERR_INTERRUPTED)
                return err;
            continue;
        }
        input = slice_sub(input, 0, left > SIZE_MAX ? SIZE_MAX : (size_t)left);
        if (!failure && (failure = piece(arg, input)) != 0)
            reason = *last_error();
        stream_consume(session->stream, input.len);
        left -= input.len;
    }
    int err = input_end_of_literal_line(session);
    if (err && (reply_is_fatal(err) || !failure))
        return err;
    return failure ? fail_sql(reason.code, reason.sqlstate, "%s", reason.text) : 0;
}

int input_line(struct session *session, int timeout_ms, struct slice *line_out)
{
    size_t max = session->server->settings.line_max;
    size_t seen = 0;
    if (timeout_ms < 0)
        timeout_ms = input_timeout(session, false);
    for (;;) {
        struct slice input = stream_input(session->stream);
        size_t end = seen + slice_find(slice_sub(input, seen, SIZE_MAX), '\n');
        if (end < input.len) {
            struct slice line = slice_sub(input, 0, end);
            if (line.len && line.data[line.len - 1] == '\r')
                line.len--;
            *line_out = line;
            return 0;
        }
        if (input.len > max)
            return fail(ERR_LIMIT, "Line is too long");
        seen = input.len;
        int err = stream_flush(session->stream);
        if (!err)
            err = stream_fill(session->stream, timeout_ms);
        if (err == -ERR_INTERRUPTED && !session->idling)
            err = 0;
        if (err)
            return err;
    }
}

void input_line_end(struct session *session)
{
    struct slice input = stream_input(session->stream);
    size_t end = slice_find(input, '\n');
    stream_consume(session->stream, end < input.len ? end + 1 : input.len);
}
