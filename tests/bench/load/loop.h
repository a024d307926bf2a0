/*
 * What the load generator waits with: epoll, one process, no threads. The
 * owner of a watch keeps it alive while it is added.
 */
#ifndef POSTROOM_BENCH_LOOP_H
#define POSTROOM_BENCH_LOOP_H

#include <stdint.h>
#include <sys/epoll.h>

struct watch {
    int fd;
    void (*ready)(struct watch *watch, uint32_t events);
};

/* All of these end the program when the kernel refuses. */
void loop_open(void);
void loop_add(struct watch *watch, uint32_t events);
void loop_change(struct watch *watch, uint32_t events);
void loop_remove(struct watch *watch);
/* Runs what is ready; waits for it up to that long, −1: without end. */
void loop_turn(int timeout_ms);
/* Runs what is ready for that long. */
void loop_wait(int64_t milliseconds);

#endif
