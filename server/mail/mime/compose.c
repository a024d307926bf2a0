#include "mime/compose.h"

#include "base/digest.h"
#include "base/text.h"
#include "mail/mime.h"
#include "mime/address.h"
#include "mime/token.h"
#include "model/mail_address.h"

enum {
    LINE_MAX_WANTED = 78, /* RFC 5322 section 2.1.1 */
    WORD_OCTETS = 42      /* of text in an encoded word: 56 of base64, 68 in all */
};

/* A field as far as it is written. */
struct field_writer {
    struct buffer *out;
    size_t line_start; /* in out */
};

static void begin_field(struct field_writer *writer, struct buffer *out, struct slice name)
{
    writer->out = out;
    writer->line_start = out->len;
    buffer_add(out, name);
    buffer_add_char(out, ':');
}

/* Behind a space, on the next line where this one would become too long. */
static void put_word(struct field_writer *writer, struct slice word)
{
    struct buffer *out = writer->out;
    if (out->len - writer->line_start + 1 + word.len > LINE_MAX_WANTED &&
        buffer_slice(out).data[out->len - 1] != ':') {
        buffer_add_cstr(out, "\r\n");
        writer->line_start = out->len;
    }
    buffer_add_char(out, ' ');
    buffer_add(out, word);
}

/* Words ---------------------------------------------------------------------------- */

static struct slice next_word(struct slice text, size_t *at)
{
    while (*at < text.len && token_is_space(text.data[*at]))
        (*at)++;
    size_t start = *at;
    while (*at < text.len && !token_is_space(text.data[*at]))
        (*at)++;
    return slice_sub(text, start, *at - start);
}

/* What would be read as something else than it is. */
static bool needs_encoding(struct slice word)
{
    for (size_t i = 0; i < word.len; i++) {
        unsigned char c = (unsigned char)word.data[i];
        if (c < 0x20 || c >= 0x7f)
            return true;
    }
    return slice_search(word, SLICE("=?")) != SIZE_MAX;
}

/* At most WORD_OCTETS of whole characters. */
static struct slice take_piece(struct slice text)
{
    size_t end = 0;
    while (end < text.len) {
        size_t next = end;
        (void)text_next(text, &next);
        if (next > WORD_OCTETS)
            break;
        end = next;
    }
    return slice_sub(text, 0, end);
}

static void add_as_utf8(struct buffer *out, struct slice text)
{
    for (size_t at = 0; at < text.len;)
        text_add_code_point(out, text_next(text, &at));
}

static void put_encoded(struct field_writer *writer, struct slice text)
{
    struct buffer octets, word;
    buffer_init(&octets, 0);
    buffer_init(&word, 0);
    while (text.len > 0) {
        struct slice piece = take_piece(text);
        text = slice_sub(text, piece.len, text.len);
        buffer_reset(&octets);
        add_as_utf8(&octets, piece);
        buffer_reset(&word);
        buffer_add_cstr(&word, "=?UTF-8?B?");
        base64_encode(&word, buffer_slice(&octets));
        buffer_add_cstr(&word, "?=");
        put_word(writer, buffer_slice(&word));
    }
    if ((octets.failed || word.failed) && !writer->out->failed)
        writer->out->failed = octets.failed ? octets.failed : word.failed;
    buffer_clear(&octets);
    buffer_clear(&word);
}

/* Plain words, then all from the first to the last that need encoding as encoded words, which
 * takes in the spaces between them (RFC 2047 section 6.2), then plain ones again. */
static void put_text(struct field_writer *writer, struct slice text)
{
    size_t first = text.len, last = 0;
    struct slice word;
    for (size_t at = 0; (word = next_word(text, &at)).len > 0;) {
        if (!needs_encoding(word))
            continue;
        if (first == text.len)
            first = at - word.len;
        last = at;
    }
    for (size_t at = 0; at < first && (word = next_word(slice_sub(text, 0, first), &at)).len > 0;)
        put_word(writer, word);
    if (last > first)
        put_encoded(writer, slice_sub(text, first, last - first));
    size_t rest = last > first ? last : text.len;
    for (size_t at = rest; (word = next_word(text, &at)).len > 0;)
        put_word(writer, word);
}

/* In encoded words line ends would survive. */
static void add_in_one_line(struct buffer *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        buffer_add_char(out, token_is_space(text.data[i]) ? ' ' : text.data[i]);
}

void compose_text_field(struct buffer *out, struct slice name, struct slice text)
{
    struct field_writer writer;
    struct buffer line;
    buffer_init(&line, 0);
    add_in_one_line(&line, text);
    begin_field(&writer, out, name);
    put_text(&writer, buffer_slice(&line));
    if (line.failed && !out->failed)
        out->failed = line.failed;
    buffer_clear(&line);
    buffer_add_cstr(out, "\r\n");
}

