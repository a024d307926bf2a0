#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include "base/text.h"

enum { DECOMPOSED_MAX = 32 }; /* units; U+FDFA becomes 18, the most there is */

void text_casemap_next(struct slice s, size_t *at, struct buffer *out)
{
    if ((unsigned char)s.data[*at] < 0x80) {
        buffer_add_char(out, ascii_upper(s.data[(*at)++]));
        return;
    }
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *decomposer = unorm2_getNFKDInstance(&status);
    if (U_FAILURE(status)) {
        out->failed = -ERR_INTERNAL;
        return;
    }
    UChar32 title = u_totitle((UChar32)text_next(s, at));
    UChar decomposed[DECOMPOSED_MAX];
    int32_t length =
        unorm2_getDecomposition(decomposer, title, decomposed, DECOMPOSED_MAX, &status);
    if (U_FAILURE(status) || length < 0) {
        text_add_code_point(out, (uint32_t)title);
        return;
    }
    for (int32_t i = 0; i < length;) {
        UChar32 c;
        U16_NEXT(decomposed, i, length, c);
        text_add_code_point(out, (uint32_t)c);
    }
}
