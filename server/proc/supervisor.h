/*
 * Whoever has started the server and watches over it: systemd, or what speaks its protocol
 * (sd_notify(3): a datagram of NAME=VALUE lines to the socket in $NOTIFY_SOCKET). It is told when
 * the server is ready, when it reads its configuration again, when it stops, and that it lives.
 * Without one, nothing is sent. The master's.
 */
#ifndef POSTROOM_PROC_SUPERVISOR_H
#define POSTROOM_PROC_SUPERVISOR_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/error.h"

struct supervisor {
    int descriptor; /* -1: there is none */
    struct sockaddr_un address;
    socklen_t address_size;
    int64_t interval_ms; /* between signs of life; 0: nobody waits for them */
    int64_t due_at;      /* clock_monotonic_ms, of the next */
};

/* Takes what is about it out of the environment, so that nobody we start believes to be us.
 * After a failure there is none. -ERR_INVALID: the socket is of another kind; -ERR_IO. */
int supervisor_open(struct supervisor *supervisor) MUST_CHECK;
void supervisor_close(struct supervisor *supervisor);

/* What has changed ("READY=1", or NULL) and how things are, for people. Nothing waits for it, and
 * nothing is done when it is lost. */
void supervisor_tell(const struct supervisor *supervisor, const char *news, const char *status, ...)
    PRINTF_LIKE(3, 4);
/* That the configuration is being read again: READY=1 has to follow. */
void supervisor_tell_reloading(const struct supervisor *supervisor);
/* A sign of life if one is due. When the next one is; INT64_MAX: never. */
int64_t supervisor_tell_alive(struct supervisor *supervisor, int64_t now_ms);

#endif
