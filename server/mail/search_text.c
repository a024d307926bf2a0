#include "search_text.h"

#include "base/text.h"
#include "fiber/fiber.h"

enum {
    /* A larger part is decoded in slices of about this size, a larger text
     * folded in such, so that nobody else on this worker waits long. */
    DECODE_SLICE = 1 << 20,
    FOLD_SLICE = 64 << 10,
    /* What charsets and folding can make of a part, and then some. */
    TEXT_MAX = 64 << 20
};

void search_matcher_init(struct search_matcher *matcher, const struct search_program *program,
                         const struct mime_limits *limits)
{
    matcher->program = program;
    matcher->limits = limits;
    buffer_init(&matcher->decoded, TEXT_MAX);
    buffer_init(&matcher->folded, TEXT_MAX);
}

void search_matcher_clear(struct search_matcher *matcher)
{
    buffer_clear(&matcher->decoded);
    buffer_clear(&matcher->folded);
}

/* Which keys a text is offered to. */
static bool looks_in_header(const struct search_node *node)
{
    return node->kind == SEARCH_TEXT;
}

static bool looks_in_body(const struct search_node *node)
{
    return node->kind == SEARCH_TEXT || node->kind == SEARCH_BODY;
}

static void offer(const struct search_matcher *matcher, struct slice folded,
                  bool (*concerns)(const struct search_node *node), unsigned char *texts)
{
    for (size_t i = 0; i < matcher->program->text_count; i++) {
        const struct search_node *node = matcher->program->texts[i]->node;
        if (texts[i] == TRUTH_UNKNOWN && concerns(node) &&
            slice_search(folded, node->text) != SIZE_MAX)
            texts[i] = TRUTH_TRUE;
    }
}

static bool is_open(const struct search_matcher *matcher, const unsigned char *texts,
                    bool (*concerns)(const struct search_node *node))
{
    for (size_t i = 0; i < matcher->program->text_count; i++)
        if (texts[i] == TRUTH_UNKNOWN && concerns(matcher->program->texts[i]->node))
            return true;
    return false;
}

/* Header fields ------------------------------------------------------------------- */

static bool is_asked_by_name(const struct search_matcher *matcher, struct slice name)
{
    for (size_t i = 0; i < matcher->program->text_count; i++) {
        const struct search_node *node = matcher->program->texts[i]->node;
        if (node->kind == SEARCH_HEADER && slice_equal_nocase(node->name, name))
            return true;
    }
    return false;
}

/* "name: value" into `folded`; returns where the value begins. */
static size_t fold_field(struct search_matcher *matcher, const struct mime_field *field)
{
    buffer_reset(&matcher->decoded);
    buffer_reset(&matcher->folded);
    text_fold(field->name, &matcher->folded);
    buffer_add(&matcher->folded, SLICE(": "));
    size_t value_start = matcher->folded.len;
    mime_decode_header(field->value, &matcher->decoded);
    text_fold(buffer_slice(&matcher->decoded), &matcher->folded);
    return value_start;
}

static void offer_value(const struct search_matcher *matcher, struct slice name, struct slice value,
                        unsigned char *texts)
{
    for (size_t i = 0; i < matcher->program->text_count; i++) {
        const struct search_node *node = matcher->program->texts[i]->node;
        if (texts[i] == TRUTH_UNKNOWN && node->kind == SEARCH_HEADER &&
            slice_equal_nocase(node->name, name) && slice_search(value, node->text) != SIZE_MAX)
            texts[i] = TRUTH_TRUE;
    }
}

int search_match_header(struct search_matcher *matcher, struct slice header, unsigned char *texts)
{
    bool any_field = is_open(matcher, texts, looks_in_header);
    struct mime_field field;
    for (size_t cursor = 0; mime_field_next(header, &cursor, &field);) {
        bool by_name = is_asked_by_name(matcher, field.name);
        if (!by_name && !any_field)
            continue;
        size_t value_start = fold_field(matcher, &field);
        struct slice folded = buffer_slice(&matcher->folded);
        int err = buffer_check(&matcher->folded);
        if (err)
            return err;
        if (by_name)
            offer_value(matcher, field.name, slice_sub(folded, value_start, folded.len), texts);
        if (any_field)
            offer(matcher, folded, looks_in_header, texts);
        fiber_breathe();
    }
    for (size_t i = 0; i < matcher->program->text_count; i++)
        if (texts[i] == TRUTH_UNKNOWN && matcher->program->texts[i]->node->kind == SEARCH_HEADER)
            texts[i] = TRUTH_FALSE;
    return 0;
}

/* Bodies ----------------------------------------------------------------------------- */

/* Whether text may be cut before this octet: at the start of a line that does
 * not go on with white space, whose runs fold to one space. */
static bool starts_line(struct slice text, size_t at)
{
    unsigned char c = (unsigned char)text.data[at];
    return text.data[at - 1] == '\n' && c > ' ' && c < 0x80;
}

