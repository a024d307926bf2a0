/*
 * Fibers: small stackful coroutines on one thread, so that a command reads
 * from top to bottom while it waits for PostgreSQL or a slow client.
 *
 * A fiber runs until it parks; then the loop runs other fibers and events.
 * There is no preemption and so no locking: between two parks nothing else
 * happens. Whoever parks must expect to be woken early and check its
 * condition in a loop (wait.h does).
 *
 * Stacks come from a slab (FIBER_STACK_SIZE each, guard page by setting, a
 * canary always). ASan and Valgrind know of the switches.
 */
#ifndef POSTROOM_FIBER_FIBER_H
#define POSTROOM_FIBER_FIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fiber;

enum {
    FIBER_STACK_SIZE = 128 * 1024 /* address space; only touched pages cost memory */
};

/* Starts main(arg) in a new fiber at the loop's next turn. The fiber frees
 * itself when main returns. name must outlive it (a literal). out may be
 * NULL. -ERR_NO_MEMORY. */
int fiber_spawn(const char *name, void (*main)(void *arg), void *arg,
                struct fiber **out) MUST_CHECK;

/* The running fiber; NULL in the loop itself. */
struct fiber *fiber_current(void);

/* Sleeps until somebody calls fiber_wake(). Only in a fiber. */
void fiber_park(void);

/* Makes a parked fiber run at the loop's next turn; may be called from
 * fibers and loop callbacks; waking a runnable fiber again does nothing. */
void fiber_wake(struct fiber *fiber);

/* Lets everybody else run once, then goes on. */
void fiber_yield(void);

/* Lets those run who are ready now, then goes on, before the loop looks at I/O
 * if it can: to gather what they ask for in this turn. */
void fiber_let_others_ask(void);

/* For loops over many messages: yields when this fiber has run for more than
 * FIBER_SLICE_MS, else returns at once (cheap: looks at the clock only every
 * few dozen calls). Outside a fiber it does nothing. */
void fiber_breathe(void);
enum { FIBER_SLICE_MS = 3 };

/* Parks for at least `ms`. */
void fiber_sleep(uint32_t ms);

/* Gives the unused part of this fiber's stack back to the system. Before a
 * long wait (IDLE, after the handshake), not at every park. */
void fiber_trim(void);

/* How many fibers exist. */
size_t fiber_count(void);

/* Guard pages between stacks from now on (default off above a few thousand
 * fibers because of vm.max_map_count; tests turn it on). */
void fiber_set_guard(bool on);

#endif
