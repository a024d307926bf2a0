#include "proto/fetch_args.h"

#include "fetch_section.h"

/* Everything but BODY[...] and BINARY[...], which fetch_section.h knows. */
static const struct {
    const char *name;
    struct fetch_item item;
} named_items[] = {
    {"UID", {.kind = FETCH_UID}},
    {"FLAGS", {.kind = FETCH_FLAGS}},
    {"INTERNALDATE", {.kind = FETCH_INTERNALDATE}},
    {"RFC822.SIZE", {.kind = FETCH_SIZE}},
    {"ENVELOPE", {.kind = FETCH_ENVELOPE}},
    {"MODSEQ", {.kind = FETCH_MODSEQ}},
    {"SAVEDATE", {.kind = FETCH_SAVEDATE}},
    {"EMAILID", {.kind = FETCH_EMAILID}},
    {"THREADID", {.kind = FETCH_THREADID}},
    {"BODY", {.kind = FETCH_BODY}},
    {"BODYSTRUCTURE", {.kind = FETCH_BODYSTRUCTURE}},
    {"RFC822", {.kind = FETCH_SECTION, .section = FETCH_SECTION_ALL, .label = "RFC822"}},
    {"RFC822.HEADER",
     {.kind = FETCH_SECTION,
      .section = FETCH_SECTION_HEADER,
      .peek = true,
      .label = "RFC822.HEADER"}},
    {"RFC822.TEXT", {.kind = FETCH_SECTION, .section = FETCH_SECTION_TEXT, .label = "RFC822.TEXT"}},
};

static const struct {
    const char *name;
    size_t count;
    enum fetch_kind kinds[5];
} macros[] = {
    {"FAST", 3, {FETCH_FLAGS, FETCH_INTERNALDATE, FETCH_SIZE}},
    {"ALL", 4, {FETCH_FLAGS, FETCH_INTERNALDATE, FETCH_SIZE, FETCH_ENVELOPE}},
    {"FULL", 5, {FETCH_FLAGS, FETCH_INTERNALDATE, FETCH_SIZE, FETCH_ENVELOPE, FETCH_BODY}},
};

/* How items begin that name a section. */
static const struct section_item {
    const char *name;
    struct fetch_item item;
} section_items[] = {
    {"BODY[", {.kind = FETCH_SECTION}},
    {"BODY.PEEK[", {.kind = FETCH_SECTION, .peek = true}},
    {"BINARY[", {.kind = FETCH_BINARY}},
    {"BINARY.PEEK[", {.kind = FETCH_BINARY, .peek = true}},
    {"BINARY.SIZE[", {.kind = FETCH_BINARY_SIZE, .peek = true}},
};

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])

struct item_list {
    struct arena *arena;
    struct fetch_item *items;
    size_t count;
    size_t size;
};

static bool same_name(const struct fetch_item *a, const struct fetch_item *b)
{
    return a->kind == b->kind && a->label == b->label &&
           (!fetch_kind_has_section(a->kind) || fetch_section_equal(a, b));
}

static int list_grow(struct item_list *list)
{
    size_t size = list->size > 0 ? list->size * 2 : 8;
    struct fetch_item *items = ARENA_ARRAY(list->arena, size, struct fetch_item);
    if (!items)
        return -ERR_NO_MEMORY;
    if (list->count > 0)
        memcpy(items, list->items, list->count * sizeof *items);
    list->items = items;
    list->size = size;
    return 0;
}

static int list_add(struct item_list *list, const struct fetch_item *item)
{
    for (size_t i = 0; i < list->count; i++) {
        if (same_name(&list->items[i], item)) {
            list->items[i].peek = list->items[i].peek && item->peek;
            list->items[i].lazy = list->items[i].lazy && item->lazy;
            return 0;
        }
    }
    if (list->count == FETCH_ITEMS_MAX)
        return fail(ERR_LIMIT, "more than %d items to fetch", FETCH_ITEMS_MAX);
    int result = list->count == list->size ? list_grow(list) : 0;
    if (result == 0)
        list->items[list->count++] = *item;
    return result;
}

