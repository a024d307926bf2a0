#include "proto/search_args.h"
#include "support/check.h"

/* What was read, as text, and what is left of it. */
static int parse(struct slice text, struct search_return *out, size_t *at_out)
{
    struct arena arena;
    struct lexer lexer;
    arena_init(&arena, 0);
    lexer_init(&lexer, text, &arena);
    *out = (struct search_return){0};
    int result = search_return_parse(&lexer, out);
    *at_out = lexer.at;
    arena_clear(&arena);
    return result;
}

static void describe(const struct search_return *wanted, struct buffer *out)
{
    static const char *const names[] = {"MIN ", "MAX ", "ALL ", "COUNT ", "SAVE "};
    const bool given[] = {wanted->minimum, wanted->maximum, wanted->all, wanted->count,
                          wanted->save};
    for (size_t i = 0; i < sizeof given; i++)
        buffer_add_cstr(out, given[i] ? names[i] : "");
    const struct partial_range *range = &wanted->partial;
    if (range->given)
        buffer_printf(out, "PARTIAL %s%u:%u", range->from_end ? "-" : "", range->first,
                      range->last);
}

static void check_return(struct slice text, const char *expected, int line)
{
    struct search_return wanted;
    size_t at;
    struct buffer out;
    buffer_init(&out, 0);
    check_error(parse(text, &wanted, &at), ERR_NONE, text.data, __FILE__, line);
    describe(&wanted, &out);
    check_slice(buffer_slice(&out), slice_cstr(expected), text.data, __FILE__, line);
    CHECK_SLICE(slice_sub(text, at, text.len), "ALL");
    buffer_clear(&out);
}

#define CHECK_RETURN(text, expected) check_return(SLICE(text), (expected), __LINE__)

void test_search_return_reads_options(void)
{
    CHECK_RETURN("ALL", "");
    CHECK_RETURN("RETURN () ALL", "ALL ");
    CHECK_RETURN("RETURN ( ) ALL", "ALL ");
    CHECK_RETURN("return (min Count) ALL", "MIN COUNT ");
    CHECK_RETURN("RETURN (MAX SAVE MIN) ALL", "MIN MAX SAVE ");
    CHECK_RETURN("RETURN (SAVE) ALL", "SAVE ");
    CHECK_RETURN("RETURN (PARTIAL 1:500) ALL", "PARTIAL 1:500");
    CHECK_RETURN("RETURN (PARTIAL -1:-100 MIN) ALL", "MIN PARTIAL -1:100");
    CHECK_RETURN("RETURN (SAVE PARTIAL 500:400) ALL", "SAVE PARTIAL 500:400");
}

void test_search_return_refuses(void)
{
    static const char *const texts[] = {
        "RETURN",
        "RETURN ALL",
        "RETURN (",
        "RETURN (MIN",
        "RETURN (MIN)",
        "RETURN (MINMAX) ALL",
        "RETURN (BEST) ALL",
        "RETURN (MIN,MAX) ALL",
        "RETURN (PARTIAL) ALL",
        "RETURN (PARTIAL 1) ALL",
        "RETURN (PARTIAL 0:1) ALL",
        "RETURN (PARTIAL 1:*) ALL",
        "RETURN (PARTIAL 1:-1) ALL",
        "RETURN (PARTIAL -1:1) ALL",
        "RETURN (PARTIAL -0:-1) ALL",
        "RETURN (ALL PARTIAL 1:2) ALL",
        "RETURN (PARTIAL 1:2 PARTIAL 3:4) ALL",
    };
    struct search_return wanted;
    size_t at;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_error(parse(slice_cstr(texts[i]), &wanted, &at), ERR_SYNTAX, texts[i], __FILE__,
                    __LINE__);
}

void test_search_return_survives_every_prefix(void)
{
    struct slice whole = SLICE("RETURN (SAVE PARTIAL -10:-200 COUNT) ");
    struct search_return wanted;
    size_t at;
    for (size_t len = 1; len < whole.len - 1; len++)
        if (len >= strlen("RETURN"))
            CHECK_ERR(parse(slice_sub(whole, 0, len), &wanted, &at), ERR_SYNTAX);
}
