#include "update_cache.h"

#include <stdlib.h>
#include <string.h>

#include "support/check.h"

static struct update_key key_to(uint64_t to)
{
    return (struct update_key){.mailbox_id = 1, .user_id = 2, .from = 10, .to = to};
}

static void put(struct update_cache *cache, const struct update_key *key, struct slice lines)
{
    const struct update_text text = {lines, 1};
    update_cache_put(cache, key, &text);
}

void test_update_cache_finds_what_was_put(void)
{
    struct update_cache *cache;
    CHECK_OK(update_cache_new(&cache));
    struct update_key key = key_to(11);
    CHECK(update_cache_find(cache, &key) == NULL);
    put(cache, &key, SLICE("* 1 EXISTS\r\n"));
    CHECK_SLICE(update_cache_find(cache, &key)->lines, "* 1 EXISTS\r\n");
    CHECK_INT(update_cache_find(cache, &key)->says, 1);
    update_cache_free(&cache);
    CHECK(cache == NULL);
}

void test_update_cache_tells_users_mailboxes_and_states_apart(void)
{
    struct update_cache *cache;
    CHECK_OK(update_cache_new(&cache));
    struct update_key key = key_to(11);
    put(cache, &key, SLICE("* 1 EXISTS\r\n"));
    struct update_key others[] = {key, key, key, key};
    others[0].mailbox_id++;
    others[1].user_id++;
    others[2].from++;
    others[3].to++;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        CHECK(update_cache_find(cache, &others[i]) == NULL);
    update_cache_free(&cache);
}

void test_update_cache_remembers_that_there_was_nothing_to_say(void)
{
    struct update_cache *cache;
    CHECK_OK(update_cache_new(&cache));
    struct update_key key = key_to(11);
    put(cache, &key, SLICE_EMPTY);
    CHECK(update_cache_find(cache, &key) != NULL);
    CHECK_SLICE(update_cache_find(cache, &key)->lines, "");
    update_cache_free(&cache);
}

void test_update_cache_forgets_the_oldest(void)
{
    struct update_cache *cache;
    CHECK_OK(update_cache_new(&cache));
    for (uint64_t to = 0; to <= UPDATE_CACHE_ENTRIES; to++) {
        struct update_key key = key_to(to);
        put(cache, &key, SLICE("x"));
    }
    struct update_key first = key_to(0), second = key_to(1);
    CHECK(update_cache_find(cache, &first) == NULL);
    CHECK_SLICE(update_cache_find(cache, &second)->lines, "x");
    update_cache_free(&cache);
}

void test_update_cache_keeps_no_long_text(void)
{
    struct update_cache *cache;
    CHECK_OK(update_cache_new(&cache));
    struct update_key key = key_to(11);
    char *text = malloc(UPDATE_CACHE_TEXT_MAX + 1);
    memset(text, 'x', UPDATE_CACHE_TEXT_MAX + 1);
    put(cache, &key, slice_of(text, UPDATE_CACHE_TEXT_MAX + 1));
    CHECK(update_cache_find(cache, &key) == NULL);
    put(cache, &key, slice_of(text, UPDATE_CACHE_TEXT_MAX));
    CHECK_U64(update_cache_find(cache, &key)->lines.len, UPDATE_CACHE_TEXT_MAX);
    free(text);
    update_cache_free(&cache);
}
