/* Commands as they come in. */
#include "base/clock.h"
#include "session.h"

/* A literal that is not wanted is read and thrown away up to this size. */
enum { SKIP_MAX = 64 << 20 };
/* What is no script is short: names, and messages of SASL (SASL_MESSAGE_MAX) in base64. */
enum { LITERAL_MAX = 12 * 1024 };

static int input_timeout(const struct managesieve_session *session)
{
    const struct managesieve_settings *settings = &session->server->settings;
    if (session->actor.user_id == 0) {
        int64_t left = session->login_deadline - clock_monotonic_ms();
        return left < 1 ? 1 : (int)left;
    }
    bool in_literal = session->reader.literal_left > 0;
    return (int)(in_literal ? settings->literal_timeout : settings->inactivity_timeout) * 1000;
}

/* Who never stops sending is never waited for, and has no more time than others. */
static int check_login_time(const struct managesieve_session *session)
{
    bool is_over = session->actor.user_id == 0 && clock_monotonic_ms() > session->login_deadline;
    return is_over ? fail(ERR_TIMEOUT, "nobody has logged in") : 0;
}

static int wait_for_input(struct managesieve_session *session)
{
    int err = stream_flush(session->stream);
    if (!err)
        err = check_login_time(session);
    return err ? err : stream_fill(session->stream, input_timeout(session));
}

/* Nobody waits to send it: what is not taken is on its way all the same. */
static int refuse_literal(struct managesieve_session *session, bool is_script)
{
    struct command_reader *reader = &session->reader;
    int err = is_script ? fail(ERR_TOO_BIG, "The script is too large")
                        : fail(ERR_SYNTAX, "The literal is too large");
    err = managesieve_reply_error(session, err, "literal");
    command_reader_refuse_literal(reader);
    if (reader->literal_size > SKIP_MAX)
        managesieve_bye(session, NULL, "The literal is far too large");
    return err;
}

static int take_literal(struct managesieve_session *session)
{
    struct command_reader *reader = &session->reader;
    bool is_script =
        session->actor.user_id && sieve_command_has_script(command_reader_text(reader));
    uint32_t max = is_script ? mail_settings(session->server->mail)->script_size : LITERAL_MAX;
    reader->limits.literal_max = max;
    reader->limits.total_max = max + 2 * reader->limits.line_max;
    return command_reader_accept_literal(reader) ? refuse_literal(session, is_script) : 0;
}

static int refuse_line(struct managesieve_session *session)
{
    bool had_nul = command_reader_had_nul(&session->reader);
    int err = fail(ERR_SYNTAX, had_nul ? "NUL in a command" : "The command is too long");
    return managesieve_reply_error(session, err, "line");
}

int managesieve_input(struct managesieve_session *session, struct slice *text_out,
                      bool *refused_out)
{
    struct command_reader *reader = &session->reader;
    int err = 0;
    while (!err && !session->ending) {
        size_t used = 0;
        enum command_event event =
            command_reader_feed(reader, stream_input(session->stream), &used);
        stream_consume(session->stream, used);
        if (event == COMMAND_COMPLETE || event == COMMAND_SKIPPED) {
            *text_out = command_reader_text(reader);
            *refused_out = event == COMMAND_SKIPPED;
            return 0;
        }
        err = event == COMMAND_LITERAL    ? take_literal(session)
              : event == COMMAND_TOO_LONG ? refuse_line(session)
                                          : wait_for_input(session);
    }
    *refused_out = true;
    return err;
}

void managesieve_input_end(struct managesieve_session *session)
{
    command_reader_reset(&session->reader);
}
