#include "input.h"

#include "base/clock.h"
#include "command_text.h"
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

/* Who never stops sending is never waited for, and has no more time than others. */
static int input_check_login_time(const struct session *session)
{
    bool is_over =
        session->state == STATE_NOT_AUTHENTICATED && clock_monotonic_ms() > session->login_deadline;
    return is_over ? fail(ERR_TIMEOUT, "nobody has logged in") : 0;
}

/* Everything said so far goes out before the wait: one write a batch of
 * pipelined commands. */
static int input_wait(struct session *session, bool in_literal)
{
    int err = stream_flush(session->stream);
    if (!err)
        err = input_check_login_time(session);
    return err ? err : stream_fill(session->stream, input_timeout(session, in_literal));
}

void input_refuse_literal(struct session *session)
{
    command_reader_refuse_literal(&session->reader);
    if (!session->reader.literal_synchronising && session->reader.literal_size > INPUT_SKIP_MAX)
        session_bye(session, "Literal is far too large");
}

static int input_refuse_too_large(struct session *session)
{
    struct slice tag = command_text_tag(command_reader_text(&session->reader));
    int err = reply_bad(session, tag, "TOOBIG", "Literal is too large");
    input_refuse_literal(session);
    return err;
}

/* The command can only fail: it does, and the literal is not asked for. */
static int input_refuse_early(struct session *session, struct command *command, int failure)
{
    int err = command->row ? reply_tagged(session, command, failure)
                           : reply_bad(session, command->tag, NULL, last_error()->text);
    input_refuse_literal(session);
    return err;
}

/* A literal is announced: gather it, leave it to the command, or refuse. */
static int input_literal(struct session *session, bool *streamed_out)
{
    struct command_reader *reader = &session->reader;
    struct arena arena;
    arena_init(&arena, 0);
    struct command command = {.arena = &arena};
    enum literal_use use = LITERAL_GATHERED;
    int failure = command_text_look_ahead(session, command_reader_text(reader), &command, &use);
    int err = failure ? input_refuse_early(session, &command, failure) : 0;
    arena_clear(&arena);
    *streamed_out = !failure && use == LITERAL_STREAMED;
    if (failure || *streamed_out)
        return err;
    if (command_reader_accept_literal(reader))
        return input_refuse_too_large(session);
    return reader->literal_synchronising ? reply_line(session, "+ Go on") : 0;
}

static int input_too_long(struct session *session)
{
    struct slice tag = command_text_tag(command_reader_text(&session->reader));
    if (command_reader_had_nul(&session->reader))
        return reply_bad(session, tag, NULL, "NUL in a command");
    return reply_bad(session, tag, "TOOBIG", "Command is too long");
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

/* Reads the text behind a literal to the command's end or to the header of another literal. */
static int input_read_on(struct session *session, struct command_reader *reader,
                         enum command_event *event_out)
{
    for (;;) {
        size_t used = 0;
        enum command_event event =
            command_reader_feed(reader, stream_input(session->stream), &used);
        stream_consume(session->stream, used);
        if (event != COMMAND_NEEDS_INPUT && event != COMMAND_TOO_LONG) {
            *event_out = event;
            return 0;
        }
        int err = event == COMMAND_NEEDS_INPUT ? input_wait(session, true) : 0;
        if (err && err != -ERR_INTERRUPTED)
            return err;
    }
}

/* Another literal streams: for the session's reader, which is still at the one
 * before, it is the one to be refused if the command fails now. */
static void input_begin_literal(struct session *session, struct command *command,
                                const struct command_reader *rest)
{
    session->reader.literal_size = command->literal_size = rest->literal_size;
    session->reader.literal_synchronising = rest->literal_synchronising;
    command->literal_synchronising = rest->literal_synchronising;
    command->streams = true;
}

static int input_after_literal(struct session *session, struct command *command,
                               struct slice *more_out)
{
    struct command_reader rest;
    command_reader_init(&rest, &session->reader.limits);
    enum command_event event;
    int err = input_read_on(session, &rest, &event);
    if (!err && event == COMMAND_SKIPPED)
        err = fail(ERR_SYNTAX, "Command is too long");
    if (!err && event == COMMAND_LITERAL)
        input_begin_literal(session, command, &rest);
    struct slice more = SLICE_EMPTY;
    if (!err)
        more = arena_copy(command->arena, command_reader_text(&rest));
    if (!err && !more.data)
        err = fail(ERR_LIMIT, "Too much text behind a literal");
    if (!err)
        *more_out = more;
    command_reader_clear(&rest);
    return err;
}

int input_stream_literal(struct session *session, struct command *command,
                         int (*piece)(void *arg, struct slice octets), void *arg,
                         struct slice *more_out)
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
    /* Many clients send the line's end in a packet of its own. */
    if (stream_input(session->stream).len == 0)
        stream_acknowledge(session->stream);
    int err = input_after_literal(session, command, more_out);
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
        seen = input.len;
        int err = input.len > max ? fail(ERR_LIMIT, "Line is too long") : 0;
        if (!err)
            err = stream_flush(session->stream);
        if (!err)
            err = stream_fill(session->stream, timeout_ms);
        if (err == -ERR_LIMIT) /* where it ends nobody knows: no command can follow */
            session_bye(session, "Line is too long");
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
