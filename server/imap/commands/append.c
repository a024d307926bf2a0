/* APPEND (RFC 3501 section 6.3.11) with APPENDUID (RFC 4315): the message
 * goes to the database while it arrives. */
#include "commands.h"

#include "../input.h"
#include "base/clock.h"
#include "mail/content.h"
#include "mail/writer.h"

struct append_args {
    struct slice mailbox;
    struct flag_names flags;
    int64_t internal_date; /* microseconds; INT64_MIN: now */
    uint64_t size;
    struct intake_result stored; /* message_id 0: not yet */
};

static int parse_append_options(struct lexer *lexer, struct append_args *args)
{
    int err = 0;
    args->internal_date = INT64_MIN;
    if (lexer_peek(lexer) == '(') {
        err = lexer_flag_list(lexer, false, &args->flags);
        if (!err)
            err = lexer_space(lexer);
    }
    if (!err && lexer_peek(lexer) == '"') {
        err = lexer_date_time(lexer, &args->internal_date);
        if (!err)
            err = lexer_space(lexer);
    }
    return err;
}

static int parse_append(struct lexer *lexer, void *out)
{
    struct append_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_mailbox(lexer, &args->mailbox);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = parse_append_options(lexer, args);
    if (!err)
        err = lexer_literal_header(lexer, &args->size);
    return err;
}

static void rights_append(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)uid;
    const struct append_args *args = in;
    wanted[0] = (struct rights_wanted){.subject = RIGHTS_OF_MAILBOX,
                                       .name = args->mailbox,
                                       .all = RIGHT_INSERT,
                                       .try_create = true};
}

static int append_piece(void *intake, struct slice octets)
{
    return intake_write(intake, octets);
}

/* Takes the literal; refuses it before it is sent when it can't be wanted. */
static int append_receive(struct session *session, struct command *command)
{
    struct append_args *args = command->args;
    if (args->size > mail_settings(session->mail)->message_max)
        return fail(ERR_TOO_BIG, "Message is larger than %llu octets",
                    (unsigned long long)mail_settings(session->mail)->message_max);
    if (args->size == 0)
        return fail(ERR_INVALID, "Message is empty");
    struct intake *intake;
    int err = intake_begin(session->mail, &intake);
    if (err)
        return err;
    err = input_stream_literal(session, command, append_piece, intake);
    if (!err)
        err = intake_finish(intake, &args->stored);
    intake_free(&intake);
    return err;
}

static int append_commit(struct session *session, struct command *command)
{
    const struct append_args *args = command->args;
    const struct grant *grant = command->grants[0];
    struct append_item item = {
        .message_id = args->stored.message_id,
        .size = args->stored.size,
        .seal = args->stored.seal,
        .internal_date =
            args->internal_date == INT64_MIN ? clock_realtime_us() : args->internal_date,
    };
    int err = writer_resolve_flags(session->mail, grant, &args->flags, &item.flags);
    struct append_outcome outcome = {0};
    if (!err)
        err = writer_append(session->mail, grant, &item, 1, &outcome);
    if (err)
        return err;
    buffer_printf(&command->code, "[APPENDUID %u ", outcome.uidvalidity);
    uidset_render(&outcome.uids, &command->code);
    buffer_add_char(&command->code, ']');
    uidset_clear(&outcome.uids);
    return buffer_check(&command->code);
}

static int run_append(struct session *session, struct command *command)
{
    const struct append_args *args = command->args;
    if (!args->stored.message_id) { /* a second attempt has it already */
        if (!command->streams)
            return fail(ERR_SYNTAX, "The message must be a literal");
        int err = append_receive(session, command);
        if (err)
            return err;
    }
    return append_commit(session, command);
}

const struct imap_command command_append = {
    .name = "APPEND",
    .rfc = "RFC 3501 section 6.3.11, RFC 4315",
    .states = STATE_LOGGED_IN,
    .traits = TRAIT_STREAMS_LITERAL,
    .args_size = sizeof(struct append_args),
    .parse = parse_append,
    .rights = rights_append,
    .run = run_append,
};
