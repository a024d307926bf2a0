#include "feed_payload.h"

enum { WORD_MAX = 44 }; /* " m", two numbers of 20 digits, ":" */

static bool start_word(struct buffer *payload, char kind)
{
    if (payload->len + WORD_MAX > FEED_PAYLOAD_MAX)
        return false;
    if (payload->len)
        buffer_add_char(payload, ' ');
    buffer_add_char(payload, kind);
    return true;
}

bool feed_payload_add_mailbox(struct buffer *payload, int64_t mailbox_id, uint64_t modseq)
{
    if (!start_word(payload, 'm'))
        return false;
    buffer_add_u64(payload, (uint64_t)mailbox_id);
    buffer_add_char(payload, ':');
    buffer_add_u64(payload, modseq);
    return true;
}

static bool add_id(struct buffer *payload, char kind, int64_t id)
{
    if (!start_word(payload, kind))
        return false;
    buffer_add_u64(payload, (uint64_t)id);
    return true;
}

bool feed_payload_add_user(struct buffer *payload, int64_t user_id)
{
    return add_id(payload, 'u', user_id);
}

bool feed_payload_add_names(struct buffer *payload, int64_t mailbox_id)
{
    return add_id(payload, 'n', mailbox_id);
}

bool feed_payload_add_subscriptions(struct buffer *payload, int64_t user_id)
{
    return add_id(payload, 's', user_id);
}

bool feed_payload_add_server(struct buffer *payload)
{
    return add_id(payload, 'a', 0);
}

bool feed_payload_add_outgoing(struct buffer *payload)
{
    return add_id(payload, 'o', 0);
}

static void parse_mailbox(struct slice rest, const struct feed_handlers *handlers)
{
    uint64_t id;
    uint64_t modseq;
    size_t colon = slice_find(rest, ':');
    if (slice_to_u64(slice_sub(rest, 0, colon), &id) &&
        slice_to_u64(slice_sub(rest, colon + 1, rest.len), &modseq))
        handlers->mailbox(handlers->arg, (int64_t)id, modseq);
}

static void parse_word(struct slice word, const struct feed_handlers *handlers)
{
    const struct {
        char kind;
        void (*hear)(void *arg, int64_t id);
    } ids[] = {{'u', handlers->user}, {'n', handlers->names}, {'s', handlers->subscriptions}};
    struct slice rest = slice_sub(word, 1, word.len);
    uint64_t id;
    if (slice_starts_with(word, SLICE("m")))
        parse_mailbox(rest, handlers);
    if (!slice_to_u64(rest, &id))
        return;
    if (word.data[0] == 'a' && handlers->server)
        handlers->server(handlers->arg);
    if (word.data[0] == 'o' && handlers->outgoing)
        handlers->outgoing(handlers->arg);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (ids[i].kind == word.data[0] && ids[i].hear)
            ids[i].hear(handlers->arg, (int64_t)id);
}

void feed_payload_parse(struct slice payload, const struct feed_handlers *handlers)
{
    while (payload.len) {
        size_t end = slice_find(payload, ' ');
        parse_word(slice_sub(payload, 0, end), handlers);
        payload = slice_sub(payload, end + 1, payload.len);
    }
}
