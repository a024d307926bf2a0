#include "model/uidset.h"

#include <stdlib.h>
#include <string.h>

enum { SIZE_FIRST = 4 };

void uidset_init(struct uidset *set)
{
    *set = (struct uidset){0};
}

void uidset_clear(struct uidset *set)
{
    free(set->ranges);
    uidset_init(set);
}

static int reserve(struct uidset *set, size_t count)
{
    if (count <= set->size)
        return 0;
    size_t size = set->size ? set->size : SIZE_FIRST;
    while (size < count)
        size *= 2;
    struct uid_range *ranges = reallocarray(set->ranges, size, sizeof *ranges);
    if (!ranges)
        return fail(ERR_NO_MEMORY, "out of memory for a set of %zu ranges", size);
    set->ranges = ranges;
    set->size = size;
    return 0;
}

/* Whether `a` ends before `b` begins, with a gap between them. */
static bool is_apart_before(struct uid_range a, struct uid_range b)
{
    return a.last < b.first && b.first - a.last > 1;
}

/* Index of the first range that is not apart before `range`; set->count when
 * all are. */
static size_t find_place(const struct uidset *set, struct uid_range range)
{
    if (set->count == 0 || is_apart_before(set->ranges[set->count - 1], range))
        return set->count;
    size_t low = 0, high = set->count - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (is_apart_before(set->ranges[middle], range))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int insert_at(struct uidset *set, size_t place, struct uid_range range)
{
    int result = reserve(set, set->count + 1);
    if (result < 0)
        return result;
    memmove(set->ranges + place + 1, set->ranges + place,
            (set->count - place) * sizeof *set->ranges);
    set->ranges[place] = range;
    set->count++;
    return 0;
}

/* Replaces the ranges from `place` on that touch `range` by their union. */
static void merge_at(struct uidset *set, size_t place, struct uid_range range)
{
    size_t end = place;
    for (; end < set->count && !is_apart_before(range, set->ranges[end]); end++) {
        if (set->ranges[end].first < range.first)
            range.first = set->ranges[end].first;
        if (set->ranges[end].last > range.last)
            range.last = set->ranges[end].last;
    }
    set->ranges[place] = range;
    memmove(set->ranges + place + 1, set->ranges + end, (set->count - end) * sizeof *set->ranges);
    set->count -= end - place - 1;
}

int uidset_add_range(struct uidset *set, uint32_t first, uint32_t last)
{
    struct uid_range range = {first, last};
    if (first > last)
        return fail(ERR_INTERNAL, "range %u:%u is backwards", first, last);
    size_t place = find_place(set, range);
    if (place == set->count || is_apart_before(range, set->ranges[place]))
        return insert_at(set, place, range);
    merge_at(set, place, range);
    return 0;
}

/* Most sets grow at the end. */
int uidset_add(struct uidset *set, uint32_t uid)
{
    if (set->count > 0 && set->ranges[set->count - 1].last == uid - 1 && uid > 0) {
        set->ranges[set->count - 1].last = uid;
        return 0;
    }
    return uidset_add_range(set, uid, uid);
}

/* Replaces the set by a new one, unless making that has failed. */
static int take_result(struct uidset *set, struct uidset *made, int result)
{
    if (result < 0) {
        uidset_clear(made);
        return result;
    }
    uidset_clear(set);
    *set = *made;
    return 0;
}

/* Walks both in order, so that the additions are all at the end. */
int uidset_union(struct uidset *set, const struct uidset *other)
{
    struct uidset both;
    uidset_init(&both);
    int result = reserve(&both, set->count + other->count);
    for (size_t i = 0, j = 0; result == 0 && (i < set->count || j < other->count);) {
        bool from_set =
            j == other->count || (i < set->count && set->ranges[i].first <= other->ranges[j].first);
        struct uid_range range = from_set ? set->ranges[i++] : other->ranges[j++];
        result = uidset_add_range(&both, range.first, range.last);
    }
    return take_result(set, &both, result);
}

int uidset_intersect(struct uidset *set, const struct uidset *other)
{
    struct uidset both;
    uidset_init(&both);
    int result = 0;
    for (size_t i = 0, j = 0; result == 0 && i < set->count && j < other->count;) {
        struct uid_range a = set->ranges[i], b = other->ranges[j];
        uint32_t first = a.first > b.first ? a.first : b.first;
        uint32_t last = a.last < b.last ? a.last : b.last;
        if (first <= last)
            result = uidset_add_range(&both, first, last);
        if (a.last <= b.last)
            i++;
        else
            j++;
    }
    return take_result(set, &both, result);
}

int uidset_subtract(struct uidset *set, const struct uidset *other)
{
    struct uidset left;
    uidset_init(&left);
    int result = 0;
    size_t j = 0;
    for (size_t i = 0; result == 0 && i < set->count; i++) {
        uint64_t first = set->ranges[i].first, last = set->ranges[i].last;
        for (; j < other->count && other->ranges[j].first <= last && result == 0; j++) {
            const struct uid_range *hole = &other->ranges[j];
            if (hole->first > first)
                result = uidset_add_range(&left, (uint32_t)first, hole->first - 1);
            if (hole->last >= first)
                first = (uint64_t)hole->last + 1;
            if (hole->last > last)
                break; /* it may go on in the next range */
        }
        if (result == 0 && first <= last)
            result = uidset_add_range(&left, (uint32_t)first, (uint32_t)last);
    }
    return take_result(set, &left, result);
}

bool uidset_contains(const struct uidset *set, uint32_t uid)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (uid < set->ranges[middle].first)
            high = middle;
        else if (uid > set->ranges[middle].last)
            low = middle + 1;
        else
            return true;
    }
    return false;
}

uint64_t uidset_size(const struct uidset *set)
{
    uint64_t size = 0;
    for (size_t i = 0; i < set->count; i++)
        size += (uint64_t)set->ranges[i].last - set->ranges[i].first + 1;
    return size;
}

int uidset_keep_places(struct uidset *set, uint64_t start, uint64_t end)
{
    struct uidset kept;
    uidset_init(&kept);
    int result = 0;
    uint64_t place = 0; /* of the range's first number */
    for (size_t i = 0; i < set->count && place < end && result == 0; i++) {
        uint64_t first = set->ranges[i].first, size = (uint64_t)set->ranges[i].last - first + 1;
        uint64_t skipped = start > place ? start - place : 0;
        uint64_t taken = end - place < size ? end - place : size;
        if (skipped < taken)
            result =
                uidset_add_range(&kept, (uint32_t)(first + skipped), (uint32_t)(first + taken - 1));
        place += size;
    }
    return take_result(set, &kept, result);
}

bool uidset_is_empty(const struct uidset *set)
{
    return set->count == 0;
}
