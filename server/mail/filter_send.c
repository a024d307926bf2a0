#include "filter_send.h"

#include "base/clock.h"
#include "engine.h"
#include "mime/compose.h"
#include "sieve/notification.h"
#include "sieve/reply.h"

enum {
    RECEIVED_MAX = 50,            /* then mail goes round in circles (RFC 5321 section 6.3) */
    REMEMBERED = 7 * 24 * 60 * 60 /* longer than an MTA tries */
};

static const char mark[] = "X-Sieve-Redirected-From";

/* Queueing ------------------------------------------------------------------------------------- */

/* Of texts that cannot run into each other, for whoever the script is of. */
static int identify(const struct filter_sending *sending, const struct slice *texts, size_t count,
                    uint8_t out[SHA256_SIZE])
{
    struct buffer joined;
    buffer_init(&joined, 0);
    buffer_printf(&joined, "%lld %lld", (long long)sending->owner->user_id,
                  (long long)sending->owner->mailbox_id);
    if (sending->occasion.len)
        buffer_add(&joined, sending->occasion);
    for (size_t i = 0; i < count; i++) {
        buffer_printf(&joined, " %zu:", texts[i].len);
        buffer_add(&joined, texts[i]);
    }
    int err = buffer_check(&joined);
    if (!err)
        digest_sha256(buffer_slice(&joined), out);
    buffer_clear(&joined);
    return err;
}

/* Redirecting ---------------------------------------------------------------------------------- */

static bool is_marked(struct slice value, struct slice address)
{
    struct buffer decoded;
    buffer_init(&decoded, 0);
    mime_decode_header(slice_trim(value), &decoded);
    bool same = slice_equal_nocase(buffer_slice(&decoded), address);
    buffer_clear(&decoded);
    return same;
}

static int check_loop(const struct filter_sending *sending)
{
    struct slice header = sending->message->tree->headers[0];
    struct mime_field field;
    unsigned received = 0;
    for (size_t cursor = 0; mime_field_next(header, &cursor, &field);) {
        received += slice_equal_nocase(field.name, SLICE("Received"));
        if (slice_equal_nocase(field.name, slice_cstr(mark)) &&
            is_marked(field.value, sending->delivery->envelope_to))
            return fail(ERR_LOOP, "it was redirected from here before");
    }
    return received <= RECEIVED_MAX ? 0 : fail(ERR_LOOP, "it goes round in circles");
}

/* By what the peer sent: what we put before it is another each time. */
static int identify_redirect(const struct filter_sending *sending,
                             const struct sieve_action *action, uint8_t out[SHA256_SIZE])
{
    uint8_t content[SHA256_SIZE];
    int err = filter_message_digest(sending->message, sending->delivery->trace_size, content);
    const struct slice texts[] = {SLICE("redirect"), action->address,
                                  slice_of((const char *)content, sizeof content)};
    return err ? err : identify(sending, texts, sizeof texts / sizeof texts[0], out);
}

static int make_mark(const struct filter_sending *sending, struct slice *out)
{
    struct buffer field;
    buffer_init(&field, 0);
    compose_text_field(&field, slice_cstr(mark), sending->delivery->envelope_to);
    return buffer_keep(&field, sending->arena, out);
}

int filter_redirect(const struct filter_sending *sending, const struct sieve_action *action,
                    const struct intake_result *changed)
{
    struct outgoing_order order = {.mail = {.kind = SLICE("redirect"),
                                            .written_for = sending->delivery->envelope_to,
                                            .sender = sending->delivery->envelope_from,
                                            .recipient = action->address,
                                            .home_id = sending->home_id},
                                   .remembered = REMEMBERED,
                                   .lifetime = sending->mail->settings.outgoing_lifetime};
    int err = sending->mail->settings.sends_mail ? check_loop(sending)
                                                 : fail(ERR_DENIED, "there is no submission.url");
    if (!err)
        err = make_mark(sending, &order.mail.fields);
    if (!err)
        err = identify_redirect(sending, action, order.digest);
    return err ? err : delivery_plan_send(sending->plan, &order, changed);
}

/* Letters -------------------------------------------------------------------------------------- */

