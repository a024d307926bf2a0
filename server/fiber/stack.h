/*
 * Stacks for fibers, from slabs of 32: address space is taken a slab at a
 * time and never in huge pages, so a stack costs what it has touched.
 *
 * The lowest octets of each stack are the canary: nobody ever writes them, so
 * they cost no page, and whoever finds them changed knows of an overflow.
 * Stacks of the first slabs also have a guard page; not all, because each one
 * splits a mapping and vm.max_map_count ends that near 32,000.
 */
#ifndef POSTROOM_FIBER_STACK_H
#define POSTROOM_FIBER_STACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/list.h"

struct stack {
    struct link free;
    char *memory; /* FIBER_STACK_SIZE octets, guard page included */
    bool guarded;
    bool guarded_by_default;
    unsigned valgrind_id;
};

/* The part that code may run on, above guard page and canary. */
void *stack_low(const struct stack *stack);
size_t stack_size(const struct stack *stack);

/* -ERR_NO_MEMORY. */
int stack_acquire(struct stack **out) MUST_CHECK;
void stack_release(struct stack *stack);

/* False after an overflow. */
bool stack_is_intact(const struct stack *stack);

/* Gives all whole pages below `address`, which is on the stack, back to the system. */
void stack_trim(const struct stack *stack, const void *address);

/* Guard pages for stacks acquired from now on. */
void stack_set_guard(bool on);

/* Unmaps all slabs; no stack may be in use. */
void stack_free_slabs(void);

#endif
