#include "model/fetch.h"

bool fetch_kind_has_section(enum fetch_kind kind)
{
    return kind == FETCH_SECTION || kind == FETCH_BINARY || kind == FETCH_BINARY_SIZE;
}

bool fetch_spec_has(const struct fetch_spec *spec, enum fetch_kind kind)
{
    for (size_t i = 0; i < spec->count; i++)
        if (spec->items[i].kind == kind)
            return true;
    return false;
}
