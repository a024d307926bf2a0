#include "sieve/letter.h"

#include "base/text.h"
#include "mail/mime.h"
#include "mime/compose.h"
#include "mime/transfer.h"
#include "sieve/date.h"

enum {
    REFERENCES_MAX = 30,
    LINE_MAX_ALLOWED = 998 /* RFC 5322 section 2.1.1 */
};

int sieve_letter_add_origin(struct buffer *out, const struct sieve_letterhead *head)
{
    struct sieve_moment moment = {head->now, head->zone_minutes};
    struct arena arena;
    arena_init(&arena, 0);
    struct slice date = SLICE_EMPTY;
    int result = sieve_date_render(SLICE("std11"), &moment, &arena, &date);
    if (result == 0) {
        compose_text_field(out, SLICE("Date"), date);
        compose_text_field(out, SLICE("Message-ID"), head->message_id);
    }
    arena_clear(&arena);
    return result;
}

/* References ------------------------------------------------------------------------ */

static bool is_identifier(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c <= ' ' || c >= 0x7f)
            return false;
    }
    return text.len > 2 && text.len < LINE_MAX_ALLOWED / 2;
}

/* The next "<...>" from *at on. */
static bool next_identifier(struct slice value, size_t *at, struct slice *out)
{
    while (*at < value.len) {
        size_t start = *at + slice_find(slice_sub(value, *at, value.len), '<');
        struct slice rest = slice_sub(value, start, value.len);
        size_t close = slice_find(rest, '>');
        *at = start + close + 1;
        *out = slice_sub(rest, 0, close + 1);
        if (close < rest.len && is_identifier(*out))
            return true;
    }
    return false;
}

static size_t count_identifiers(struct slice value)
{
    struct slice identifier;
    size_t count = 0;
    for (size_t at = 0; next_identifier(value, &at, &identifier);)
        count++;
    return count;
}

/* All identifiers of the value but the first `skip`, each behind a space. */
static void add_identifiers(struct buffer *list, struct slice value, size_t skip)
{
    struct slice identifier;
    for (size_t at = 0; next_identifier(value, &at, &identifier);) {
        if (skip > 0) {
            skip--;
            continue;
        }
        buffer_add_char(list, ' ');
        buffer_add(list, identifier);
    }
}

void sieve_letter_add_references(struct buffer *out, struct slice header)
{
    struct slice identifier = SLICE_EMPTY, references = SLICE_EMPTY;
    (void)mime_field_find(header, SLICE("Message-ID"), &identifier);
    if (count_identifiers(identifier) != 1)
        return;
    if (!mime_field_find(header, SLICE("References"), &references) &&
        mime_field_find(header, SLICE("In-Reply-To"), &references) &&
        count_identifiers(references) != 1)
        references = SLICE_EMPTY;
    struct buffer list;
    buffer_init(&list, 0);
    add_identifiers(&list, identifier, 0);
    compose_text_field(out, SLICE("In-Reply-To"), buffer_slice(&list));
    buffer_reset(&list);
    size_t count = count_identifiers(references);
    add_identifiers(&list, references, count > REFERENCES_MAX ? count - REFERENCES_MAX : 0);
    add_identifiers(&list, identifier, 0);
    compose_text_field(out, SLICE("References"), buffer_slice(&list));
    if (list.failed && !out->failed)
        out->failed = list.failed;
    buffer_clear(&list);
}

/* Bodies --------------------------------------------------------------------------- */

/* Whether it can stand as it is, even in a multipart: no line looks like a boundary. */
static bool is_plain(struct slice text)
{
    size_t column = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool blank = c == ' ' || c == '\t' || c == '\n' ||
                     (c == '\r' && i + 1 < text.len && text.data[i + 1] == '\n');
        column = c == '\n' ? 0 : column + 1;
        if (!blank && (c <= ' ' || c >= 0x7f))
            return false;
        if (column > LINE_MAX_ALLOWED || (column == 1 && c == '-'))
            return false;
    }
    return true;
}

/* With CRLF at the end of each line, the last one too. */
static void add_lines(struct buffer *out, struct slice text)
{
    while (text.len > 0) {
        size_t end = slice_find(text, '\n');
        struct slice line = slice_sub(text, 0, end);
        if (slice_ends_with(line, SLICE("\r")))
            line.len--;
        buffer_add(out, line);
        buffer_add_cstr(out, "\r\n");
        text = slice_sub(text, end + 1, text.len);
    }
}

void sieve_letter_add_text(struct buffer *out, struct slice text)
{
    bool plain = is_plain(text);
    buffer_printf(out,
                  "Content-Type: text/plain; charset=utf-8\r\n"
                  "Content-Transfer-Encoding: %s\r\n\r\n",
                  plain ? "7bit" : "quoted-printable");
    if (plain) {
        add_lines(out, text);
        return;
    }
    transfer_encode_quoted_printable(text, out);
    if (!slice_ends_with(text, SLICE("\n")))
        buffer_add_cstr(out, "\r\n");
}

void sieve_letter_add_entity(struct buffer *out, struct slice entity)
{
    struct mime_field field;
    size_t header_end = 0;
    for (size_t cursor = 0; mime_field_next(entity, &cursor, &field); header_end = cursor) {
        if (slice_starts_with_nocase(field.name, SLICE("Content-")))
            add_lines(out, field.line);
    }
    buffer_add_cstr(out, "\r\n");
    struct slice body = slice_sub(entity, header_end, entity.len);
    bool empty_line =
        slice_starts_with(body, SLICE("\n")) || slice_starts_with(body, SLICE("\r\n"));
    add_lines(out, empty_line ? slice_sub(body, slice_find(body, '\n') + 1, body.len) : body);
}
