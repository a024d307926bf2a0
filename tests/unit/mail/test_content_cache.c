#include "content_cache.h"

#include <string.h>

#include "support/check.h"

enum { HEADER = 1, ENVELOPE = 2 };

static char text[4096];

static void add(struct content_cache *cache, uint64_t max, int64_t message_id, size_t len)
{
    memset(text, (int)('a' + message_id % 26), sizeof text);
    content_cache_add(cache, max, message_id, HEADER, slice_of(text, len));
}

static bool has(struct content_cache *cache, int64_t message_id)
{
    struct content_piece *piece = content_cache_find(cache, message_id, HEADER);
    if (piece)
        content_piece_release(piece);
    return piece;
}

static void end(struct content_cache *cache)
{
    content_cache_shrink(cache, 0);
    CHECK_U64(cache->octets, 0);
    CHECK_U64(cache->pieces.count, 0);
}

void test_content_cache_finds_by_message_and_kind(void)
{
    struct content_cache cache;
    content_cache_init(&cache);
    content_cache_add(&cache, 1 << 20, 1, HEADER, SLICE("header"));
    content_cache_add(&cache, 1 << 20, 1, ENVELOPE, SLICE("envelope"));
    content_cache_add(&cache, 1 << 20, 2, ENVELOPE, SLICE_EMPTY);
    CHECK(!has(&cache, 2));
    struct content_piece *piece = content_cache_find(&cache, 1, ENVELOPE);
    struct content_piece *empty = content_cache_find(&cache, 2, ENVELOPE);
    if (!CHECK(piece && empty))
        return;
    CHECK_SLICE(content_piece_octets(piece), "envelope");
    CHECK_SLICE(content_piece_octets(empty), "");
    content_piece_release(empty);
    end(&cache);
    CHECK_SLICE(content_piece_octets(piece), "envelope"); /* held */
    content_piece_release(piece);
}

void test_content_cache_keeps_to_its_size(void)
{
    struct content_cache cache;
    content_cache_init(&cache);
    for (int64_t id = 1; id <= 1000; id++) {
        add(&cache, 100 * 1024, id, 1000);
        CHECK(cache.octets <= 100 * 1024);
    }
    CHECK(cache.octets > 98 * 1024);
    CHECK(has(&cache, 1000));
    CHECK(!has(&cache, 1));
    add(&cache, 100 * 1024, 2000, 4096);
    CHECK(has(&cache, 2000));
    content_cache_shrink(&cache, 40 * 1024);
    add(&cache, 40 * 1024, 2001, 4096); /* more than its share */
    CHECK(!has(&cache, 2001));
    CHECK(cache.octets <= 40 * 1024);
    end(&cache);
}

void test_content_cache_keeps_what_is_used(void)
{
    struct content_cache cache;
    content_cache_init(&cache);
    add(&cache, 100 * 1024, 1, 1000);
    add(&cache, 100 * 1024, 2, 1000);
    for (int64_t id = 3; id <= 500; id++) {
        CHECK(has(&cache, 1));
        add(&cache, 100 * 1024, id, 1000);
    }
    CHECK(has(&cache, 1));
    CHECK(!has(&cache, 2));
    end(&cache);
}

void test_content_cache_forgets_with_a_new_session(void)
{
    struct content_cache cache;
    content_cache_init(&cache);
    content_cache_follow(&cache, 1);
    add(&cache, 1 << 20, 1, 10);
    content_cache_follow(&cache, 1);
    CHECK(has(&cache, 1));
    content_cache_follow(&cache, 2);
    CHECK(!has(&cache, 1));
    end(&cache);
}

void test_content_cache_of_no_size_keeps_nothing(void)
{
    struct content_cache cache;
    content_cache_init(&cache);
    add(&cache, 0, 1, 0);
    CHECK(!has(&cache, 1));
    end(&cache);
}
