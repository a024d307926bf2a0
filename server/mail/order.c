#include "order.h"

#include <stdlib.h>
#include <string.h>

#include "fiber/fiber.h"

struct order {
    int (*compare)(const void *arg, uint32_t a, uint32_t b);
    const void *arg;
};

/* Runs that are this short are sorted in place first. */
enum { RUN = 8 };

static void sort_run(const struct order *order, uint32_t *places, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint32_t place = places[i];
        size_t to = i;
        for (; to > 0 && order->compare(order->arg, places[to - 1], place) > 0; to--)
            places[to] = places[to - 1];
        places[to] = place;
    }
}

static void merge(const struct order *order, const uint32_t *from, size_t middle, size_t count,
                  uint32_t *to)
{
    size_t left = 0, right = middle;
    for (size_t i = 0; i < count; i++) {
        bool take_left = left < middle && (right == count || order->compare(order->arg, from[left],
                                                                            from[right]) <= 0);
        to[i] = from[take_left ? left++ : right++];
        fiber_breathe();
    }
}

int order_sort(uint32_t *places, size_t count,
               int (*compare)(const void *arg, uint32_t a, uint32_t b), const void *arg)
{
    const struct order order = {compare, arg};
    uint32_t *spare = malloc((count + 1) * sizeof *spare);
    if (!spare)
        return fail(ERR_NO_MEMORY, "no memory to sort %zu messages", count);
    for (size_t i = 0; i < count; i += RUN)
        sort_run(&order, places + i, count - i < RUN ? count - i : RUN);
    uint32_t *from = places, *to = spare;
    for (size_t width = RUN; width < count; width *= 2) {
        for (size_t i = 0; i < count; i += 2 * width) {
            size_t size = count - i < 2 * width ? count - i : 2 * width;
            merge(&order, from + i, size < width ? size : width, size, to + i);
        }
        uint32_t *sorted = to;
        to = from;
        from = sorted;
    }
    if (from != places)
        memcpy(places, from, count * sizeof *places);
    free(spare);
    return 0;
}
