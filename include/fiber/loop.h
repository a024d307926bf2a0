/*
 * The event loop of the process (libuv): file descriptors, timers, signals
 * and the thread pool. One loop a process. Callbacks run in the loop, not in
 * a fiber: they must not park. No libuv type leaves the module.
 */
#ifndef POSTROOM_FIBER_LOOP_H
#define POSTROOM_FIBER_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/list.h"

int loop_init(void) MUST_CHECK;
/* Runs until loop_stop() and returns. */
void loop_run(void);
void loop_stop(void);
/* Frees the loop; every watch, timer and signal must have been freed. */
void loop_close(void);

/* For the child of a fork() made while a loop exists (fork outside of
 * loop_run): cuts the child's loop off from the parent's. Then the child frees
 * the watches, timers and signals it inherited, and may loop_close() and begin
 * anew. -ERR_IO. */
int loop_after_fork(void) MUST_CHECK;

/* Runs main(arg) as the first fiber, returns when it has returned and the
 * loop was stopped by that: how postroomctl and tests use the fiber world.
 * Fibers that it woke last have their turn before that; those that are parked
 * are dropped. loop_init and loop_close included. */
int loop_run_main(void (*main)(void *arg), void *arg) MUST_CHECK;

/* Watching a file descriptor. The mask is cached: setting the mask it
 * already has costs nothing. */
enum { WATCH_READ = 1, WATCH_WRITE = 2 };
struct watch;
int watch_new(int fd, void (*ready)(void *arg, int events), void *arg,
              struct watch **out) MUST_CHECK;
/* events: WATCH_ bits; 0 stops polling. */
void watch_set(struct watch *watch, int events);
/* Stops and frees; no callback comes after this. Does not close fd, and must
 * come before fd is closed. Allowed in the watch's own callback. */
void watch_free(struct watch **watch);

/* A timer. Fires once after `ms`; set again to repeat. */
struct timer;
int timer_new(void (*fire)(void *arg), void *arg, struct timer **out) MUST_CHECK;
void timer_set(struct timer *timer, uint64_t ms);
void timer_stop(struct timer *timer);
void timer_free(struct timer **timer);

/* A UNIX signal as an event. */
struct signal_watch;
int signal_watch_new(int signum, void (*fire)(void *arg, int signum), void *arg,
                     struct signal_watch **out) MUST_CHECK;
void signal_watch_free(struct signal_watch **watch);

/* What is to be done once all fibers that are ready have run, before the loop
 * looks at I/O again: what several of them have gathered leaves together.
 * Lives in its owner. run() must not park; it may wake fibers. */
struct turn_end {
    struct link link;
    void (*run)(void *arg);
    void *arg;
};
void turn_end_init(struct turn_end *end, void (*run)(void *arg), void *arg);
/* Once for this turn, however often it is asked for. */
void turn_end_request(struct turn_end *end);
void turn_end_cancel(struct turn_end *end);
/* Counts the turns: what was requested under one number has not run under it. */
uint64_t loop_turn(void);

/* Runs work(arg) on the thread pool while the running fiber is parked. work
 * must touch nothing but arg and must not call fail(). */
void offload(void (*work)(void *arg), void *arg);

#endif
