#include "base_subject.h"

#include "mail/mime.h"

/* A subject that is being taken apart. */
struct subject {
    struct slice text;
    bool is_reply;
    const char *no_mark; /* the blobs before this place are not followed by a mark */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

void base_subject_prepare(struct slice value, struct buffer *out)
{
    struct buffer decoded;
    buffer_init(&decoded, 0);
    mime_decode_header(value, &decoded);
    struct slice text = buffer_slice(&decoded);
    bool after_space = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool is_space = is_blank(c) || c == '\r' || c == '\n';
        if (!(is_space && after_space))
            buffer_add_char(out, is_space ? ' ' : c);
        after_space = is_space;
    }
    if (decoded.failed && !out->failed)
        out->failed = decoded.failed;
    buffer_clear(&decoded);
}

static void drop_front(struct slice *text, size_t len)
{
    *text = slice_sub(*text, len, text->len);
}

static void drop_blanks(struct slice *text)
{
    while (text->len && is_blank(text->data[0]))
        drop_front(text, 1);
}

static bool take_word(struct slice *text, struct slice word)
{
    if (!slice_starts_with_nocase(*text, word))
        return false;
    drop_front(text, word.len);
    return true;
}

/* subj-blob = "[" *BLOBCHAR "]" *WSP */
static bool take_blob(struct slice *text)
{
    if (!text->len || text->data[0] != '[')
        return false;
    size_t end = 1;
    while (end < text->len && text->data[end] != '[' && text->data[end] != ']')
        end++;
    if (end == text->len || text->data[end] != ']')
        return false;
    drop_front(text, end + 1);
    drop_blanks(text);
    return true;
}

/* subj-refwd = ("re" / (fw ["d"])) *WSP [subj-blob] ":" */
static bool take_mark(struct slice *text)
{
    struct slice rest = *text;
    if (!take_word(&rest, SLICE("re")) && !take_word(&rest, SLICE("fwd")) &&
        !take_word(&rest, SLICE("fw")))
        return false;
    drop_blanks(&rest);
    take_blob(&rest);
    if (!take_word(&rest, SLICE(":")))
        return false;
    *text = rest;
    return true;
}

/* Step 2: subj-trailer = "(fwd)" / WSP */
static void drop_trailers(struct subject *subject)
{
    static const struct slice forwarded = {"(fwd)", 5};
    struct slice *text = &subject->text;
    for (;;) {
        if (text->len && is_blank(text->data[text->len - 1])) {
            text->len--;
        } else if (text->len >= forwarded.len &&
                   slice_equal_nocase(slice_sub(*text, text->len - forwarded.len, text->len),
                                      forwarded)) {
            text->len -= forwarded.len;
            subject->is_reply = true;
        } else {
            return;
        }
    }
}

/* Step 3: subj-leader = (*subj-blob subj-refwd) / WSP. The blobs are looked at once: when no
 * mark follows the first of them, none follows the others. */
static bool drop_leader(struct subject *subject)
{
    size_t before = subject->text.len;
    drop_blanks(&subject->text);
    if (subject->text.len < before)
        return true;
    if (subject->no_mark && subject->text.data < subject->no_mark)
        return false;
    struct slice rest = subject->text;
    while (take_blob(&rest))
        ;
    subject->no_mark = rest.data;
    if (!take_mark(&rest))
        return false;
    subject->text = rest;
    subject->no_mark = NULL;
    subject->is_reply = true;
    return true;
}

/* Step 4 */
static bool drop_blob(struct subject *subject)
{
    struct slice rest = subject->text;
    if (!take_blob(&rest) || rest.len == 0)
        return false;
    subject->text = rest;
    return true;
}

/* Step 6: "[fwd:" … "]" */
static bool drop_forward(struct subject *subject)
{
    struct slice rest = subject->text;
    if (!rest.len || rest.data[rest.len - 1] != ']' || !take_word(&rest, SLICE("[fwd:")))
        return false;
    subject->text = slice_sub(rest, 0, rest.len - 1);
    subject->no_mark = NULL;
    subject->is_reply = true;
    return true;
}

struct slice base_subject(struct slice text, bool *is_reply_out)
{
    struct subject subject = {.text = text};
    do {
        drop_trailers(&subject);
        while (drop_leader(&subject) || drop_blob(&subject))
            ;
    } while (drop_forward(&subject));
    *is_reply_out = subject.is_reply;
    return subject.text;
}
