#include "session.h"

#include <string.h>

#include "fiber/fiber.h"

/* A command line (RFC 5321 section 4.5.3.1.4 asks for 512 and what extensions add). */
enum { LINE_MAX_OCTETS = 4096, LINE_SKIPPED_MAX = 64 * 1024 };

int lmtp_wait(struct lmtp_session *session, uint32_t seconds)
{
    int err = stream_flush(session->stream);
    return err ? err : stream_fill(session->stream, (int)(seconds * 1000));
}

void lmtp_reset(struct lmtp_session *session)
{
    struct lmtp_transaction *transaction = &session->transaction;
    incoming_free(&transaction->incoming);
    struct arena arena = transaction->arena;
    arena_clear(&arena);
    *transaction = (struct lmtp_transaction){.arena = arena};
    transaction->end = &transaction->first;
}

/* Up to the next LF, which is consumed later. *skipped_out: so many octets of it are gone, as
 * it was too long. -ERR_LIMIT: so many came that nobody can mean it. */
static int next_line(struct lmtp_session *session, struct slice *line_out, size_t *skipped_out)
{
    size_t skipped = 0;
    for (;;) {
        struct slice input = stream_input(session->stream);
        size_t end = slice_find(input, '\n');
        if (end < input.len && end < LINE_MAX_OCTETS) {
            *line_out = slice_sub(input, 0, end + 1);
            *skipped_out = skipped;
            return 0;
        }
        if (end >= LINE_MAX_OCTETS) {
            skipped += end;
            stream_consume(session->stream, end);
            if (skipped > LINE_SKIPPED_MAX)
                return fail(ERR_LIMIT, "The line does not end");
            continue;
        }
        int err = lmtp_wait(session, session->server->settings.command_timeout);
        if (err == -ERR_INTERRUPTED && !session->seat.stopping)
            continue;
        if (err)
            return err;
    }
}

static int cut_off(struct lmtp_session *session)
{
    session->ending = true;
    lmtp_log(session, LOG_INFO, "bad-command", SLICE_EMPTY, -ERR_LIMIT);
    return lmtp_reply(session, 421, "4.7.0", "%s", last_error()->text);
}

static int refuse_command(struct lmtp_session *session, int err)
{
    if (err == -ERR_NO_MEMORY)
        return lmtp_reply_error(session, err, SLICE_EMPTY);
    session->bad_commands++;
    static const struct {
        int err, code;
        const char *enhanced;
    } codes[] = {{-ERR_NOT_FOUND, 500, "5.5.1"}, {-ERR_INVALID, 555, "5.5.4"}};
    int code = 501;
    const char *enhanced = "5.5.4";
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i].err != err)
            continue;
        code = codes[i].code;
        enhanced = codes[i].enhanced;
    }
    struct error reason = *last_error();
    lmtp_log(session, LOG_INFO, "bad-command", SLICE_EMPTY, err);
    return lmtp_reply(session, code, enhanced, "%s", reason.text);
}

static int run_line(struct lmtp_session *session, struct slice line)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct lmtp_command command;
    struct slice text = arena_copy(&arena, slice_sub(line, 0, line.len - 2));
    int err = text.data ? lmtp_command_parse(text, &arena, &command) : -ERR_NO_MEMORY;
    stream_consume(session->stream, line.len);
    if (err) {
        err = refuse_command(session, err);
    } else {
        session->bad_commands = 0;
        err = lmtp_run(session, &command);
    }
    arena_clear(&arena);
    return err;
}

/* A line must end with CRLF: whoever stands before us may take a bare LF for an end of
 * line, or not, and what one of us takes for a command is text for the other. */
static int serve_line(struct lmtp_session *session)
{
    struct slice line;
    size_t skipped = 0;
    fiber_breathe(); /* thousands of lines may have come in one piece */
    int err = next_line(session, &line, &skipped);
    if (err)
        return err == -ERR_LIMIT ? cut_off(session) : err;
    if (!skipped && slice_ends_with(line, SLICE("\r\n")))
        return run_line(session, line);
    stream_consume(session->stream, line.len);
    session->bad_commands++;
    err = skipped ? fail(ERR_LIMIT, "The line is too long")
                  : fail(ERR_SYNTAX, "A line ends with CRLF");
    lmtp_log(session, LOG_INFO, "bad-command", SLICE_EMPTY, err);
    return lmtp_reply(session, 500, "5.5.2", "%s", last_error()->text);
}

static int serve(struct lmtp_session *session)
{
    const struct lmtp_settings *settings = &session->server->settings;
    int err = lmtp_reply(session, 220, NULL, "%s LMTP Postroom", settings->hostname);
    while (!err && !session->ending && !session->seat.stopping) {
        err = serve_line(session);
        if (!err && session->bad_commands > settings->bad_commands_max) {
            session->ending = true;
            err = lmtp_reply(session, 421, "4.7.0", "Too many bad commands");
        }
    }
    return err;
}

void lmtp_session_main(void *arg)
{
    struct lmtp_session *session = arg;
    lmtp_log(session, LOG_INFO, "connect", SLICE_EMPTY, 0);
    lmtp_reset(session);
    int err = serve(session);
    bool lost = err == -ERR_CLOSED || err == -ERR_TLS;
    if (err == -ERR_TIMEOUT)
        err = lmtp_reply(session, 421, "4.4.2", "You say nothing");
    else if (session->seat.stopping && !session->ending && !lost)
        err = lmtp_reply(session, 421, "4.3.2", "The server is stopping");
    if (!lost && !stream_flush(session->stream))
        err = 0;
    bool usual = !err || err == -ERR_CLOSED || err == -ERR_CANCELLED;
    lmtp_log(session, usual ? LOG_INFO : LOG_WARNING, "closed", SLICE_EMPTY, err);
}
