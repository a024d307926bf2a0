/*
 * Rendered news, shared: when a message comes into a mailbox in which a
 * thousand sessions idle, its lines are rendered once. A state of a mailbox
 * is known by its modseq, and where the lines show \Seen per user by the user
 * too, so no picture has to be kept alive.
 */
#ifndef POSTROOM_IMAP_UPDATE_CACHE_H
#define POSTROOM_IMAP_UPDATE_CACHE_H

#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"

struct update_cache;

struct update_key {
    int64_t mailbox_id;
    int64_t user_id;  /* 0: all users are told the same */
    unsigned enabled; /* ENABLED_ bits of the sessions */
    uint64_t from;    /* modseqs */
    uint64_t to;
};

enum { UPDATE_CACHE_ENTRIES = 64, UPDATE_CACHE_TEXT_MAX = 16 * 1024 };

struct update_text {
    struct slice lines;
    unsigned says; /* UPDATE_SAYS_ bits (update_render.h) */
};

int update_cache_new(struct update_cache **out) MUST_CHECK;
void update_cache_free(struct update_cache **cache);
/* NULL when it is not there; valid until the next put. */
const struct update_text *update_cache_find(const struct update_cache *cache,
                                            const struct update_key *key);
/* Keeps a copy of up to UPDATE_CACHE_TEXT_MAX octets; longer text is not kept. */
void update_cache_put(struct update_cache *cache, const struct update_key *key,
                      const struct update_text *text);

#endif
