#include "lexer_take.h"
#include "octets.h"
#include "proto/lexer.h"

/* seq-number: nz-number or "*", which is 0 until resolved. */
static int sequence_number(struct lexer *lexer, uint32_t *out)
{
    if (!lexer_accept(lexer, '*'))
        return lexer_nz_number(lexer, out);
    *out = 0;
    return 0;
}

static int sequence_item(struct lexer *lexer, struct uid_range *out)
{
    struct uid_range range;
    int result = sequence_number(lexer, &range.first);
    if (result < 0)
        return result;
    range.last = range.first;
    if (lexer_accept(lexer, ':'))
        result = sequence_number(lexer, &range.last);
    if (result == 0)
        *out = range;
    return result;
}

/* How many items the set ahead has at most. */
static size_t items_ahead(struct lexer lexer)
{
    struct slice set = lexer_take(&lexer, octet_is_sequence);
    size_t count = 1;
    for (size_t i = 0; i < set.len; i++)
        count += set.data[i] == ',';
    return count;
}

int lexer_sequence_set(struct lexer *lexer, struct sequence_set *out)
{
    if (lexer_accept(lexer, '$')) {
        *out = (struct sequence_set){.saved = true};
        return 0;
    }
    size_t count = items_ahead(*lexer);
    if (count > lexer->items_max)
        return fail(ERR_LIMIT, "more than %u items in a sequence set", lexer->items_max);
    struct uid_range *items = ARENA_ARRAY(lexer->arena, count, struct uid_range);
    if (!items)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        int result = i > 0 ? lexer_expect(lexer, ',') : 0;
        if (result == 0)
            result = sequence_item(lexer, &items[i]);
        if (result < 0)
            return result;
    }
    *out = (struct sequence_set){.items = items, .count = count};
    return 0;
}

static int partial_place(struct lexer *lexer, bool from_end, uint32_t *out)
{
    int result = from_end ? lexer_expect(lexer, '-') : 0;
    return result < 0 ? result : lexer_nz_number(lexer, out);
}

int lexer_partial_range(struct lexer *lexer, struct partial_range *out)
{
    struct partial_range range = {.given = true, .from_end = lexer_peek(lexer) == '-'};
    int result = partial_place(lexer, range.from_end, &range.first);
    if (result == 0)
        result = lexer_expect(lexer, ':');
    if (result == 0)
        result = partial_place(lexer, range.from_end, &range.last);
    if (result == 0)
        *out = range;
    return result;
}
