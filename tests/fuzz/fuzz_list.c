/*
 * LIST and LSUB: whatever options a client combines, the query has patterns, and only one when
 * it is not extended.
 */
#include "commands/list_args.h"
#include "fuzz.h"

static const char *check_query(const struct list_args *args)
{
    const struct list_query *query = &args->query;
    if (!query->reference.data)
        return "no reference";
    if (!query->patterns || !query->pattern_count)
        return "no pattern";
    if (!args->extended && query->pattern_count != 1)
        return "several patterns without being extended";
    if (query->lsub && args->extended)
        return "LSUB is not extended";
    for (size_t i = 0; i < query->pattern_count; i++)
        if (!query->patterns[i].data)
            return "a pattern is nothing";
    return NULL;
}

static void parse(int (*parse_args)(struct lexer *lexer, struct list_args *out), struct slice text,
                  struct arena *arena)
{
    struct lexer lexer;
    struct list_args args = {0};
    lexer_init(&lexer, text, arena);
    if (parse_args(&lexer, &args) < 0)
        return;
    fuzz_require(check_query(&args));
    struct buffer selection;
    buffer_init(&selection, 0);
    list_args_render_selection(&args, &selection);
    buffer_clear(&selection);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    arena_init(&arena, 8 << 20);
    parse(list_args_parse, fuzz_slice(data, size), &arena);
    parse(list_args_parse_lsub, fuzz_slice(data, size), &arena);
    arena_clear(&arena);
    return 0;
}
