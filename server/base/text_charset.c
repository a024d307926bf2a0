#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>

#include "base/text.h"
#include "converter.h"

bool text_charset_known(struct slice charset)
{
    return converter_get(charset) != NULL;
}

/* ICU's own substitution writes U+001A for some charsets. */
static void U_CALLCONV put_replacement(const void *context, UConverterToUnicodeArgs *args,
                                       const char *octets, int32_t length,
                                       UConverterCallbackReason reason, UErrorCode *status)
{
    (void)context, (void)octets, (void)length;
    if (reason > UCNV_IRREGULAR)
        return; /* reset, close, clone */
    static const UChar replacement[] = {0xfffd};
    *status = U_ZERO_ERROR;
    ucnv_cbToUWriteUChars(args, replacement, 1, 0, status);
}

static int convert(UConverter *from, UConverter *to, struct slice octets, struct buffer *out)
{
    UChar pivot[512];
    UChar *pivot_source = pivot, *pivot_target = pivot;
    const char *source = octets.data;
    UErrorCode status = U_BUFFER_OVERFLOW_ERROR;

    while (status == U_BUFFER_OVERFLOW_ERROR && !out->failed) {
        char piece[1024];
        char *target = piece;
        status = U_ZERO_ERROR;
        ucnv_convertEx(to, from, &target, piece + sizeof piece, &source, octets.data + octets.len,
                       pivot, &pivot_source, &pivot_target, pivot + sizeof pivot / sizeof pivot[0],
                       false, true, &status);
        buffer_add(out, slice_of(piece, (size_t)(target - piece)));
    }
    if (out->failed)
        return buffer_check(out);
    return U_SUCCESS(status) ? 0 : fail(ERR_CHARSET, "text is not in its charset");
}

/* Most mail is ASCII or UTF-8 and says so: then there is nothing to convert. */
static bool is_utf8_already(struct slice charset, struct slice octets)
{
    static const struct {
        struct slice name;
        bool (*holds)(struct slice octets);
    } subsets[] = {
        {{"us-ascii", 8}, text_is_ascii},      {{"utf-8", 5}, text_is_utf8},
        {{"iso-8859-1", 10}, text_is_ascii},   {{"iso-8859-15", 11}, text_is_ascii},
        {{"windows-1252", 12}, text_is_ascii},
    };
    for (size_t i = 0; i < sizeof subsets / sizeof subsets[0]; i++) {
        if (slice_equal_nocase(charset, subsets[i].name))
            return subsets[i].holds(octets);
    }
    return false;
}

static int to_utf8(struct slice charset, struct slice octets, UConverterToUCallback on_error,
                   struct buffer *out)
{
    if (is_utf8_already(charset, octets)) {
        buffer_add(out, octets);
        return buffer_check(out);
    }
    UConverter *from = converter_get(charset);
    UConverter *to = converter_utf8();
    if (!from || !to)
        return fail(ERR_CHARSET, "unknown charset \"%.*s\"",
                    (int)(charset.len < 60 ? charset.len : 60), charset.data);
    size_t length_before = out->len;
    UErrorCode status = U_ZERO_ERROR;
    ucnv_setToUCallBack(from, on_error, NULL, NULL, NULL, &status);
    int result = convert(from, to, octets, out);
    if (result < 0)
        buffer_truncate(out, length_before);
    return result;
}

int text_to_utf8(struct slice charset, struct slice octets, struct buffer *out)
{
    return to_utf8(charset, octets, put_replacement, out);
}

int text_to_utf8_strict(struct slice charset, struct slice octets, struct buffer *out)
{
    return to_utf8(charset, octets, UCNV_TO_U_CALLBACK_STOP, out);
}
