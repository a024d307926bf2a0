/*
 * The server object itself, for the sessions of this layer.
 */
#ifndef POSTROOM_IMAP_SERVER_PRIVATE_H
#define POSTROOM_IMAP_SERVER_PRIVATE_H

#include "base/map.h"
#include "imap/server.h"
#include "progress.h"

struct idle_heap;
struct update_cache;

struct imap_server {
    struct mail *mail;
    struct imap_settings settings;
    struct roster roster; /* of struct session.seat; errands: audiences that tell */
    uint64_t next_session;
    struct progress_list progress; /* progress.c */
    struct map audiences;          /* mailbox_id → struct audience (audience.c) */
    struct update_cache *updates;  /* update_cache.c */
    struct idle_heap *idle_heap;   /* idle_heap.c */
};

#endif
