#include <unicode/uidna.h>

#include "base/text.h"

enum { DOMAIN_MAX = 255 };

int text_domain(struct slice domain, struct buffer *out)
{
    UErrorCode status = U_ZERO_ERROR;
    UIDNA *idna = uidna_openUTS46(UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
                                      UIDNA_NONTRANSITIONAL_TO_ASCII,
                                  &status);
    if (U_FAILURE(status))
        return fail(ERR_INTERNAL, "ICU has no IDNA: %s", u_errorName(status));
    char name[DOMAIN_MAX + 1];
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    bool fits = domain.len <= INT32_MAX / 16;
    int32_t length = fits ? uidna_nameToASCII_UTF8(idna, domain.data, (int32_t)domain.len, name,
                                                   sizeof name, &info, &status)
                          : 0;
    uidna_close(idna);
    bool is_domain =
        fits && U_SUCCESS(status) && !info.errors && length > 0 && length <= DOMAIN_MAX;
    if (!is_domain)
        return fail(ERR_INVALID, "That is no domain name");
    buffer_add(out, slice_of(name, (size_t)length));
    return buffer_check(out);
}
