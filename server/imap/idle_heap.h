/*
 * The heap of a worker in which many sessions have gone to sleep. What they
 * used until then (replies, arenas, TLS records) leaves holes between what
 * they keep; once a while whole free pages go back to the system.
 */
#ifndef POSTROOM_IMAP_IDLE_HEAP_H
#define POSTROOM_IMAP_IDLE_HEAP_H

#include "base/error.h"

struct idle_heap;

enum { IDLE_HEAP_SESSIONS = 64, IDLE_HEAP_DELAY_MS = 1000 };

int idle_heap_new(struct idle_heap **out) MUST_CHECK;
void idle_heap_free(struct idle_heap **heap);
/* One more session goes to sleep. After IDLE_HEAP_SESSIONS of them the heap is looked
 * through, IDLE_HEAP_DELAY_MS later. */
void idle_heap_enter(struct idle_heap *heap);

#endif
