#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include "base/text.h"
#include "casemap.h"

int32_t casemap(UChar32 c, UChar mapped[CASEMAP_MAX])
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *decomposer = unorm2_getNFKDInstance(&status);
    if (U_FAILURE(status))
        return 0;
    UChar32 title = u_totitle(c);
    int32_t length = unorm2_getDecomposition(decomposer, title, mapped, CASEMAP_MAX, &status);
    if (U_SUCCESS(status) && length >= 0)
        return length;
    length = 0; /* it has none */
    U16_APPEND_UNSAFE(mapped, length, title);
    return length;
}

void text_casemap_next(struct slice s, size_t *at, struct buffer *out)
{
    if ((unsigned char)s.data[*at] < 0x80) {
        buffer_add_char(out, ascii_upper(s.data[(*at)++]));
        return;
    }
    UChar mapped[CASEMAP_MAX];
    int32_t length = casemap((UChar32)text_next(s, at), mapped);
    if (length == 0)
        out->failed = -ERR_INTERNAL;
    for (int32_t i = 0; i < length;) {
        UChar32 c;
        U16_NEXT(mapped, i, length, c);
        text_add_code_point(out, (uint32_t)c);
    }
}
