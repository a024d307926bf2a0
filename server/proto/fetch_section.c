#include "fetch_section.h"

#include "model/notation.h"

/* section-msgtext and MIME. FETCH_SECTION_ALL is the absence of these. */
static const struct section_name {
    const char *name;
    enum fetch_section_kind kind;
    bool has_fields;
    bool needs_part;
} section_names[] = {
    {"HEADER", FETCH_SECTION_HEADER, false, false},
    {"HEADER.FIELDS", FETCH_SECTION_FIELDS, true, false},
    {"HEADER.FIELDS.NOT", FETCH_SECTION_FIELDS_NOT, true, false},
    {"TEXT", FETCH_SECTION_TEXT, false, false},
    {"MIME", FETCH_SECTION_MIME, false, true},
};

enum { SECTION_NAME_COUNT = sizeof section_names / sizeof section_names[0] };

/* section-part: "1.2.3". *more_out says that a "." and then text follows. */
static int parse_numbers(struct lexer *lexer, struct fetch_item *item, bool *more_out)
{
    uint32_t numbers[FETCH_SECTION_DEPTH_MAX];
    size_t count = 0;
    bool more = true;
    while (more && ascii_is_digit(lexer_peek(lexer))) {
        if (count == FETCH_SECTION_DEPTH_MAX)
            return fail(ERR_LIMIT, "part number is deeper than %d", FETCH_SECTION_DEPTH_MAX);
        int result = lexer_nz_number(lexer, &numbers[count]);
        if (result < 0)
            return result;
        count++;
        more = lexer_accept(lexer, '.');
    }
    if (count > 0) {
        item->numbers = ARENA_ARRAY(lexer->arena, count, uint32_t);
        if (!item->numbers)
            return -ERR_NO_MEMORY;
        memcpy(item->numbers, numbers, count * sizeof numbers[0]);
    }
    item->number_count = count;
    *more_out = more;
    return 0;
}

/* Adds to item->fields, of which there is room for *size. */
static int add_field(struct lexer *lexer, struct fetch_item *item, size_t *size)
{
    if (item->field_count == lexer->items_max)
        return fail(ERR_LIMIT, "more than %u header names", lexer->items_max);
    if (item->field_count == *size) {
        size_t larger = *size > 0 ? *size * 2 : 8;
        struct slice *fields = ARENA_ARRAY(lexer->arena, larger, struct slice);
        if (!fields)
            return -ERR_NO_MEMORY;
        if (item->field_count > 0)
            memcpy(fields, item->fields, item->field_count * sizeof *fields);
        item->fields = fields;
        *size = larger;
    }
    int result = lexer_astring(lexer, &item->fields[item->field_count]);
    if (result == 0)
        item->field_count++;
    return result;
}

/* header-list: "(" header-fld-name *(SP header-fld-name) ")" */
static int parse_fields(struct lexer *lexer, struct fetch_item *item)
{
    size_t size = 0;
    int result = lexer_space(lexer);
    if (result == 0)
        result = lexer_expect(lexer, '(');
    if (result < 0)
        return result;
    lexer_skip_spaces(lexer);
    do {
        result = add_field(lexer, item, &size);
        if (result == 0 && lexer_peek(lexer) != ')')
            result = lexer_space(lexer);
    } while (result == 0 && lexer_peek(lexer) != ')');
    return result < 0 ? result : lexer_expect(lexer, ')');
}

static int parse_text(struct lexer *lexer, struct fetch_item *item)
{
    for (size_t i = 0; i < SECTION_NAME_COUNT; i++) {
        const struct section_name *row = &section_names[i];
        if (!lexer_accept_word(lexer, row->name))
            continue;
        if (row->needs_part && item->number_count == 0)
            return fail(ERR_SYNTAX, "%s needs a part number", row->name);
        item->section = row->kind;
        return row->has_fields ? parse_fields(lexer, item) : 0;
    }
    return fail(ERR_SYNTAX, "no such section");
}

/* "<" number "." nz-number ">" */
static int parse_partial(struct lexer *lexer, struct fetch_item *item)
{
    if (!lexer_accept(lexer, '<'))
        return 0;
    item->partial = true;
    int result = lexer_number64(lexer, &item->offset);
    if (result == 0)
        result = lexer_expect(lexer, '.');
    if (result == 0)
        result = lexer_number64(lexer, &item->length);
    if (result == 0 && item->length == 0)
        result = fail(ERR_SYNTAX, "a partial's length must not be 0");
    return result < 0 ? result : lexer_expect(lexer, '>');
}

int fetch_section_parse(struct lexer *lexer, struct fetch_item *item)
{
    bool more = false;
    item->section = FETCH_SECTION_ALL;
    int result = parse_numbers(lexer, item, &more);
    bool has_text = item->number_count > 0 ? more : lexer_peek(lexer) != ']';
    if (result == 0 && has_text)
        result = parse_text(lexer, item);
    if (result == 0)
        result = lexer_expect(lexer, ']');
    return result < 0 ? result : parse_partial(lexer, item);
}

static void render_text(const struct fetch_item *item, struct buffer *out)
{
    for (size_t i = 0; i < SECTION_NAME_COUNT; i++) {
        if (section_names[i].kind != item->section)
            continue;
        if (item->number_count > 0)
            buffer_add_char(out, '.');
        buffer_add_cstr(out, section_names[i].name);
    }
}

void fetch_section_render(const struct fetch_item *item, struct buffer *out)
{
    buffer_add_char(out, '[');
    for (size_t i = 0; i < item->number_count; i++) {
        if (i > 0)
            buffer_add_char(out, '.');
        buffer_add_u64(out, item->numbers[i]);
    }
    render_text(item, out);
    for (size_t i = 0; i < item->field_count; i++) {
        buffer_add_cstr(out, i == 0 ? " (" : " ");
        notation_astring(out, item->fields[i]);
    }
    buffer_add_cstr(out, item->field_count > 0 ? ")]" : "]");
    if (item->partial) {
        buffer_add_char(out, '<');
        buffer_add_u64(out, item->offset);
        buffer_add_char(out, '>');
    }
}

bool fetch_section_equal(const struct fetch_item *a, const struct fetch_item *b)
{
    if (a->section != b->section || a->number_count != b->number_count ||
        a->field_count != b->field_count || a->partial != b->partial || a->offset != b->offset ||
        a->length != b->length)
        return false;
    for (size_t i = 0; i < a->number_count; i++) {
        if (a->numbers[i] != b->numbers[i])
            return false;
    }
    for (size_t i = 0; i < a->field_count; i++) {
        if (!slice_equal(a->fields[i], b->fields[i]))
            return false;
    }
    return true;
}
