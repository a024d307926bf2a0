/*
 * A client's sequence-set with "*" put in (RFC 3501 section 9, seq-range).
 */
#include <stdlib.h>

#include "model/uidset.h"

static int compare_first(const void *a, const void *b)
{
    const struct uid_range *left = a, *right = b;
    return (left->first > right->first) - (left->first < right->first);
}

/* False when "*" has nothing to stand for. */
static bool resolve_range(struct uid_range item, uint32_t largest, struct uid_range *out)
{
    uint32_t a = item.first ? item.first : largest;
    uint32_t b = item.last ? item.last : largest;
    if (a == 0 || b == 0)
        return false;
    *out = a < b ? (struct uid_range){a, b} : (struct uid_range){b, a};
    return true;
}

static int add_sorted(struct uid_range *ranges, size_t count, struct uidset *set)
{
    qsort(ranges, count, sizeof *ranges, compare_first);
    for (size_t i = 0; i < count; i++) {
        int result = uidset_add_range(set, ranges[i].first, ranges[i].last);
        if (result < 0)
            return result;
    }
    return 0;
}

/* Sorted first: a client may name thousands in any order, and only adding in
 * ascending order is cheap. */
int sequence_set_resolve(const struct sequence_set *sequence, uint32_t largest, struct uidset *out)
{
    struct uid_range *ranges = calloc(sequence->count + 1, sizeof *ranges);
    if (!ranges)
        return fail(ERR_NO_MEMORY, "out of memory for %zu ranges", sequence->count);
    size_t count = 0;
    for (size_t i = 0; i < sequence->count; i++)
        count += resolve_range(sequence->items[i], largest, &ranges[count]);

    struct uidset set;
    uidset_init(&set);
    int result = add_sorted(ranges, count, &set);
    free(ranges);
    if (result < 0) {
        uidset_clear(&set);
        return result;
    }
    uidset_clear(out);
    *out = set;
    return 0;
}
