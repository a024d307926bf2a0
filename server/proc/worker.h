/*
 * A worker: one process, one loop, thousands of sessions.
 */
#ifndef POSTROOM_PROC_WORKER_H
#define POSTROOM_PROC_WORKER_H

#include <signal.h>

#include "connection_table.h"
#include "listen_set.h"
#include "proc/config.h"
#include "session/throttle.h"

struct worker_start {
    const struct config *config;
    struct listen_set *sockets; /* closed when the worker stops */
    struct connection_table *connections;
    struct throttle *throttle; /* of failed logins, whatever the service */
    unsigned number;           /* from 0 */
    const sigset_t *signals; /* the mask to have; what is blocked until the worker listens waits */
};

/* Exit codes that tell the master not to try again. */
enum { WORKER_EXIT_OK = 0, WORKER_EXIT_FAILED = 1, WORKER_EXIT_CONFIGURATION = 78 };

/* Runs until SIGTERM; the process's exit code. */
int worker_run(const struct worker_start *start);

#endif
