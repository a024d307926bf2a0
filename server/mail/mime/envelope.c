/* ENVELOPE (RFC 3501 section 7.4.2). */
#include "mail/mime.h"
#include "mime/address.h"
#include "mime/field.h"
#include "model/notation.h"

enum envelope_field {
    ENVELOPE_DATE,
    ENVELOPE_SUBJECT,
    ENVELOPE_FROM,
    ENVELOPE_SENDER,
    ENVELOPE_REPLY_TO,
    ENVELOPE_TO,
    ENVELOPE_CC,
    ENVELOPE_BCC,
    ENVELOPE_IN_REPLY_TO,
    ENVELOPE_MESSAGE_ID,
    ENVELOPE_FIELD_COUNT
};

enum value_kind { VALUE_TEXT, VALUE_ADDRESSES, VALUE_ADDRESSES_OR_FROM };

/* In the order of the envelope. */
static const struct {
    struct slice name;
    enum value_kind kind;
} envelope_fields[ENVELOPE_FIELD_COUNT] = {
    [ENVELOPE_DATE] = {{"date", 4}, VALUE_TEXT},
    [ENVELOPE_SUBJECT] = {{"subject", 7}, VALUE_TEXT},
    [ENVELOPE_FROM] = {{"from", 4}, VALUE_ADDRESSES},
    [ENVELOPE_SENDER] = {{"sender", 6}, VALUE_ADDRESSES_OR_FROM},
    [ENVELOPE_REPLY_TO] = {{"reply-to", 8}, VALUE_ADDRESSES_OR_FROM},
    [ENVELOPE_TO] = {{"to", 2}, VALUE_ADDRESSES},
    [ENVELOPE_CC] = {{"cc", 2}, VALUE_ADDRESSES},
    [ENVELOPE_BCC] = {{"bcc", 3}, VALUE_ADDRESSES},
    [ENVELOPE_IN_REPLY_TO] = {{"in-reply-to", 11}, VALUE_TEXT},
    [ENVELOPE_MESSAGE_ID] = {{"message-id", 10}, VALUE_TEXT},
};

struct envelope_value {
    struct slice first; /* raw; data NULL when absent */
    uint32_t occurrences;
};

static void collect(struct slice header, struct envelope_value *values)
{
    struct mime_field field;
    for (size_t cursor = 0; mime_field_next(header, &cursor, &field);) {
        for (size_t i = 0; i < ENVELOPE_FIELD_COUNT; i++) {
            if (!slice_equal_nocase(field.name, envelope_fields[i].name))
                continue;
            if (values[i].occurrences++ == 0)
                values[i].first = field.value;
            break;
        }
    }
}

/* Destination fields may be repeated: their lists are read as one (RFC 5322
 * section 4.5.3). Of any other field the first counts. */
static bool is_destination(enum envelope_field which)
{
    return which == ENVELOPE_TO || which == ENVELOPE_CC || which == ENVELOPE_BCC;
}

static void render_occurrences(struct slice header, enum envelope_field which, uint32_t *count,
                               struct buffer *out)
{
    struct mime_field field;
    for (size_t cursor = 0; mime_field_next(header, &cursor, &field);) {
        if (slice_equal_nocase(field.name, envelope_fields[which].name))
            address_list_render(field.value, count, out);
    }
}

/* False, and nothing appended, when there is no address. */
static bool render_addresses(struct slice header, const struct envelope_value *values,
                             enum envelope_field which, struct buffer *out)
{
    const struct envelope_value *value = &values[which];
    size_t start = out->len;
    uint32_t count = 0;
    buffer_add_char(out, '(');
    if (value->occurrences > 1 && is_destination(which))
        render_occurrences(header, which, &count, out);
    else if (value->occurrences > 0)
        address_list_render(value->first, &count, out);
    buffer_add_char(out, ')');
    if (count == 0 && !out->failed)
        buffer_truncate(out, start);
    return count > 0;
}

static void render_text(const struct envelope_value *value, struct buffer *out)
{
    struct buffer scratch;
    buffer_init(&scratch, 0);
    notation_nstring(out, field_unfold(value->first, &scratch));
    if (scratch.failed && !out->failed)
        out->failed = scratch.failed;
    buffer_clear(&scratch);
}

void mime_render_envelope(struct slice header, struct buffer *out)
{
    struct envelope_value values[ENVELOPE_FIELD_COUNT] = {0};
    collect(header, values);
    for (enum envelope_field which = 0; which < ENVELOPE_FIELD_COUNT; which++) {
        buffer_add_char(out, which == 0 ? '(' : ' ');
        if (envelope_fields[which].kind == VALUE_TEXT) {
            render_text(&values[which], out);
            continue;
        }
        bool rendered = render_addresses(header, values, which, out);
        if (!rendered && envelope_fields[which].kind == VALUE_ADDRESSES_OR_FROM)
            rendered = render_addresses(header, values, ENVELOPE_FROM, out);
        if (!rendered)
            buffer_add_cstr(out, "NIL");
    }
    buffer_add_char(out, ')');
}
