#include "model/flags.h"

static const struct {
    flag_mask bit;
    const char *name;
} system_flags[] = {
    {FLAG_SEEN, "\\Seen"},       {FLAG_ANSWERED, "\\Answered"}, {FLAG_FLAGGED, "\\Flagged"},
    {FLAG_DELETED, "\\Deleted"}, {FLAG_DRAFT, "\\Draft"},
};

enum { SYSTEM_FLAG_COUNT = sizeof system_flags / sizeof system_flags[0] };

flag_mask flags_changeable(rights_mask rights)
{
    flag_mask flags = 0;
    if (rights & RIGHT_SEEN)
        flags |= FLAG_SEEN;
    if (rights & RIGHT_DELETE_MESSAGES)
        flags |= FLAG_DELETED;
    if (rights & RIGHT_WRITE)
        flags |= FLAGS_ALL & ~(FLAG_SEEN | FLAG_DELETED);
    return flags;
}

flag_mask flag_change_apply(flag_mask old, enum flag_change change, flag_mask flags, flag_mask may)
{
    flags &= may;
    if (change == FLAG_CHANGE_ADD)
        return old | flags;
    if (change == FLAG_CHANGE_REMOVE)
        return old & ~flags;
    return (old & ~may) | flags;
}

flag_mask flag_system_from_name(struct slice name)
{
    for (size_t i = 0; i < SYSTEM_FLAG_COUNT; i++) {
        if (slice_equal_nocase(name, slice_cstr(system_flags[i].name)))
            return system_flags[i].bit;
    }
    return 0;
}

const char *flag_system_name(flag_mask bit)
{
    for (size_t i = 0; i < SYSTEM_FLAG_COUNT; i++) {
        if (system_flags[i].bit == bit)
            return system_flags[i].name;
    }
    return NULL;
}

flag_mask keyword_find(const struct keyword_table *table, struct slice name)
{
    for (size_t i = 0; i < FLAG_KEYWORD_COUNT; i++) {
        struct slice keyword = table->names[i];
        if (keyword.data && slice_equal_nocase(keyword, name))
            return (flag_mask)1 << (FLAG_KEYWORD_FIRST + i);
    }
    return 0;
}