static bool continues_character(struct slice text, size_t at)
{
    return ((unsigned char)text.data[at] & 0xc0) == 0x80;
}

/* Where to cut the front off a UTF-8 text: after FOLD_SLICE octets, behind the
 * next line if there is one soon. */
static size_t fold_cut(struct slice text)
{
    if (text.len <= FOLD_SLICE)
        return text.len;
    size_t limit = text.len < 2 * FOLD_SLICE ? text.len : 2 * FOLD_SLICE;
    for (size_t at = FOLD_SLICE; at < limit; at++)
        if (starts_line(text, at))
            return at;
    size_t at = FOLD_SLICE;
    while (at < text.len && continues_character(text, at))
        at++;
    return at;
}

static void fold_in_slices(struct slice text, struct buffer *folded)
{
    while (text.len) {
        size_t cut = fold_cut(text);
        text_fold(slice_sub(text, 0, cut), folded);
        text = slice_sub(text, cut, text.len);
        fiber_breathe();
    }
}

/* Where to cut the front off an encoded part so that each half can be decoded
 * by itself: behind a line end that is not quoted-printable's soft one, after a
 * multiple of 8 base64 characters (whole octets of 16-bit charsets, too).
 * A cut that finds no such place within a second slice is made anywhere. */
static size_t decode_cut(struct slice body)
{
    if (body.len <= DECODE_SLICE)
        return body.len;
    size_t limit = body.len < 2 * DECODE_SLICE ? body.len : 2 * DECODE_SLICE;
    size_t characters = 0;
    for (size_t at = 0; at < limit; at++) {
        char c = body.data[at];
        characters += c != '\r' && c != '\n';
        if (at < DECODE_SLICE || c != '\n' || characters % 8 != 0)
            continue;
        size_t end = body.data[at - 1] == '\r' ? at - 1 : at;
        if (body.data[end - 1] != '=')
            return at + 1;
    }
    return DECODE_SLICE;
}

static int offer_leaf(struct search_matcher *matcher, struct slice header, struct slice body,
                      unsigned char *texts)
{
    buffer_reset(&matcher->folded);
    while (body.len) {
        size_t cut = decode_cut(body);
        buffer_reset(&matcher->decoded);
        if (!mime_decode_text(header, slice_sub(body, 0, cut), &matcher->decoded))
            return 0;
        fiber_breathe();
        fold_in_slices(buffer_slice(&matcher->decoded), &matcher->folded);
        body = slice_sub(body, cut, body.len);
    }
    offer(matcher, buffer_slice(&matcher->folded), looks_in_body, texts);
    return buffer_check(&matcher->folded);
}

static int offer_inner_header(struct search_matcher *matcher, struct slice header,
                              unsigned char *texts)
{
    struct mime_field field;
    for (size_t cursor = 0; mime_field_next(header, &cursor, &field);) {
        fold_field(matcher, &field);
        offer(matcher, buffer_slice(&matcher->folded), looks_in_body, texts);
        fiber_breathe();
    }
    return buffer_check(&matcher->folded);
}

static int offer_part(struct search_matcher *matcher, const struct mime_tree *tree, uint32_t index,
                      struct slice message, unsigned char *texts)
{
    const struct mime_part *part = &tree->parts[index];
    struct slice header = tree->headers[index];
    int err = 0;
    if (index > 0 && tree->parts[part->parent].kind == MIME_MESSAGE)
        err = offer_inner_header(matcher, header, texts);
    if (!err && part->kind == MIME_LEAF)
        err = offer_leaf(matcher, header,
                         slice_sub(message, part->body_start, part->body_end - part->body_start),
                         texts);
    return err;
}

static int scan(const struct mime_limits *limits, struct slice message, struct arena *arena,
                const struct mime_tree **out)
{
    struct mime_scanner *scanner;
    int err = mime_scanner_new(arena, limits, &scanner);
    while (!err && message.len) {
        struct slice piece = slice_sub(message, 0, DECODE_SLICE);
        err = mime_scanner_feed(scanner, piece);
        message = slice_sub(message, piece.len, message.len);
        fiber_breathe();
    }
    return err ? err : mime_scanner_finish(scanner, out);
}

int search_match_body(struct search_matcher *matcher, struct slice message, unsigned char *texts)
{
    struct arena arena;
    arena_init(&arena, 0);
    const struct mime_tree *tree;
    int err = scan(matcher->limits, message, &arena, &tree);
    for (uint32_t i = 0; !err && i < tree->count && is_open(matcher, texts, looks_in_body); i++)
        err = offer_part(matcher, tree, i, message, texts);
    arena_clear(&arena);
    if (!err)
        search_match_nothing(matcher->program, texts);
    return err;
}

void search_match_nothing(const struct search_program *program, unsigned char *texts)
{
    for (size_t i = 0; i < program->text_count; i++)
        if (texts[i] == TRUTH_UNKNOWN)
            texts[i] = TRUTH_FALSE;
}
