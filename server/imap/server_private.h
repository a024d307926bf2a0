/*
 * The server object itself, for the sessions of this layer.
 */
#ifndef POSTROOM_IMAP_SERVER_PRIVATE_H
#define POSTROOM_IMAP_SERVER_PRIVATE_H

#include "base/list.h"
#include "fiber/wait.h"
#include "imap/server.h"

struct update_cache;
struct session;
struct throttle;

struct imap_server {
    struct mail *mail;
    struct imap_settings settings;
    struct imap_hooks hooks;
    struct link sessions; /* struct session.link */
    size_t session_count;
    uint64_t next_session;
    bool stopping;
    struct wait_queue gone;       /* woken when the last session ends */
    struct update_cache *updates; /* update_cache.c */
    struct throttle *throttle;    /* throttle.c */
};

/* A session has ended: takes it out of the list. */
void imap_server_forget(struct imap_server *server, struct session *session);

#endif