/* "(LAZY)", or more of them (RFC 8970 section 6): LAZY is the only modifier there is. */
static bool accept_lazy(struct lexer *lexer)
{
    if (!lexer_accept(lexer, '('))
        return false;
    do {
        lexer_skip_spaces(lexer);
        if (!lexer_accept_word(lexer, "LAZY"))
            return false;
    } while (!lexer_accept(lexer, ')'));
    return true;
}

/* "PREVIEW" [SP modifiers]. A parenthesis behind it may also begin the modifiers of FETCH. */
static int parse_preview(struct lexer *lexer, struct item_list *list)
{
    struct lexer ahead = *lexer;
    struct fetch_item item = {.kind = FETCH_PREVIEW};
    lexer_skip_spaces(&ahead);
    item.lazy = accept_lazy(&ahead);
    if (item.lazy)
        *lexer = ahead;
    return list_add(list, &item);
}

/* What RFC 3516 section 7 allows: BINARY of parts only, BINARY.SIZE of whole ones. */
static int check_binary(const struct fetch_item *item)
{
    if (item->kind != FETCH_SECTION && item->section != FETCH_SECTION_ALL)
        return fail(ERR_SYNTAX, "BINARY is of parts");
    if (item->kind == FETCH_BINARY_SIZE && item->partial)
        return fail(ERR_SYNTAX, "BINARY.SIZE is of whole parts");
    return 0;
}

/* fetch-att */
static int parse_item(struct lexer *lexer, struct item_list *list)
{
    for (size_t i = 0; i < COUNT_OF(named_items); i++) {
        if (lexer_accept_word(lexer, named_items[i].name))
            return list_add(list, &named_items[i].item);
    }
    for (size_t i = 0; i < COUNT_OF(section_items); i++) {
        if (!lexer_accept_word(lexer, section_items[i].name))
            continue;
        struct fetch_item item = section_items[i].item;
        int result = fetch_section_parse(lexer, &item);
        if (result == 0)
            result = check_binary(&item);
        return result < 0 ? result : list_add(list, &item);
    }
    if (lexer_accept_word(lexer, "PREVIEW"))
        return parse_preview(lexer, list);
    return fail(ERR_SYNTAX, "no such item to fetch");
}

/* fetch-att *(SP fetch-att) ")" */
static int parse_list(struct lexer *lexer, struct item_list *list)
{
    int result = 0;
    lexer_skip_spaces(lexer);
    do {
        result = parse_item(lexer, list);
        if (result == 0 && lexer_peek(lexer) != ')')
            result = lexer_space(lexer);
    } while (result == 0 && lexer_peek(lexer) != ')');
    return result < 0 ? result : lexer_expect(lexer, ')');
}

/* *found_out: whether there was a macro. */
static int parse_macro(struct lexer *lexer, struct item_list *list, bool *found_out)
{
    *found_out = false;
    for (size_t i = 0; i < COUNT_OF(macros) && !*found_out; i++) {
        if (!lexer_accept_word(lexer, macros[i].name))
            continue;
        *found_out = true;
        for (size_t k = 0; k < macros[i].count; k++) {
            int result = list_add(list, &(struct fetch_item){.kind = macros[i].kinds[k]});
            if (result < 0)
                return result;
        }
    }
    return 0;
}

int fetch_args_parse(struct lexer *lexer, struct fetch_spec *out)
{
    struct item_list list = {.arena = lexer->arena};
    bool is_macro = false;
    int result = parse_macro(lexer, &list, &is_macro);
    if (result == 0 && !is_macro)
        result = lexer_accept(lexer, '(') ? parse_list(lexer, &list) : parse_item(lexer, &list);
    if (result == 0)
        *out = (struct fetch_spec){.items = list.items, .count = list.count};
    return result;
}

void fetch_item_render_name(const struct fetch_item *item, struct buffer *out)
{
    if (fetch_kind_has_section(item->kind) && !item->label) {
        buffer_add_cstr(out, item->kind == FETCH_SECTION  ? "BODY"
                             : item->kind == FETCH_BINARY ? "BINARY"
                                                          : "BINARY.SIZE");
        fetch_section_render(item, out);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(named_items); i++) {
        const struct fetch_item *row = &named_items[i].item;
        if (row->kind == item->kind && row->label == item->label)
            buffer_add_cstr(out, named_items[i].name);
    }
}
