#include "model/search_return.h"

uint64_t partial_range_size(const struct partial_range *range)
{
    uint64_t first = range->first, last = range->last;
    return (first < last ? last - first : first - last) + 1;
}

void partial_range_find(const struct partial_range *range, size_t count, size_t *start_out,
                        size_t *end_out)
{
    size_t low = range->first < range->last ? range->first : range->last;
    size_t high = range->first < range->last ? range->last : range->first;
    if (low > count) {
        *start_out = *end_out = 0;
        return;
    }
    if (high > count)
        high = count;
    *start_out = range->from_end ? count - high : low - 1;
    *end_out = range->from_end ? count - low + 1 : high;
}

bool search_return_tells(const struct search_return *wanted)
{
    return wanted->minimum || wanted->maximum || wanted->all || wanted->count ||
           wanted->partial.given;
}

bool search_return_means_all(const struct search_return *wanted)
{
    bool tells_some = wanted->minimum || wanted->maximum || wanted->partial.given;
    return wanted->all || wanted->count || !tells_some;
}
