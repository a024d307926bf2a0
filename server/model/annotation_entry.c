#include "model/annotation_entry.h"

static const struct slice private_prefix = {"/private/", 9};

enum { LEVELS_OF_VALUES = 2, LEVELS_OF_VENDORS = 4 };

/* `name` is one level, and there may be more below it. */
static bool is_at_or_below(struct slice entry, struct slice name)
{
    return slice_starts_with(entry, name) && (entry.len == name.len || entry.data[name.len] == '/');
}

static bool ends_level(struct slice entry, size_t at)
{
    return at + 1 == entry.len || entry.data[at + 1] == '/';
}

/* RFC 5464 forbids octets up to 0x19; what is between that and the space is no better. */
static bool may_be_at(struct slice entry, size_t at)
{
    char c = entry.data[at];
    if (c < ' ' || c == 0x7f || c == '*' || c == '%')
        return false;
    return !ends_level(entry, at) || (c != '/' && c != ' ');
}

int annotation_entry_parse(struct slice text, struct arena *arena, struct slice *out)
{
    if (text.len > ANNOTATION_ENTRY_MAX)
        return fail(ERR_SYNTAX, "The name of an entry has at most %d octets", ANNOTATION_ENTRY_MAX);
    for (size_t i = 0; i < text.len; i++)
        if (!may_be_at(text, i))
            return fail(ERR_SYNTAX, "That can't be the name of an entry");
    char *folded = arena_alloc(arena, text.len);
    if (!folded)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < text.len; i++)
        folded[i] = ascii_lower(text.data[i]);
    struct slice entry = slice_of(folded, text.len);
    if (!is_at_or_below(entry, SLICE("/private")) && !is_at_or_below(entry, SLICE("/shared")))
        return fail(ERR_SYNTAX, "The name of an entry begins with /private or /shared");
    *out = entry;
    return 0;
}

int annotation_entry_check_value(struct slice entry)
{
    int levels = 0;
    for (size_t i = 0; i < entry.len; i++)
        levels += entry.data[i] == '/';
    bool of_vendor = is_at_or_below(entry, SLICE("/private/vendor")) ||
                     is_at_or_below(entry, SLICE("/shared/vendor"));
    if (levels < (of_vendor ? LEVELS_OF_VENDORS : LEVELS_OF_VALUES))
        return fail(ERR_SYNTAX, "An entry of that name has no value: more has to follow");
    return 0;
}

bool annotation_entry_is_private(struct slice entry)
{
    return slice_starts_with(entry, private_prefix);
}