/* <random@domain>, of the address that writes. */
static int make_message_id(const struct filter_sending *sending, struct slice *out)
{
    struct slice address = sending->delivery->envelope_to;
    size_t at = slice_find(address, '@');
    uint8_t random[16];
    random_octets(random, sizeof random);
    struct buffer text;
    buffer_init(&text, 0);
    buffer_add_char(&text, '<');
    hex_encode(&text, slice_of((const char *)random, sizeof random));
    buffer_add(&text, at < address.len ? slice_sub(address, at, address.len) : SLICE("@localhost"));
    buffer_add_char(&text, '>');
    return buffer_keep(&text, sending->arena, out);
}

static int make_letterhead(const struct filter_sending *sending, struct sieve_letterhead *out)
{
    *out = (struct sieve_letterhead){.address = sending->delivery->envelope_to,
                                     .now = clock_realtime_us() / 1000000};
    return make_message_id(sending, &out->message_id);
}

/* With the empty sender: nobody answers it (RFC 5230 section 5.1, RFC 5436 section 2.7.2). */
static struct outgoing_order letter_order(const struct filter_sending *sending, const char *kind,
                                          struct slice letter)
{
    return (struct outgoing_order){.mail = {.kind = slice_cstr(kind),
                                            .written_for = sending->delivery->envelope_to,
                                            .sender = SLICE_EMPTY,
                                            .fields = SLICE_EMPTY,
                                            .letter = letter},
                                   .remembered = REMEMBERED,
                                   .lifetime = sending->mail->settings.outgoing_lifetime};
}

static int render_reply(const struct filter_sending *sending, const struct sieve_action *action,
                        struct slice *out)
{
    struct sieve_letterhead head;
    struct buffer letter;
    buffer_init(&letter, 0);
    int err = make_letterhead(sending, &head);
    if (!err)
        err = sieve_reply_render(action, sending->message->tree->headers[0], &head, &letter);
    if (!err)
        return buffer_keep(&letter, sending->arena, out);
    buffer_clear(&letter);
    return err;
}

/* Whoever writes again with other capitals is the same. */
static int small_letters(struct slice address, struct arena *arena, struct slice *out)
{
    char *text = arena_alloc(arena, address.len + 1);
    if (!text)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < address.len; i++)
        text[i] = ascii_lower(address.data[i]);
    *out = slice_of(text, address.len);
    return 0;
}

int filter_vacation(const struct filter_sending *sending, const struct sieve_action *action)
{
    struct slice letter, sender;
    int err = render_reply(sending, action, &letter);
    if (err)
        return err;
    struct outgoing_order order = letter_order(sending, "vacation", letter);
    order.mail.recipient = action->address;
    order.remembered = action->seconds;
    err = small_letters(action->address, sending->arena, &sender);
    const struct slice texts[] = {SLICE("vacation"), action->handle, sender};
    if (!err)
        err = identify(sending, texts, sizeof texts / sizeof texts[0], order.digest);
    return err ? err : delivery_plan_send(sending->plan, &order, NULL);
}

static int render_notification(const struct filter_sending *sending,
                               const struct sieve_action *action, const struct sieve_mailto *mailto,
                               struct slice *out)
{
    struct sieve_letterhead head;
    struct buffer letter;
    buffer_init(&letter, 0);
    int err = make_letterhead(sending, &head);
    if (!err)
        err = sieve_notification_render(action, mailto, sending->message->tree->headers[0], &head,
                                        &letter);
    if (!err)
        return buffer_keep(&letter, sending->arena, out);
    buffer_clear(&letter);
    return err;
}

int filter_notify(const struct filter_sending *sending, const struct sieve_action *action)
{
    struct sieve_mailto mailto;
    struct slice letter;
    uint8_t content[SHA256_SIZE];
    int err = sieve_mailto_parse(action->address, sending->arena, &mailto);
    if (!err)
        err = render_notification(sending, action, &mailto, &letter);
    if (!err)
        err = filter_message_digest(sending->message, sending->delivery->trace_size, content);
    for (size_t i = 0; !err && i < mailto.recipient_count; i++) {
        struct outgoing_order order = letter_order(sending, "notify", letter);
        order.mail.recipient = mailto.recipients[i].address;
        const struct slice texts[] = {SLICE("notify"), action->address, action->text,
                                      order.mail.recipient,
                                      slice_of((const char *)content, sizeof content)};
        err = identify(sending, texts, sizeof texts / sizeof texts[0], order.digest);
        if (!err)
            err = delivery_plan_send(sending->plan, &order, NULL);
    }
    return err;
}
