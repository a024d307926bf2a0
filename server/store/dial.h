/*
 * Connecting to PostgreSQL without blocking the loop. (Looking up a host name
 * still blocks: libpq resolves it; Unix sockets and hostaddr= do not.)
 */
#ifndef POSTROOM_STORE_DIAL_H
#define POSTROOM_STORE_DIAL_H

#include <libpq-fe.h>
#include <stdint.h>

#include "base/error.h"

struct dial;

enum { DIAL_TIMEOUT_MS = 10000 };

/* Calls done once, in the loop, never before dial_start has returned: with
 * the connection, which is the callee's then and is non-blocking, or with
 * NULL and a reason in one line. Then the dial has freed itself. `conninfo`
 * must live until then. */
int dial_start(const char *conninfo, const char *application,
               void (*done)(void *arg, PGconn *pg, const char *problem), void *arg,
               struct dial **out) MUST_CHECK;
/* Gives up; done is not called. */
void dial_cancel(struct dial **dial);

#endif
