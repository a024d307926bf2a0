/* A fortified longjmp() takes a jump to a higher stack for an error. */
#undef _FORTIFY_SOURCE

#include "context.h"

#include <stdlib.h>
#include <ucontext.h>

#include "sanitizer.h"

/* Who left last and who is being entered: the arriving side, which has no
 * other way to know, reads them. One thread, so two variables will do. */
static struct context *left;
static struct context *entered;

void context_init(struct context *context, void *stack, size_t size, void (*entry)(void))
{
    *context = (struct context){.entry = entry, .stack = stack, .stack_size = size};
}

static void announce_departure(struct context *from, struct context *to, void **fake_stack)
{
    left = from;
    entered = to;
#ifdef POSTROOM_ADDRESS_SANITIZER
    __sanitizer_start_switch_fiber(fake_stack, to->stack, to->stack_size);
#else
    (void)fake_stack;
#endif
}

static void announce_arrival(void)
{
#ifdef POSTROOM_ADDRESS_SANITIZER
    /* This is also how the bounds of the process's own stack become known. */
    __sanitizer_finish_switch_fiber(entered->fake_stack, &left->stack, &left->stack_size);
#endif
}

static void begin(void)
{
    void (*entry)(void) = entered->entry;
    entered->entry = NULL;
    announce_arrival();
    entry();
    abort();
}

_Noreturn static void enter(struct context *to)
{
    if (!to->entry)
        siglongjmp(to->jump, 1);
    /* Static, because nobody ever returns from this frame: AddressSanitizer
     * would go on guarding a local one. */
    static ucontext_t fresh;
    if (getcontext(&fresh) != 0)
        abort();
    fresh.uc_stack.ss_sp = (void *)to->stack;
    fresh.uc_stack.ss_size = to->stack_size;
    fresh.uc_link = NULL;
    makecontext(&fresh, begin, 0);
    setcontext(&fresh);
    abort();
}

void context_switch(struct context *from, struct context *to)
{
    if (sigsetjmp(from->jump, 0) == 0) {
        announce_departure(from, to, &from->fake_stack);
        enter(to);
    }
    announce_arrival();
}

_Noreturn void context_leave(struct context *from, struct context *to)
{
    announce_departure(from, to, NULL);
    enter(to);
}
