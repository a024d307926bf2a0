/* SASLprep (RFC 4013). */
#include <unicode/usprep.h>
#include <unicode/ustring.h>

#include "base/text.h"

/* Longer ones are nobody's passphrase or name. */
enum { PREPARED_MAX = 1024 };

/* False when RFC 4013 has no prepared form for it. */
static bool prepare(struct slice text, int32_t options, struct buffer *out)
{
    UChar wide[PREPARED_MAX], prepared[PREPARED_MAX];
    char octets[PREPARED_MAX * 3];
    int32_t length = 0;
    UErrorCode status = U_ZERO_ERROR;
    u_strFromUTF8(wide, PREPARED_MAX, &length, text.data, (int32_t)text.len, &status);
    UStringPrepProfile *profile = usprep_openByType(USPREP_RFC4013_SASLPREP, &status);
    if (U_FAILURE(status))
        return false;
    length = usprep_prepare(profile, wide, length, prepared, PREPARED_MAX, options, NULL, &status);
    usprep_close(profile);
    u_strToUTF8(octets, sizeof octets, &length, prepared, length, &status);
    if (U_SUCCESS(status))
        buffer_add(out, slice_of(octets, (size_t)length));
    return U_SUCCESS(status);
}

void text_prepare_password(struct slice password, struct buffer *out)
{
    bool as_it_is = password.len > PREPARED_MAX || text_is_ascii(password);
    if (as_it_is || !prepare(password, USPREP_DEFAULT, out))
        buffer_add(out, password);
}

/* Code points that Unicode 3.2 does not have are left alone: a name may be in a
 * script that was added since. */
int text_prepare_name(struct slice name, struct buffer *out)
{
    if (!text_is_utf8(name))
        return fail(ERR_CHARSET, "not UTF-8");
    if (name.len > PREPARED_MAX)
        return fail(ERR_INVALID, "a name of %zu octets is too long", name.len);
    struct buffer prepared;
    buffer_init(&prepared, 0);
    int err = prepare(name, USPREP_ALLOW_UNASSIGNED, &prepared)
                  ? buffer_check(&prepared)
                  : fail(ERR_INVALID, "SASLprep does not allow this name");
    if (!err)
        err = text_normalise(buffer_slice(&prepared), out);
    buffer_clear(&prepared);
    return err;
}
