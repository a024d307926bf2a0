#include <unicode/usprep.h>
#include <unicode/ustring.h>

#include "base/text.h"

/* Longer ones are nobody's passphrase, and are taken as they are. */
enum { PASSWORD_MAX = 1024 };

/* False when RFC 4013 has no prepared form for it. */
static bool prepare(struct slice password, struct buffer *out)
{
    UChar wide[PASSWORD_MAX], prepared[PASSWORD_MAX];
    char octets[PASSWORD_MAX * 3];
    int32_t length = 0;
    UErrorCode status = U_ZERO_ERROR;
    u_strFromUTF8(wide, PASSWORD_MAX, &length, password.data, (int32_t)password.len, &status);
    UStringPrepProfile *profile = usprep_openByType(USPREP_RFC4013_SASLPREP, &status);
    if (U_FAILURE(status))
        return false;
    length = usprep_prepare(profile, wide, length, prepared, PASSWORD_MAX, USPREP_DEFAULT, NULL,
                            &status);
    usprep_close(profile);
    u_strToUTF8(octets, sizeof octets, &length, prepared, length, &status);
    if (U_SUCCESS(status))
        buffer_add(out, slice_of(octets, (size_t)length));
    return U_SUCCESS(status);
}

void text_prepare_password(struct slice password, struct buffer *out)
{
    bool as_it_is = password.len > PASSWORD_MAX || text_is_ascii(password);
    if (as_it_is || !prepare(password, out))
        buffer_add(out, password);
}
