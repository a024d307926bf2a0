/*
 * What SORT, THREAD and SEARCH say before the program: RETURN (…), criteria, the algorithm.
 * Whoever sorts relies on criteria that are different, whoever answers on options that go
 * together.
 */
#include "fuzz.h"
#include "proto/search_args.h"
#include "proto/sort_args.h"

static const char *check_return(const struct search_return *wanted)
{
    const struct partial_range *page = &wanted->partial;
    if (!wanted->given)
        return search_return_tells(wanted) || wanted->save ? "options without RETURN" : NULL;
    if (!search_return_tells(wanted) && !wanted->save)
        return "nothing is wanted";
    if (wanted->all && page->given)
        return "ALL and PARTIAL";
    if (page->given && (!page->first || !page->last))
        return "a page begins or ends nowhere";
    return NULL;
}

/* Whatever was found, a page lies within it. */
static const char *check_page(const struct partial_range *page)
{
    static const size_t counts[] = {0, 1, 7, 1000000};
    for (size_t i = 0; page->given && i < sizeof counts / sizeof counts[0]; i++) {
        size_t start, end;
        partial_range_find(page, counts[i], &start, &end);
        if (start > end || end > counts[i] || end - start > partial_range_size(page))
            return "the page is not where it should be";
    }
    return NULL;
}

static const char *check_program(const struct sort_program *program)
{
    bool seen[SORT_KEY_COUNT] = {false};
    if (!program->count || program->count > SORT_KEY_COUNT)
        return "no criteria, or too many";
    for (size_t i = 0; i < program->count; i++) {
        enum sort_key key = program->criteria[i].key;
        if ((unsigned)key >= SORT_KEY_COUNT || seen[key])
            return "a criterion is there twice";
        seen[key] = true;
    }
    return NULL;
}

static void parse_sort(struct slice text, struct arena *arena)
{
    struct lexer lexer;
    struct search_return wanted = {0};
    struct sort_program program = {0};
    lexer_init(&lexer, text, arena);
    int err = search_return_parse(&lexer, &wanted);
    if (!err) {
        fuzz_require(check_return(&wanted));
        fuzz_require(check_page(&wanted.partial));
        err = sort_program_parse(&lexer, &program);
    }
    if (!err)
        fuzz_require(check_program(&program));
}

static void parse_thread(struct slice text, struct arena *arena)
{
    struct lexer lexer;
    enum thread_algorithm algorithm = THREAD_ORDEREDSUBJECT;
    lexer_init(&lexer, text, arena);
    if (thread_algorithm_parse(&lexer, &algorithm) == 0)
        fuzz_require(algorithm > THREAD_REFERENCES ? "no such algorithm" : NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    parse_sort(fuzz_slice(data, size), &arena);
    parse_thread(fuzz_slice(data, size), &arena);
    arena_clear(&arena);
    return 0;
}
