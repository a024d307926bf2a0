#include "append_receive.h"

#include "../command_text.h"
#include "../input.h"
#include "../message_limit.h"
#include "../server_private.h"
#include "append_url.h"
#include "base/clock.h"

/* A URL that is sent as a literal. */
enum { URL_MAX = 4096 };

/* Small messages of a command with several, to be stored together. */
struct append_held {
    struct intake_result *results[INTAKE_STORE_MAX];
    size_t count;
    uint64_t octets;
    struct arena arena; /* their content */
};

struct receiver {
    struct session *session;
    struct command *command;
    struct append_messages *messages;
    struct append_held held;
    struct intake *intake; /* of the message that is under way, and its octets so far */
    uint64_t size;
};

static int store_held(struct receiver *receiver)
{
    struct append_held *held = &receiver->held;
    int err =
        held->count ? intake_store_held(receiver->session->mail, held->results, held->count) : 0;
    held->count = 0;
    held->octets = 0;
    arena_clear(&held->arena);
    return err;
}

static int hold(struct receiver *receiver, struct intake_result *result)
{
    enum { OCTETS_MAX = 4 * INTAKE_HOLD_MAX };
    struct append_held *held = &receiver->held;
    held->results[held->count++] = result;
    held->octets += result->size;
    bool full = held->count == INTAKE_STORE_MAX || held->octets >= OCTETS_MAX;
    return full ? store_held(receiver) : 0;
}

/* Parts ------------------------------------------------------------------------------------- */

static uint64_t room(const struct receiver *receiver)
{
    uint64_t max = mail_settings(receiver->session->mail)->message_max;
    return receiver->size < max ? max - receiver->size : 0;
}

static int take_octets(void *arg, struct slice octets)
{
    struct receiver *receiver = arg;
    receiver->size += octets.len;
    return intake_write(receiver->intake, octets);
}

static int check_text(const struct receiver *receiver, uint64_t size)
{
    uint64_t max = mail_settings(receiver->session->mail)->message_max;
    if (size > room(receiver))
        return fail(ERR_TOO_BIG, "Message is larger than %llu octets", (unsigned long long)max);
    if (size == 0 && !receiver->messages->in_catenate) /* takes the command back (RFC 3502) */
        return fail(ERR_INVALID, "Message is empty");
    return 0;
}

/* The literal, and the text behind it, which may have more parts and messages. */
static int take_literal(struct receiver *receiver, int (*piece)(void *arg, struct slice octets),
                        void *arg)
{
    struct command *command = receiver->command;
    struct slice more;
    int err = input_stream_literal(receiver->session, command, piece, arg, &more);
    if (err)
        return err;
    struct lexer lexer;
    lexer_init(&lexer, more, command->arena);
    command_text_set_up(receiver->session, &lexer);
    err = append_messages_parse(&lexer, receiver->messages);
    if (!err && !command->streams)
        err = append_messages_check_whole(receiver->messages);
    return err;
}

static int gather_url(void *buffer, struct slice octets)
{
    buffer_add(buffer, octets);
    return buffer_check(buffer);
}

static int take_url_literal(struct receiver *receiver, struct append_part *part)
{
    if (part->size > URL_MAX)
        return fail(ERR_LIMIT, "A URL has more than %d octets", URL_MAX);
    struct buffer url;
    buffer_init(&url, 0);
    int err = take_literal(receiver, gather_url, &url);
    if (!err)
        part->url = arena_copy(receiver->command->arena, buffer_slice(&url));
    buffer_clear(&url);
    return !err && !part->url.data ? -ERR_NO_MEMORY : err;
}

static int take_part(struct receiver *receiver, struct append_part *part)
{
    if (!part->is_url) {
        int err = check_text(receiver, part->size);
        return err ? err : take_literal(receiver, take_octets, receiver);
    }
    int err = part->is_literal ? take_url_literal(receiver, part) : 0;
    return err ? err
               : append_url_read(receiver->session, receiver->command, part->url, room(receiver),
                                 take_octets, receiver);
}

/* Messages ---------------------------------------------------------------------------------- */

/* The last part is the one whose literal comes last: others were found behind it. */
static int take_parts(struct receiver *receiver, struct append_message *message)
{
    int err = 0;
    for (struct append_part *part = message->parts; part && !err; part = part->next)
        err = take_part(receiver, part);
    return !err && receiver->size == 0 ? fail(ERR_INVALID, "Message is empty") : err;
}

static int take_message(struct receiver *receiver, struct append_message *message)
{
    struct session *session = receiver->session;
    struct command *command = receiver->command;
    receiver->size = 0;
    int err = intake_begin(session->mail, &receiver->intake);
    if (err)
        return err;
    err = take_parts(receiver, message);
    bool alone = receiver->messages->count == 1 && !command->streams;
    if (!err)
        err = intake_hold(receiver->intake, alone ? command->arena : &receiver->held.arena,
                          &message->stored);
    if (!err && !alone && message->stored.content)
        err = hold(receiver, &message->stored);
    intake_free(&receiver->intake);
    return err;
}

static int take_messages(struct receiver *receiver)
{
    uint32_t limit = message_limit_of_saving(receiver->session);
    uint32_t taken = 0;
    int err = 0;
    for (struct append_message *message = receiver->messages->first; message && !err;
         message = message->next) {
        if (limit && taken++ >= limit)
            return message_limit_refuse(receiver->command, limit, NULL);
        err = take_message(receiver, message);
    }
    return err;
}

int append_receive(struct session *session, struct command *command,
                   struct append_messages *messages)
{
    if (messages->begun)
        return messages->received ? 0 : fail(ERR_INTERNAL, "a literal can't be had twice");
    messages->begun = true;
    struct receiver receiver = {.session = session, .command = command, .messages = messages};
    arena_init(&receiver.held.arena, 0);
    int err = command->streams ? 0 : append_messages_check_whole(messages);
    if (!err)
        err = take_messages(&receiver);
    if (!err)
        err = store_held(&receiver);
    arena_clear(&receiver.held.arena);
    messages->received = !err;
    return err;
}

/* What comes of them ------------------------------------------------------------------------ */

int append_make_item(struct session *session, const struct grant *grant,
                     const struct append_message *message, struct append_item *out)
{
    const struct intake_result *stored = &message->stored;
    bool is_now = message->internal_date == INT64_MIN;
    *out = (struct append_item){
        .message_id = stored->message_id,
        .content = stored->content,
        .size = stored->size,
        .seal = stored->seal,
        .internal_date = is_now ? clock_realtime_us() : message->internal_date,
    };
    return writer_resolve_flags(session->mail, grant, &message->flags, &out->flags);
}

int append_outcome_of(struct command *command, int err)
{
    command->recalled |= err == -ERR_NOT_FOUND;
    return err;
}

void append_render_code(const struct append_outcome *outcome, struct buffer *out)
{
    buffer_printf(out, "[APPENDUID %u ", outcome->uidvalidity);
    uidset_render(&outcome->uids, out);
    buffer_add_char(out, ']');
}
