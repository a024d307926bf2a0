/*
 * What was parsed, rendered as the reply names it, must parse again to the
 * same items.
 */
#include "base/buffer.h"
#include "fuzz.h"
#include "proto/fetch_args.h"

/* "<0>" of the reply is "<0.5>" in the command. */
static void render_item(const struct fetch_item *item, struct buffer *out)
{
    fetch_item_render_name(item, out);
    if (!item->partial)
        return;
    buffer_truncate(out, out->len - 1);
    buffer_printf(out, ".%llu>", (unsigned long long)item->length);
}

static void render(const struct fetch_spec *spec, struct buffer *out)
{
    for (size_t i = 0; i < spec->count; i++) {
        buffer_add_char(out, i == 0 ? '(' : ' ');
        render_item(&spec->items[i], out);
    }
    buffer_add_char(out, ')');
}

static int parse(struct slice text, struct arena *arena, struct fetch_spec *out)
{
    struct lexer lexer;
    lexer_init(&lexer, text, arena);
    return fetch_args_parse(&lexer, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct fetch_spec spec, again;
    arena_init(&arena, 4 << 20);
    if (parse(fuzz_slice(data, size), &arena, &spec) == 0) {
        struct buffer first, second;
        buffer_init(&first, 0);
        buffer_init(&second, 0);
        render(&spec, &first);
        fuzz_require(spec.count == 0 ? "no items" : NULL);
        fuzz_require(parse(buffer_slice(&first), &arena, &again) < 0 ? "not parsed again" : NULL);
        render(&again, &second);
        bool same = slice_equal(buffer_slice(&first), buffer_slice(&second));
        fuzz_require(same ? NULL : "other items when parsed again");
        buffer_clear(&first);
        buffer_clear(&second);
    }
    arena_clear(&arena);
    return 0;
}
