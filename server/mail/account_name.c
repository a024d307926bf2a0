#include "account_name.h"

#include "base/text.h"
#include "identifier.h"

int account_name_check(struct slice name, struct arena *arena, struct slice *out)
{
    struct slice normal;
    int err = identifier_prepare(name, arena, &normal);
    if (err == -ERR_CHARSET)
        return fail(ERR_INVALID, "A name must be UTF-8");
    if (err == -ERR_INVALID)
        return fail(ERR_INVALID, "This name is not one that SASLprep (RFC 4013) allows");
    if (err)
        return err;
    if (normal.len == 0)
        return fail(ERR_INVALID, "A name must not be empty");
    if (normal.len > ACCOUNT_NAME_MAX)
        return fail(ERR_INVALID, "A name has at most %d octets", ACCOUNT_NAME_MAX);
    if (text_has_control(normal))
        return fail(ERR_INVALID, "A name must not have control characters");
    for (size_t i = 0; i < normal.len; i++)
        if (strchr("/*%", normal.data[i]))
            return fail(ERR_INVALID, "A name must not have \"%c\"", normal.data[i]);
    if (identifier_is_reserved(normal))
        return fail(ERR_INVALID, "This name has another meaning in access rights");
    *out = normal;
    return 0;
}
