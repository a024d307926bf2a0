/*
 * What was parsed keeps the rules of RFC 5465 sections 5 and 6.1.
 */
#include "fuzz.h"
#include "proto/notify_args.h"

static void check(const struct notify_spec *spec)
{
    size_t selected = 0;
    for (size_t i = 0; i < spec->count; i++) {
        const struct notify_group *group = &spec->groups[i];
        unsigned messages = group->events & NOTIFY_MESSAGES;
        bool is_selected = group->filter <= NOTIFY_SELECTED_DELAYED;
        selected += is_selected;
        fuzz_require(messages && messages != NOTIFY_MESSAGES ? "half of the messages" : NULL);
        fuzz_require((group->events & NOTIFY_FLAG_CHANGE) && !messages ? "flags alone" : NULL);
        fuzz_require(!is_selected && group->fetch.count ? "fetches what is not selected" : NULL);
    }
    fuzz_require(selected > 1 ? "selected twice" : NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct lexer lexer;
    struct notify_spec spec;
    arena_init(&arena, 4 << 20);
    lexer_init(&lexer, fuzz_slice(data, size), &arena);
    if (notify_args_parse(&lexer, &spec) == 0)
        check(&spec);
    arena_clear(&arena);
    return 0;
}
