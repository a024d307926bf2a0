/* Header values with their encoded words decoded (RFC 2047): for searching,
 * so words are found wherever they stand, quoted strings included. */
#include "mail/mime.h"
#include "mime/charset.h"
#include "mime/token.h"
#include "mime/transfer.h"

struct encoded_word {
    struct slice charset;
    bool base64;
    struct slice text;
};

/* The octets of neighbouring words in one charset are put together before
 * they are converted: mailers split characters between words. */
struct word_decoder {
    struct buffer *out;
    struct slice charset;
    struct buffer octets;
    struct buffer plain;
    bool after_word;
};

static bool is_word_text(char c)
{
    return c != '?' && c != '\r' && c != '\n' && c != '\0';
}

static size_t text_end(struct slice value, size_t at)
{
    while (at < value.len && is_word_text(value.data[at]))
        at++;
    return at;
}

/* "=?charset?B?text?=" at `at`: the index behind it, or `at`. */
static size_t read_word(struct slice value, size_t at, struct encoded_word *out)
{
    size_t charset_end = text_end(value, at + 2);
    if (charset_end + 3 >= value.len || value.data[charset_end] != '?' ||
        value.data[charset_end + 2] != '?')
        return at;
    char encoding = ascii_lower(value.data[charset_end + 1]);
    size_t start = charset_end + 3;
    size_t end = text_end(value, start);
    if ((encoding != 'b' && encoding != 'q') || end + 1 >= value.len || value.data[end] != '?' ||
        value.data[end + 1] != '=')
        return at;
    struct slice charset = slice_sub(value, at + 2, charset_end - at - 2);
    charset.len = slice_find(charset, '*'); /* "*language": RFC 2231 section 5 */
    *out = (struct encoded_word){charset, encoding == 'b', slice_sub(value, start, end - start)};
    return end + 2;
}

static void flush(struct word_decoder *decoder)
{
    charset_add(decoder->out, decoder->charset, buffer_slice(&decoder->octets));
    buffer_reset(&decoder->octets);
}

static bool is_white(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!token_is_space(text.data[i]))
            return false;
    }
    return true;
}

static void add_plain(struct word_decoder *decoder, struct slice text)
{
    flush(decoder);
    buffer_reset(&decoder->plain);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c != '\r' && c != '\n' && c != '\0')
            buffer_add_char(&decoder->plain, c);
    }
    charset_add(decoder->out, SLICE_EMPTY, buffer_slice(&decoder->plain));
}

static void add_word(struct word_decoder *decoder, const struct encoded_word *word)
{
    if (!slice_equal_nocase(word->charset, decoder->charset))
        flush(decoder);
    decoder->charset = word->charset;
    if (word->base64)
        transfer_decode_base64(word->text, &decoder->octets);
    else
        transfer_decode_quoted_printable(word->text, true, &decoder->octets);
}

static void decode(struct word_decoder *decoder, struct slice value)
{
    size_t done = 0; /* all before it was decoded */
    size_t search = 0;
    size_t found;
    while ((found = slice_search(slice_sub(value, search, value.len), SLICE("=?"))) != SIZE_MAX) {
        struct encoded_word word;
        size_t start = search + found;
        size_t end = read_word(value, start, &word);
        search = end > start ? end : start + 1;
        if (end == start)
            continue;
        struct slice between = slice_sub(value, done, start - done);
        if (!decoder->after_word || !is_white(between)) /* RFC 2047 section 6.2 */
            add_plain(decoder, between);
        add_word(decoder, &word);
        decoder->after_word = true;
        done = end;
    }
    add_plain(decoder, slice_sub(value, done, value.len));
}

void mime_decode_header(struct slice value, struct buffer *out)
{
    struct word_decoder decoder = {.out = out, .charset = SLICE_EMPTY};
    buffer_init(&decoder.octets, 0);
    buffer_init(&decoder.plain, 0);
    decode(&decoder, value);
    if (decoder.octets.failed && !out->failed)
        out->failed = decoder.octets.failed;
    buffer_clear(&decoder.octets);
    buffer_clear(&decoder.plain);
}
