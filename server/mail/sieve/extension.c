#include "sieve/extension.h"

#include "mail/sieve.h"

_Static_assert(SIEVE_EXT_COUNT <= 64, "a set of extensions has 64 bits");

static const struct {
    const char *name;
    sieve_extension_set brings;
} rows[] = {{"", 0},
#define ROW(identifier, name, implied)                                                             \
    {name, SIEVE_EXTENSION_BIT(SIEVE_EXT_##identifier) | (implied)},
            SIEVE_EXTENSIONS(ROW)
#undef ROW
};

/* RFC 5228 section 2.7.3: these two need no require, though a script may have it. */
sieve_extension_set sieve_extensions_built_in(void)
{
    return SIEVE_EXTENSION_BIT(SIEVE_EXT_NONE) | SIEVE_EXTENSION_BIT(SIEVE_EXT_COMPARATOR_CASEMAP) |
           SIEVE_EXTENSION_BIT(SIEVE_EXT_COMPARATOR_OCTET);
}

sieve_extension_set sieve_extension_find(struct slice name)
{
    for (size_t i = SIEVE_EXT_NONE + 1; i < SIEVE_EXT_COUNT; i++)
        if (slice_equal(name, slice_cstr(rows[i].name)))
            return rows[i].brings;
    return 0;
}

const char *sieve_extension_name(enum sieve_extension extension)
{
    return rows[extension].name;
}

#define NAME(identifier, name, implied) name " "
struct slice sieve_extensions(void)
{
    struct slice names = SLICE(SIEVE_EXTENSIONS(NAME));
    names.len--; /* the last space */
    return names;
}
#undef NAME

struct slice sieve_notify_methods(void)
{
    return SLICE("mailto");
}
