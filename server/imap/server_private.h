/*
 * The server object itself, for the sessions of this layer.
 */
#ifndef POSTROOM_IMAP_SERVER_PRIVATE_H
#define POSTROOM_IMAP_SERVER_PRIVATE_H

#include "base/list.h"
#include "base/map.h"
#include "fiber/wait.h"
#include "imap/server.h"
#include "session/eviction.h"

struct idle_heap;
struct update_cache;
struct session;

struct imap_server {
    struct mail *mail;
    struct imap_settings settings;
    struct imap_hooks hooks;
    struct link sessions; /* struct session.link */
    size_t session_count;
    uint64_t next_session;
    bool stopping;
    struct map audiences;     /* mailbox_id → struct audience (audience.c) */
    size_t audiences_telling; /* whose fibers live */
    struct evictor evictor;
    struct wait_queue gone;       /* woken when the last session or such a fiber ends */
    struct update_cache *updates; /* update_cache.c */
    struct idle_heap *idle_heap;  /* idle_heap.c */
};

/* A session has ended: takes it out of the list. */
void imap_server_forget(struct imap_server *server, struct session *session);

#endif
