/*
 * GETMETADATA and SETMETADATA: what is parsed are entries that can be there, in the form in
 * which they are stored, and no more than a command may name.
 */
#include <string.h>

#include "commands/metadata_args.h"
#include "fuzz.h"
#include "model/annotation_entry.h"

static const char *check_entry(struct slice entry, struct arena *arena)
{
    struct slice again;
    if (!entry.data || entry.len > ANNOTATION_ENTRY_MAX)
        return "no entry, or a long one";
    if (annotation_entry_parse(entry, arena, &again) < 0 || !slice_equal(entry, again))
        return "not as it is stored";
    return NULL;
}

static void parse_get(struct slice text, struct arena *arena)
{
    struct lexer lexer;
    struct metadata_args args = {0};
    lexer_init(&lexer, text, arena);
    if (metadata_args_parse_get(&lexer, &args) < 0)
        return;
    const struct annotation_query *query = &args.query;
    fuzz_require(!query->count || query->count > METADATA_ENTRIES_MAX ? "how many entries" : NULL);
    fuzz_require(query->depth < 0 ? "a depth below nothing" : NULL);
    fuzz_require(args.of_server != (args.mailbox.len == 0) ? "whose entries" : NULL);
    for (size_t i = 0; i < query->count; i++)
        fuzz_require(check_entry(query->entries[i], arena));
}

static void parse_set(struct slice text, struct arena *arena)
{
    struct lexer lexer;
    struct metadata_args args = {0};
    lexer_init(&lexer, text, arena);
    if (metadata_args_parse_set(&lexer, &args) < 0)
        return;
    fuzz_require(!args.count || args.count > METADATA_ENTRIES_MAX ? "how many entries" : NULL);
    for (size_t i = 0; i < args.count; i++) {
        fuzz_require(check_entry(args.annotations[i].entry, arena));
        fuzz_require(annotation_entry_check_value(args.annotations[i].entry) < 0
                         ? "a value where there is none"
                         : NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    arena_init(&arena, 8 << 20);
    parse_get(fuzz_slice(data, size), &arena);
    parse_set(fuzz_slice(data, size), &arena);
    arena_clear(&arena);
    return 0;
}
