/* APPEND (RFC 3501 section 6.3.11) of one or several messages (RFC 3502) with
 * APPENDUID (RFC 4315): the messages go to the database while they arrive (one
 * that is small and alone, with its entry), and into the mailbox all at once. */
#include "commands.h"

#include "../command_text.h"
#include "../input.h"
#include "../message_limit.h"
#include "../server_private.h"
#include "base/clock.h"
#include "mail/content.h"
#include "mail/writer.h"

struct append_message {
    struct flag_names flags;
    int64_t internal_date; /* microseconds; INT64_MIN: now */
    uint64_t size;
    bool in_parentheses; /* "UTF8 (~{n}" */
    struct intake_result stored;
    struct append_message *next;
};

struct append_args {
    struct slice mailbox;
    struct append_message first;
    size_t count;  /* of the messages received so far */
    bool received; /* all of them: a second attempt has them already */
};

static int parse_append_options(struct lexer *lexer, struct append_message *message)
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

/* RFC 6855 section 4: a message with UTF-8 in its header is in parentheses. RFC 9755 no longer
 * asks for it; clients of the older one do it. */
static int parse_append_utf8(struct lexer *lexer, struct append_message *message)
{
    if (!lexer->utf8 || !lexer_accept_word(lexer, "UTF8"))
        return 0;
    message->in_parentheses = true;
    int err = lexer_space(lexer);
    return err ? err : lexer_expect(lexer, '(');
}

/* SP [flag-list SP] [date-time SP], and the literal's header. */
static int parse_append_message(struct lexer *lexer, struct append_message *message)
{
    int err = lexer_space(lexer);
    if (!err)
        err = parse_append_options(lexer, message);
    if (!err)
        err = parse_append_utf8(lexer, message);
    return err ? err : lexer_literal_header(lexer, &message->size);
}

static int parse_append(struct lexer *lexer, void *out)
{
    struct append_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_mailbox(lexer, &args->mailbox);
    return err ? err : parse_append_message(lexer, &args->first);
}

static void rights_append(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)uid;
    const struct append_args *args = in;
    wanted[0] = (struct rights_wanted){.subject = RIGHTS_OF_MAILBOX,
                                       .name = args->mailbox,
                                       .all = RIGHT_INSERT,
                                       .try_create = true,
                                       .rechecked = true};
}

static int append_piece(void *intake, struct slice octets)
{
    return intake_write(intake, octets);
}

/* Small messages of a command with several, to be stored together. */
struct append_held {
    struct intake_result *results[INTAKE_STORE_MAX];
    size_t count;
    uint64_t octets;
    struct arena arena; /* their content */
};

static int append_store_held(struct session *session, struct append_held *held)
{
    int err = held->count ? intake_store_held(session->mail, held->results, held->count) : 0;
    held->count = 0;
    held->octets = 0;
    arena_clear(&held->arena);
    return err;
}

static int append_hold(struct session *session, struct append_held *held,
                       struct intake_result *result)
{
    enum { OCTETS_MAX = 4 * INTAKE_HOLD_MAX };
    held->results[held->count++] = result;
    held->octets += result->size;
    bool full = held->count == INTAKE_STORE_MAX || held->octets >= OCTETS_MAX;
    return full ? append_store_held(session, held) : 0;
}

/* Takes the literal; refuses it before it is sent when it can't be wanted. */
static int append_receive(struct session *session, struct command *command,
                          struct append_held *held, struct append_message *message,
                          struct slice *more_out)
{
    const struct append_args *args = command->args;
    uint64_t max = mail_settings(session->mail)->message_max;
    if (message->size > max)
        return fail(ERR_TOO_BIG, "Message is larger than %llu octets", (unsigned long long)max);
    if (message->size == 0) /* how a client takes the command back (RFC 3502) */
        return fail(ERR_INVALID, "Message is empty");
    struct intake *intake;
    int err = intake_begin(session->mail, &intake);
    if (err)
        return err;
    command->literal_in_parentheses = message->in_parentheses;
    err = input_stream_literal(session, command, append_piece, intake, more_out);
    bool alone = message == &args->first && !command->streams;
    if (!err)
        err = intake_hold(intake, alone ? command->arena : &held->arena, &message->stored);
    if (!err && !alone && message->stored.content)
        err = append_hold(session, held, &message->stored);
    intake_free(&intake);
    return err;
}

static int append_next(struct session *session, struct command *command, struct slice more,
                       struct append_message **out)
{
    const struct append_args *args = command->args;
    uint32_t limit = message_limit_of_saving(session);
    uint32_t max = session->server->settings.list_items_max;
    if (limit && args->count >= limit)
        return message_limit_refuse(command, limit, NULL);
    if (args->count >= max)
        return fail(ERR_LIMIT, "More than %u messages", (unsigned)max);
    struct append_message *message = ARENA_NEW(command->arena, struct append_message);
    if (!message)
        return -ERR_NO_MEMORY;
    struct lexer lexer;
    lexer_init(&lexer, more, command->arena);
    command_text_set_up(session, &lexer);
    int err = parse_append_message(&lexer, message);
    if (!err)
        *out = message;
    return err;
}

static int append_receive_all(struct session *session, struct command *command)
{
    struct append_args *args = command->args;
    struct append_message *message = &args->first;
    struct slice more = SLICE_EMPTY;
    struct append_held held = {.count = 0};
    arena_init(&held.arena, 0);
    int err = append_receive(session, command, &held, message, &more);
    args->count = 1;
    while (!err && command->streams) {
        err = append_next(session, command, more, &message->next);
        if (err)
            break;
        message = message->next;
        args->count++;
        err = append_receive(session, command, &held, message, &more);
    }
    if (!err)
        err = append_store_held(session, &held);
    arena_clear(&held.arena);
    args->received = !err;
    return err;
}

static int append_fill_items(struct session *session, const struct command *command,
                             struct append_item *items)
{
    const struct append_args *args = command->args;
    int64_t now = clock_realtime_us();
    int err = 0;
    for (const struct append_message *message = &args->first; message && !err;
         message = message->next, items++) {
        *items = (struct append_item){
            .message_id = message->stored.message_id,
            .content = message->stored.content,
            .size = message->stored.size,
            .seal = message->stored.seal,
            .internal_date = message->internal_date == INT64_MIN ? now : message->internal_date,
        };
        err =
            writer_resolve_flags(session->mail, command->grants[0], &message->flags, &items->flags);
    }
    return err;
}

static int append_commit(struct session *session, struct command *command)
{
    const struct append_args *args = command->args;
    struct append_item *items = ARENA_ARRAY(command->arena, args->count, struct append_item);
    if (!items)
        return -ERR_NO_MEMORY;
    int err = append_fill_items(session, command, items);
    struct append_outcome outcome = {0};
    progress_begin(session, command, 0);
    if (!err)
        err = writer_append(session->mail, command->grants[0], items, args->count, &outcome);
    progress_end(command);
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
    int err = 0;
    if (!args->received && !command->streams)
        err = fail(ERR_SYNTAX, "The message must be a literal");
    else if (!args->received)
        err = append_receive_all(session, command);
    return err ? err : append_commit(session, command);
}

const struct imap_command command_append = {
    .name = "APPEND",
    .rfc = "RFC 3501 section 6.3.11, RFC 3502, RFC 4315",
    .capability = "MULTIAPPEND",
    .states = STATE_LOGGED_IN,
    .traits = TRAIT_STREAMS_LITERAL,
    .args_size = sizeof(struct append_args),
    .parse = parse_append,
    .rights = rights_append,
    .run = run_append,
};
