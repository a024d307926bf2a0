/*
 * The switch between two stacks: makecontext() once, to get onto a fresh
 * stack, sigsetjmp()/siglongjmp() from then on (no system call). The only
 * place that knows how a stack is left and entered, and that tells
 * AddressSanitizer about it. Owns nothing: stacks belong to stack.h.
 */
#ifndef POSTROOM_FIBER_CONTEXT_H
#define POSTROOM_FIBER_CONTEXT_H

#include <setjmp.h>
#include <stddef.h>

struct context {
    sigjmp_buf jump;
    void (*entry)(void); /* NULL once it has been entered */
    const void *stack;   /* lowest octet */
    size_t stack_size;
    void *fake_stack; /* AddressSanitizer's */
};

/* A context that begins in entry() on the given stack; entry must never
 * return. The context of the stack one is on already needs no init but zero. */
void context_init(struct context *context, void *stack, size_t size, void (*entry)(void));

/* Saves where we are in `from` and goes on in `to`. Returns when somebody
 * switches to `from`. */
void context_switch(struct context *from, struct context *to);

/* Goes on in `to` for good: the stack of `from` may be given back there. */
_Noreturn void context_leave(struct context *from, struct context *to);

#endif
