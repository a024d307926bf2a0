#include "filter_send.h"

#include "engine.h"
#include "mime/compose.h"

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
