/*
 * Pieces of messages that were read lately: new mail in a shared mailbox is
 * asked for by everybody at once, and what a client reads again is often what
 * it has read before. Content never changes and ids are not given twice, so a
 * piece is right or absent; who may see it is not asked here.
 *
 * Bounded in octets. The oldest pieces go first, but one that was used since
 * it came stays for another round. A new session of PostgreSQL (it may be a
 * copy that lost something and gives ids again) empties it.
 */
#ifndef POSTROOM_MAIL_CONTENT_CACHE_H
#define POSTROOM_MAIL_CONTENT_CACHE_H

#include <stdint.h>

#include "base/list.h"
#include "base/map.h"
#include "base/slice.h"
#include "fiber/wait.h"

struct content_cache {
    struct map pieces;   /* by message and kind; ids beyond CONTENT_CACHE_IDS are not kept */
    struct link oldest;  /* all of them, in the order they came */
    uint64_t octets;     /* of all pieces, with what surrounds them */
    uint64_t generation; /* of the database's session that they came from */
    size_t readings;     /* fibers that are going to add to it (content_request.c) */
    struct wait_queue reading_ended;
};

/* A piece is immutable; it stays while somebody holds it, in the cache or not. */
struct content_piece {
    struct link link;
    uint64_t key;
    uint32_t refs;
    bool used;
    size_t len;
    char data[];
};

enum {
    CONTENT_KIND_BITS = 24,
    CONTENT_CHUNKS_MAX = 1 << 15 /* of one message: 8 GB */
};
#define CONTENT_CACHE_IDS (INT64_C(1) << (64 - CONTENT_KIND_BITS))

/* The kind that chunk `n` of a message is; n < CONTENT_CHUNKS_MAX. */
static inline unsigned content_chunk(uint32_t n)
{
    return (n + 1) << 8;
}

void content_cache_init(struct content_cache *cache);
/* Makes it fit `max` octets. */
void content_cache_shrink(struct content_cache *cache, uint64_t max);
/* Empties it when `generation` is another one than before. */
void content_cache_follow(struct content_cache *cache, uint64_t generation);

/* `kind` is one MESSAGE_ bit or a content_chunk(). Held for the caller; NULL: not there. */
struct content_piece *content_cache_find(struct content_cache *cache, int64_t message_id,
                                         unsigned kind);
/* Copies the octets in. Out of memory, or too large for `max`: it is just not kept. */
void content_cache_add(struct content_cache *cache, uint64_t max, int64_t message_id, unsigned kind,
                       struct slice octets);
void content_piece_release(struct content_piece *piece);

static inline struct slice content_piece_octets(const struct content_piece *piece)
{
    return slice_of(piece->data, piece->len);
}

#endif
