/*
 * Folding for SEARCH: any part of a text is found in it, as it is and as i;unicode-casemap (RFC
 * 5051) has it.
 */
#include "base/text.h"
#include "fuzz.h"

static void fold(struct slice text, struct buffer *out)
{
    buffer_init(out, 0);
    text_fold(text, out);
    fuzz_require(buffer_check(out) < 0 || !text_is_utf8(buffer_slice(out)) ? "not UTF-8" : NULL);
}

static void casemap(struct slice text, struct buffer *out)
{
    buffer_init(out, 0);
    for (size_t at = 0; at < text.len;)
        text_casemap_next(text, &at, out);
}

static void require_within(struct slice part, struct slice whole)
{
    struct buffer folded;
    fold(part, &folded);
    fuzz_require(slice_search(whole, buffer_slice(&folded)) == SIZE_MAX ? "not found" : NULL);
    buffer_clear(&folded);
}

/* From the first code point behind `at` on. */
static struct slice rest_behind(struct slice text, size_t at)
{
    size_t start = 0;
    while (start < at)
        (void)text_next(text, &start);
    return slice_sub(text, start, text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = fuzz_slice(data, size < 4096 ? size : 4096);
    struct buffer folded, mapped;
    fold(text, &folded);
    casemap(text, &mapped);
    struct slice whole = buffer_slice(&folded);
    require_within(buffer_slice(&mapped), whole);
    struct slice half = rest_behind(text, text.len / 2);
    require_within(half, whole);
    require_within(slice_sub(text, 0, text.len - half.len), whole);
    buffer_clear(&mapped);
    buffer_clear(&folded);
    return 0;
}
