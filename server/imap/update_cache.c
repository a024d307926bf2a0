#include "update_cache.h"

#include <stdlib.h>

#include "base/buffer.h"

struct update_entry {
    struct update_key key; /* all 0: the entry is empty */
    struct update_text text;
    struct buffer lines; /* where those of text are */
};

struct update_cache {
    struct update_entry entries[UPDATE_CACHE_ENTRIES];
    size_t next; /* the oldest: replaced next */
};

int update_cache_new(struct update_cache **out)
{
    struct update_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return fail(ERR_NO_MEMORY, "no memory for the update cache");
    for (size_t i = 0; i < UPDATE_CACHE_ENTRIES; i++)
        buffer_init(&cache->entries[i].lines, UPDATE_CACHE_TEXT_MAX);
    *out = cache;
    return 0;
}

void update_cache_free(struct update_cache **cache)
{
    if (!*cache)
        return;
    for (size_t i = 0; i < UPDATE_CACHE_ENTRIES; i++)
        buffer_clear(&(*cache)->entries[i].lines);
    free(*cache);
    *cache = NULL;
}

static bool update_key_equal(const struct update_key *a, const struct update_key *b)
{
    return a->mailbox_id == b->mailbox_id && a->user_id == b->user_id && a->enabled == b->enabled &&
           a->from == b->from && a->to == b->to;
}

const struct update_text *update_cache_find(const struct update_cache *cache,
                                            const struct update_key *key)
{
    for (size_t i = 0; i < UPDATE_CACHE_ENTRIES; i++)
        if (update_key_equal(&cache->entries[i].key, key))
            return &cache->entries[i].text;
    return NULL;
}

void update_cache_put(struct update_cache *cache, const struct update_key *key,
                      const struct update_text *text)
{
    if (text->lines.len > UPDATE_CACHE_TEXT_MAX)
        return;
    struct update_entry *entry = &cache->entries[cache->next];
    cache->next = (cache->next + 1) % UPDATE_CACHE_ENTRIES;
    buffer_reset(&entry->lines);
    buffer_add(&entry->lines, text->lines);
    entry->text = (struct update_text){buffer_slice(&entry->lines), text->says};
    entry->key = entry->lines.failed ? (struct update_key){0} : *key;
}
