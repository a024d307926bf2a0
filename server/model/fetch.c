#include "model/fetch.h"

bool fetch_spec_has(const struct fetch_spec *spec, enum fetch_kind kind)
{
    for (size_t i = 0; i < spec->count; i++)
        if (spec->items[i].kind == kind)
            return true;
    return false;
}
