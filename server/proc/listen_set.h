/*
 * The listening sockets of all workers, bound once by the master.
 */
#ifndef POSTROOM_PROC_LISTEN_SET_H
#define POSTROOM_PROC_LISTEN_SET_H

#include "proc/config.h"

enum listen_service {
    LISTEN_IMAP,
    LISTEN_IMAPS,
    LISTEN_LMTP,
    LISTEN_MANAGESIEVE,
    LISTEN_MANAGESIEVES
};

struct listen_socket {
    const char *address;
    enum listen_service service;
    int *fds; /* one a worker; for Unix sockets all the same one */
};

struct listen_set {
    struct listen_socket *sockets;
    size_t count;
    unsigned workers;
};

/* The config's strings must live as long as the set. -ERR_IO names the address. */
int listen_set_bind(const struct config *config, unsigned workers,
                    struct listen_set *out) MUST_CHECK;
void listen_set_close(struct listen_set *set);

#endif
