#include "content_cache.h"

#include <stdlib.h>
#include <string.h>

#include "store/messages.h"

enum {
    PIECE_SURROUNDINGS = 64, /* its place in the map, what malloc adds */
    LARGEST_SHARE = 16       /* a piece may take the sixteenth part of the cache */
};

static uint64_t piece_key(int64_t message_id, unsigned kind)
{
    _Static_assert(MESSAGE_PREVIEW < 1 << 8, "MESSAGE_ bits are no chunk's kind");
    return (uint64_t)message_id << CONTENT_KIND_BITS | kind;
}

static uint64_t piece_cost(size_t len)
{
    return sizeof(struct content_piece) + PIECE_SURROUNDINGS + len;
}

void content_cache_init(struct content_cache *cache)
{
    *cache = (struct content_cache){0};
    map_init(&cache->pieces);
    link_init(&cache->oldest);
    wait_queue_init(&cache->reading_ended);
}

void content_piece_release(struct content_piece *piece)
{
    if (--piece->refs == 0)
        free(piece);
}

static void drop(struct content_cache *cache, struct content_piece *piece)
{
    map_remove(&cache->pieces, piece->key);
    link_remove(&piece->link);
    cache->octets -= piece_cost(piece->len);
    content_piece_release(piece);
}

void content_cache_shrink(struct content_cache *cache, uint64_t max)
{
    while (cache->octets > max) {
        struct content_piece *piece = CONTAINER_OF(cache->oldest.next, struct content_piece, link);
        if (piece->used && max > 0) {
            piece->used = false;
            link_remove(&piece->link);
            list_add_tail(&cache->oldest, &piece->link);
        } else {
            drop(cache, piece);
        }
    }
    if (cache->octets == 0)
        map_clear(&cache->pieces);
}

void content_cache_follow(struct content_cache *cache, uint64_t generation)
{
    if (cache->generation != generation)
        content_cache_shrink(cache, 0);
    cache->generation = generation;
}

struct content_piece *content_cache_find(struct content_cache *cache, int64_t message_id,
                                         unsigned kind)
{
    struct content_piece *piece = map_get(&cache->pieces, piece_key(message_id, kind));
    if (!piece || message_id >= CONTENT_CACHE_IDS)
        return NULL;
    piece->used = true;
    piece->refs++;
    return piece;
}

void content_cache_add(struct content_cache *cache, uint64_t max, int64_t message_id, unsigned kind,
                       struct slice octets)
{
    uint64_t key = piece_key(message_id, kind);
    if (piece_cost(octets.len) > max / LARGEST_SHARE || message_id >= CONTENT_CACHE_IDS ||
        map_get(&cache->pieces, key))
        return;
    struct content_piece *piece = malloc(sizeof *piece + octets.len);
    if (!piece)
        return;
    *piece = (struct content_piece){.key = key, .refs = 1, .len = octets.len};
    memcpy(piece->data, octets.data, octets.len);
    if (map_put(&cache->pieces, key, piece) != 0) {
        free(piece);
        return;
    }
    list_add_tail(&cache->oldest, &piece->link);
    cache->octets += piece_cost(octets.len);
    content_cache_shrink(cache, max);
}
