#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include "utf8.h"

enum { REPLACEMENT = 0xfffd };

bool text_is_ascii(struct slice s)
{
    return utf8_ascii_prefix(s) == s.len;
}

bool text_is_utf8(struct slice s)
{
    if (text_is_ascii(s))
        return true;
    for (size_t at = 0; at < s.len;) {
        size_t length = utf8_sequence(s, at);
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

uint32_t text_next(struct slice s, size_t *at)
{
    UChar32 c;
    if (utf8_sequence(s, *at) == 0) {
        (*at)++;
        return REPLACEMENT;
    }
    U8_NEXT_UNSAFE(s.data, *at, c);
    return (uint32_t)c;
}

void text_add_code_point(struct buffer *out, uint32_t c)
{
    char octets[U8_MAX_LENGTH];
    size_t length = 0;
    if (c > UCHAR_MAX_VALUE || U_IS_SURROGATE(c))
        c = REPLACEMENT;
    U8_APPEND_UNSAFE(octets, length, c);
    buffer_add(out, slice_of(octets, length));
}

/* Categories that names must not have (RFC 5198 section 2); line and
 * paragraph separators are controls in all but category. */
#define CONTROL_CATEGORIES                                                                         \
    (U_GC_CC_MASK | U_GC_CO_MASK | U_GC_CN_MASK | U_GC_CS_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK)

bool text_has_control(struct slice s)
{
    for (size_t at = 0; at < s.len;) {
        if (utf8_sequence(s, at) == 0)
            return true;
        uint32_t c = text_next(s, &at);
        if (U_GET_GC_MASK((UChar32)c) & CONTROL_CATEGORIES)
            return true;
    }
    return false;
}

/* NFC needs at most three times the UTF-16 units (Unicode
 * Standard Annex 15, "Normalization Expansion"). */
enum { NFC_EXPANSION = 3 };

static int normalise_into(UChar *wide, struct slice s, struct buffer *out)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    int32_t octets = (int32_t)s.len, wide_length = 0, length = 0;
    UChar *composed = wide + octets;

    u_strFromUTF8(wide, octets, &wide_length, s.data, octets, &status);
    int32_t composed_length =
        unorm2_normalize(nfc, wide, wide_length, composed, NFC_EXPANSION * octets, &status);
    u_strToUTF8(NULL, 0, &length, composed, composed_length, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR)
        status = U_ZERO_ERROR;
    if (U_FAILURE(status))
        return fail(ERR_INTERNAL, "ICU can't normalise: %s", u_errorName(status));
    char *place = buffer_reserve(out, (size_t)length);
    if (!place)
        return buffer_check(out);
    u_strToUTF8(place, length, NULL, composed, composed_length, &status);
    buffer_commit(out, (size_t)length);
    return 0;
}

int text_normalise(struct slice s, struct buffer *out)
{
    if (text_is_ascii(s)) {
        buffer_add(out, s);
        return buffer_check(out);
    }
    if (!text_is_utf8(s))
        return fail(ERR_CHARSET, "not UTF-8");
    if (s.len > INT32_MAX / 16)
        return fail(ERR_LIMIT, "text of %zu octets is too long to normalise", s.len);
    UChar *wide = malloc(s.len * (1 + NFC_EXPANSION) * sizeof *wide);
    if (!wide)
        return fail(ERR_NO_MEMORY, "out of memory to normalise %zu octets", s.len);
    int result = normalise_into(wide, s, out);
    free(wide);
    return result;
}
