#include "stack.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "fiber/fiber.h"
#include "sanitizer.h"

enum {
    SLAB_STACKS = 32,
    GUARDED_SLABS = 128, /* guard pages for the first 4,096 stacks */
    STACKS_KEPT_WARM = 64,
    STACK_PAGE_SIZE = 4096,
    CANARY_SIZE = 256
};

struct slab {
    struct slab *next;
    char *memory;
    struct stack stacks[SLAB_STACKS];
};

enum guard_mode { GUARD_FIRST_SLABS, GUARD_ALL, GUARD_NONE };

static struct slab *slabs;
static size_t slab_count;
static struct link free_stacks = {&free_stacks, &free_stacks};
static size_t free_count;
static enum guard_mode guard_mode;

static char *above_guard(const struct stack *stack)
{
    return stack->memory + (stack->guarded ? STACK_PAGE_SIZE : 0);
}

void *stack_low(const struct stack *stack)
{
    return above_guard(stack) + CANARY_SIZE;
}

size_t stack_size(const struct stack *stack)
{
    return (size_t)(stack->memory + FIBER_STACK_SIZE - (char *)stack_low(stack));
}

static void introduce_stack(struct stack *stack)
{
#ifdef POSTROOM_VALGRIND
    stack->valgrind_id =
        (unsigned)VALGRIND_STACK_REGISTER(stack->memory, stack->memory + FIBER_STACK_SIZE);
#else
    (void)stack;
#endif
}

static void dismiss_stack(const struct stack *stack)
{
#ifdef POSTROOM_VALGRIND
    VALGRIND_STACK_DEREGISTER(stack->valgrind_id);
#endif
    (void)stack;
}

static int slab_add(void)
{
    struct slab *slab = calloc(1, sizeof *slab);
    if (!slab)
        return fail(ERR_NO_MEMORY, "no memory for fiber stacks");
    size_t size = (size_t)SLAB_STACKS * FIBER_STACK_SIZE;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) {
        free(slab);
        return fail(ERR_NO_MEMORY, "no address space for fiber stacks");
    }
    /* Only saves memory: a kernel without huge pages refuses, and may. */
    (void)madvise(memory, size, MADV_NOHUGEPAGE);
#ifdef POSTROOM_ADDRESS_SANITIZER
    __lsan_register_root_region(memory, size);
#endif
    slab->memory = memory;
    slab->next = slabs;
    slabs = slab;
    for (size_t i = 0; i < SLAB_STACKS; i++) {
        struct stack *stack = &slab->stacks[i];
        stack->memory = memory + i * FIBER_STACK_SIZE;
        stack->guarded_by_default = slab_count < GUARDED_SLABS;
        introduce_stack(stack);
        list_add_tail(&free_stacks, &stack->free);
    }
    free_count += SLAB_STACKS;
    slab_count++;
    return 0;
}

/* A guard that the kernel refuses (too many mappings) is done without. */
static void apply_guard(struct stack *stack)
{
    bool wanted =
        guard_mode == GUARD_ALL || (guard_mode == GUARD_FIRST_SLABS && stack->guarded_by_default);
    if (wanted == stack->guarded)
        return;
    if (mprotect(stack->memory, STACK_PAGE_SIZE, wanted ? PROT_NONE : PROT_READ | PROT_WRITE) == 0)
        stack->guarded = wanted;
    /* What was ordinary stack until now is the canary's place. */
    (void)madvise(above_guard(stack), STACK_PAGE_SIZE, MADV_DONTNEED);
}

int stack_acquire(struct stack **out)
{
    if (list_empty(&free_stacks)) {
        int rc = slab_add();
        if (rc < 0)
            return rc;
    }
    struct stack *stack = CONTAINER_OF(free_stacks.next, struct stack, free);
    link_remove(&stack->free);
    free_count--;
    apply_guard(stack);
    *out = stack;
    return 0;
}

/* The last one used is the next one taken: its pages are warm. */
void stack_release(struct stack *stack)
{
#ifdef POSTROOM_ADDRESS_SANITIZER
    /* Frames that were left and not returned from are still poisoned. */
    ASAN_UNPOISON_MEMORY_REGION(stack_low(stack), stack_size(stack));
#endif
    if (free_count >= STACKS_KEPT_WARM)
        (void)madvise(stack->memory, FIBER_STACK_SIZE, MADV_DONTNEED);
    list_add_tail(free_stacks.next, &stack->free);
    free_count++;
}

bool stack_is_intact(const struct stack *stack)
{
    const uint64_t *canary = (const uint64_t *)above_guard(stack);
    uint64_t changed = 0;
    for (size_t i = 0; i < CANARY_SIZE / sizeof *canary; i++)
        changed |= canary[i];
    return changed == 0;
}

void stack_trim(const struct stack *stack, const void *address)
{
    char *low = above_guard(stack);
    size_t unused = (size_t)((const char *)address - low) / STACK_PAGE_SIZE * STACK_PAGE_SIZE;
    if (unused > 0)
        (void)madvise(low, unused, MADV_DONTNEED);
}

void stack_set_guard(bool on)
{
    guard_mode = on ? GUARD_ALL : GUARD_NONE;
}

static void slab_free(struct slab *slab)
{
    size_t size = (size_t)SLAB_STACKS * FIBER_STACK_SIZE;
    for (size_t i = 0; i < SLAB_STACKS; i++)
        dismiss_stack(&slab->stacks[i]);
#ifdef POSTROOM_ADDRESS_SANITIZER
    __lsan_unregister_root_region(slab->memory, size);
#endif
    (void)munmap(slab->memory, size);
    free(slab);
}

void stack_free_slabs(void)
{
    while (slabs) {
        struct slab *slab = slabs;
        slabs = slab->next;
        slab_free(slab);
    }
    link_init(&free_stacks);
    free_count = 0;
    slab_count = 0;
}
