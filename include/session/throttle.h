/*
 * Failed logins: counted per remote address (of IPv6 per network of 64 bits), each answered later
 * than the one before. Old failures are forgotten. One for all services of all workers, in memory
 * that they share: made by the master before it forks, so that who comes to another worker begins
 * nowhere anew.
 *
 * Lock-free and approximate at the edges: of failures at the very same instant, the first after
 * a long time may be forgotten.
 */
#ifndef POSTROOM_SESSION_THROTTLE_H
#define POSTROOM_SESSION_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct throttle;

int throttle_new(struct throttle **out) MUST_CHECK;
void throttle_free(struct throttle **throttle);
/* Counts a failure from this address; how long to wait before answering:
 * `first_ms`, doubled for each further failure within THROTTLE_MEMORY_MS, at
 * most `max_ms`. */
uint32_t throttle_failed(struct throttle *throttle, const char *remote, uint32_t first_ms,
                         uint32_t max_ms);
/* A success from there. */
void throttle_succeeded(struct throttle *throttle, const char *remote);

enum { THROTTLE_MEMORY_MS = 10 * 60 * 1000, THROTTLE_ADDRESSES = 4096 };

/* Parks so long, or until somebody has set *stopping. */
void throttle_wait(uint32_t delay_ms, const bool *stopping);

#endif
