#include "mime/charset.h"

#include "base/text.h"

static bool says_nothing(struct slice charset)
{
    return charset.len == 0 || slice_equal_nocase(charset, SLICE("us-ascii")) ||
           slice_equal_nocase(charset, SLICE("ascii"));
}

void charset_add(struct buffer *out, struct slice charset, struct slice octets)
{
    if (octets.len == 0)
        return;
    if (!says_nothing(charset) && text_charset_known(charset) &&
        text_to_utf8(charset, octets, out) == 0)
        return;
    if (text_is_utf8(octets) || text_to_utf8(SLICE("windows-1252"), octets, out) != 0)
        buffer_add(out, octets);
}
