#include "idle_heap.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

#include "fiber/loop.h"

struct idle_heap {
    struct timer *timer;
    uint32_t entered; /* since the last look */
};

static void look_through(void *arg)
{
    struct idle_heap *heap = arg;
    heap->entered = 0;
    (void)malloc_trim(0);
}

int idle_heap_new(struct idle_heap **out)
{
    struct idle_heap *heap = calloc(1, sizeof *heap);
    if (!heap)
        return fail(ERR_NO_MEMORY, "no memory for the IMAP service");
    int err = timer_new(look_through, heap, &heap->timer);
    if (err) {
        free(heap);
        return err;
    }
    *out = heap;
    return 0;
}

void idle_heap_free(struct idle_heap **heap)
{
    if (!*heap)
        return;
    timer_free(&(*heap)->timer);
    free(*heap);
    *heap = NULL;
}

void idle_heap_enter(struct idle_heap *heap)
{
    if (++heap->entered == IDLE_HEAP_SESSIONS)
        timer_set(heap->timer, IDLE_HEAP_DELAY_MS);
}
