#include "connection_table.h"

#include <stdatomic.h>
#include <sys/mman.h>

enum { TABLE_PLACES = 16384, TABLE_PROBES = 16 };

struct table_place {
    _Atomic uint64_t key; /* hash; 0: never used */
    _Atomic uint32_t counts[CONNECTION_WORKERS_MAX];
};

struct connection_table {
    struct table_place places[TABLE_PLACES];
};

int connection_table_new(struct connection_table **out)
{
    void *memory = mmap(NULL, sizeof(struct connection_table), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return fail_errno(ERR_IO, "shared memory for connection counts");
    *out = memory; /* zero pages: only used places cost memory */
    return 0;
}

void connection_table_free(struct connection_table **table)
{
    if (*table)
        munmap(*table, sizeof **table);
    *table = NULL;
}

static uint64_t place_count(const struct table_place *place)
{
    uint64_t count = 0;
    for (size_t i = 0; i < CONNECTION_WORKERS_MAX; i++)
        count += atomic_load_explicit(&place->counts[i], memory_order_relaxed);
    return count;
}

static uint64_t key_hash(struct slice key)
{
    uint64_t hash = slice_hash(key);
    return hash ? hash : 1;
}

/* The key's place, or NULL. With `make`, takes one that nobody uses. */
static struct table_place *table_find(struct connection_table *table, uint64_t hash, bool make)
{
    for (size_t i = 0; i < TABLE_PROBES; i++) {
        struct table_place *place = &table->places[(hash + i) % TABLE_PLACES];
        if (atomic_load(&place->key) == hash)
            return place;
    }
    for (size_t i = 0; make && i < TABLE_PROBES; i++) {
        struct table_place *place = &table->places[(hash + i) % TABLE_PLACES];
        uint64_t old = atomic_load(&place->key);
        if ((old == 0 || place_count(place) == 0) &&
            atomic_compare_exchange_strong(&place->key, &old, hash))
            return place;
    }
    return NULL;
}

bool connection_table_enter(struct connection_table *table, unsigned worker, struct slice key,
                            uint32_t max)
{
    struct table_place *place = table_find(table, key_hash(key), true);
    if (!place) /* full of others: better let in than lock out */
        return true;
    if (place_count(place) >= max)
        return false;
    atomic_fetch_add(&place->counts[worker % CONNECTION_WORKERS_MAX], 1);
    return true;
}

void connection_table_leave(struct connection_table *table, unsigned worker, struct slice key)
{
    struct table_place *place = table_find(table, key_hash(key), false);
    if (!place)
        return;
    _Atomic uint32_t *count = &place->counts[worker % CONNECTION_WORKERS_MAX];
    if (atomic_load(count) > 0)
        atomic_fetch_sub(count, 1);
}

void connection_table_forget_worker(struct connection_table *table, unsigned worker)
{
    for (size_t i = 0; i < TABLE_PLACES; i++)
        if (atomic_load_explicit(&table->places[i].key, memory_order_relaxed))
            atomic_store(&table->places[i].counts[worker % CONNECTION_WORKERS_MAX], 0);
}
