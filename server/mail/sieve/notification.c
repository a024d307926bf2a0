#include "sieve/notification.h"

#include "base/digest.h"
#include "base/text.h"
#include "mail/mime.h"
#include "mime/compose.h"
#include "sieve/vacation.h"

bool sieve_notification_is_due(struct slice header)
{
    return !sieve_is_automatic(header);
}

/* Recipients in the header, behind commas; those of bcc are in the envelope alone. */
static void add_recipients(struct buffer *out, const struct sieve_mailto *mailto,
                           enum sieve_mailto_kind kind, const char *name)
{
    struct buffer list;
    buffer_init(&list, 0);
    for (size_t i = 0; i < mailto->recipient_count; i++) {
        if (mailto->recipients[i].kind != kind)
            continue;
        buffer_add_cstr(&list, list.len > 0 ? ", " : "");
        buffer_add(&list, mailto->recipients[i].address);
    }
    if (list.len > 0)
        compose_address_field(out, slice_cstr(name), buffer_slice(&list));
    if (list.failed && !out->failed)
        out->failed = list.failed;
    buffer_clear(&list);
}

/* What the script says, else what the URI says, else that of the message. */
static void add_subject(struct buffer *out, const struct sieve_action *action,
                        const struct sieve_mailto *mailto, struct slice header)
{
    struct buffer subject;
    buffer_init(&subject, 0);
    if (action->text.len > 0) {
        buffer_add(&subject, action->text);
    } else if (mailto->subject.data) {
        buffer_add(&subject, mailto->subject);
    } else {
        struct slice value = SLICE_EMPTY;
        (void)mime_field_find(header, SLICE("Subject"), &value);
        mime_decode_header(slice_trim(value), &subject);
    }
    compose_text_field(out, SLICE("Subject"), buffer_slice(&subject));
    if (subject.failed && !out->failed)
        out->failed = subject.failed;
    buffer_clear(&subject);
}

/* Whose notification it is (RFC 5436 section 2.7.1): by a token where the address could not stand
 * in quotes. */
static void add_origin(struct buffer *out, struct slice owner)
{
    struct buffer text;
    buffer_init(&text, 0);
    bool can_be_quoted = text_is_ascii(owner) && slice_find(owner, '"') == owner.len &&
                         slice_find(owner, '\\') == owner.len;
    buffer_add_cstr(&text, "auto-notified; ");
    if (can_be_quoted) {
        buffer_printf(&text, "owner-email=\"%.*s\"", SLICE_ARGS(owner));
    } else {
        uint8_t hash[SHA256_SIZE];
        digest_sha256(owner, hash);
        buffer_add_cstr(&text, "owner-token=");
        hex_encode(&text, slice_of((const char *)hash, 16));
    }
    compose_text_field(out, SLICE("Auto-Submitted"), buffer_slice(&text));
    if (text.failed && !out->failed)
        out->failed = text.failed;
    buffer_clear(&text);
}

static void add_importance(struct buffer *out, struct slice importance)
{
    if (slice_equal(importance, SLICE("1")))
        buffer_add_cstr(out, "Importance: High\r\nX-Priority: 1\r\n");
    if (slice_equal(importance, SLICE("3")))
        buffer_add_cstr(out, "Importance: Low\r\nX-Priority: 5\r\n");
}

static void add_body(struct buffer *out, const struct sieve_mailto *mailto, struct slice header)
{
    if (mailto->body.data) {
        sieve_letter_add_text(out, mailto->body);
        return;
    }
    static const char *const shown[] = {"From", "To", "Subject", "Date"};
    struct buffer text;
    buffer_init(&text, 0);
    buffer_add_cstr(&text, "There is new mail.\n\n");
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        struct slice value = SLICE_EMPTY;
        if (!mime_field_find(header, slice_cstr(shown[i]), &value))
            continue;
        buffer_printf(&text, "%s: ", shown[i]);
        mime_decode_header(slice_trim(value), &text);
        buffer_add_char(&text, '\n');
    }
    sieve_letter_add_text(out, buffer_slice(&text));
    if (text.failed && !out->failed)
        out->failed = text.failed;
    buffer_clear(&text);
}

int sieve_notification_render(const struct sieve_action *action, const struct sieve_mailto *mailto,
                              struct slice header, const struct sieve_letterhead *head,
                              struct buffer *out)
{
    compose_address_field(out, SLICE("From"), action->from.len > 0 ? action->from : head->address);
    add_recipients(out, mailto, SIEVE_MAILTO_TO, "To");
    add_recipients(out, mailto, SIEVE_MAILTO_CC, "Cc");
    add_subject(out, action, mailto, header);
    int result = sieve_letter_add_origin(out, head);
    if (result < 0)
        return result;
    for (size_t i = 0; i < mailto->field_count; i++)
        compose_text_field(out, mailto->fields[i].name, mailto->fields[i].text);
    add_importance(out, action->importance);
    add_origin(out, head->address);
    compose_text_field(out, SLICE("MIME-Version"), SLICE("1.0"));
    add_body(out, mailto, header);
    return buffer_check(out);
}