static bool is_printable(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < ' ' || text.data[i] >= 0x7f)
            return false;
    }
    return true;
}

/* Each word with the spaces before it, which a line may begin with. */
static void put_as_written(struct field_writer *writer, struct slice text)
{
    struct buffer *out = writer->out;
    buffer_add_char(out, ' ');
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        (void)next_word(text, &at);
        if (start > 0 && out->len - writer->line_start + (at - start) > LINE_MAX_WANTED) {
            buffer_add_cstr(out, "\r\n");
            writer->line_start = out->len;
        }
        buffer_add(out, slice_sub(text, start, at - start));
    }
}

/* A line end, with the white space around it, is one space. */
static void add_unfolded(struct buffer *out, struct slice text)
{
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        while (at < text.len && token_is_space(text.data[at]))
            at++;
        struct slice spaces = slice_sub(text, start, at - start);
        bool is_fold =
            slice_find(spaces, '\n') < spaces.len || slice_find(spaces, '\r') < spaces.len;
        add_in_one_line(out, is_fold ? SLICE(" ") : spaces);
        if (at < text.len)
            buffer_add_char(out, text.data[at++]);
    }
}

void compose_written_field(struct buffer *out, struct slice name, struct slice text)
{
    struct field_writer writer;
    struct buffer line;
    buffer_init(&line, 0);
    add_unfolded(&line, slice_trim(text));
    if (is_printable(buffer_slice(&line)) && !line.failed) {
        begin_field(&writer, out, name);
        put_as_written(&writer, buffer_slice(&line));
        buffer_add_cstr(out, "\r\n");
    } else {
        compose_text_field(out, name, text);
    }
    buffer_clear(&line);
}

/* Addresses ------------------------------------------------------------------------ */

struct address_writer {
    struct field_writer field;
    struct buffer word;
    bool after_address;
};

static bool is_atom(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        if (!token_is_space(c) && !ascii_is_digit(c) &&
            !(ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'))
            return false;
    }
    return true;
}

static void put_quoted(struct address_writer *writer, struct slice name)
{
    buffer_reset(&writer->word);
    buffer_add_char(&writer->word, '"');
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] == '"' || name.data[i] == '\\')
            buffer_add_char(&writer->word, '\\');
        buffer_add_char(&writer->word, name.data[i]);
    }
    buffer_add_char(&writer->word, '"');
    put_word(&writer->field, buffer_slice(&writer->word));
}

static void put_name(struct address_writer *writer, struct slice name)
{
    struct buffer decoded, line;
    buffer_init(&decoded, 0);
    buffer_init(&line, 0);
    mime_decode_header(name, &decoded);
    add_in_one_line(&line, buffer_slice(&decoded));
    struct slice text = buffer_slice(&line);
    if (is_atom(text))
        put_text(&writer->field, text);
    else if (needs_encoding(text))
        put_encoded(&writer->field, text);
    else
        put_quoted(writer, text);
    buffer_clear(&decoded);
    buffer_clear(&line);
}

static bool has_control(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 || c == 0x7f)
            return true;
    }
    return false;
}

static void on_address(void *arg, const struct address_entry *entry)
{
    struct address_writer *writer = arg;
    if (entry->host.len == 0 || entry->mailbox.len == 0)
        return; /* groups are flattened, and a name alone is no address */
    if (has_control(entry->mailbox) || has_control(entry->host))
        return;
    if (writer->after_address)
        buffer_add_char(writer->field.out, ',');
    writer->after_address = true;
    bool named = entry->name.len > 0;
    if (named)
        put_name(writer, entry->name);
    struct mail_address address = {entry->mailbox, entry->host};
    buffer_reset(&writer->word);
    buffer_add_cstr(&writer->word, named ? "<" : "");
    mail_address_render(&address, &writer->word);
    buffer_add_cstr(&writer->word, named ? ">" : "");
    put_word(&writer->field, buffer_slice(&writer->word));
}

void compose_address_field(struct buffer *out, struct slice name, struct slice list)
{
    struct address_writer writer = {.after_address = false};
    int failure;
    buffer_init(&writer.word, 0);
    begin_field(&writer.field, out, name);
    address_list_each(list, 0, on_address, &writer, &failure);
    if (failure == 0)
        failure = writer.word.failed;
    if (failure < 0 && !out->failed)
        out->failed = failure;
    buffer_clear(&writer.word);
    buffer_add_cstr(out, "\r\n");
}
