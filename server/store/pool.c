#include "pool.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "database_private.h"
#include "result.h"
#include "statement.h"

enum { POOL_SILENCE_MS = 5000 /* over the statement timeout */ };

struct pool_waiter {
    struct link link;
    struct wait_queue queue;
    struct pool_slot *granted;
};

static bool is_free(const struct pool_slot *slot)
{
    return !slot->taken && connection_is_ready(slot->connection);
}

static struct pool_slot *find_free(struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        if (is_free(&pool->slots[i]))
            return &pool->slots[i];
    return NULL;
}

/* Gives free connections to those who wait, the first one first. */
static void pool_serve(struct pool *pool)
{
    struct pool_slot *slot;
    while (!list_empty(&pool->waiters) && (slot = find_free(pool))) {
        struct pool_waiter *waiter = CONTAINER_OF(pool->waiters.next, struct pool_waiter, link);
        link_remove(&waiter->link);
        slot->taken = true;
        waiter->granted = slot;
        wait_wake_all(&waiter->queue);
    }
}

static void slot_changed(void *arg)
{
    struct pool_slot *slot = arg;
    pool_serve(slot->pool);
}

static int pool_open_slot(struct pool *pool)
{
    struct database *database = pool->database;
    struct pool_slot *slot = &pool->slots[pool->count];
    uint32_t timeout = database->statement_timeout_ms;
    struct connection_options options = {
        .conninfo = database->conninfo,
        .application = pool->relaxed ? "postroom content" : "postroom transactions",
        .settings = {{"statement_timeout", ""},
                     {pool->relaxed ? "synchronous_commit" : NULL, "off"}},
        .prepares = true,
        .silence_ms = timeout ? timeout + POOL_SILENCE_MS : 0,
        .counters = &database->counters,
        .changed = slot_changed,
        .arg = slot,
    };
    snprintf(options.settings[0].value, sizeof options.settings[0].value, "%u", timeout);
    slot->pool = pool;
    slot->taken = false;
    int err = connection_open(&options, &slot->connection);
    if (!err)
        pool->count++;
    return err;
}

int pool_init(struct pool *pool, struct database *database, size_t max, bool relaxed)
{
    *pool = (struct pool){.database = database, .relaxed = relaxed, .max = max};
    link_init(&pool->waiters);
    pool->slots = calloc(max, sizeof *pool->slots);
    if (!pool->slots)
        return fail(ERR_NO_MEMORY, "no memory for connections");
    return 0;
}

void pool_end(struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        connection_end(pool->slots[i].connection);
    LIST_EACH(&pool->waiters, link)
    wait_wake_all(&CONTAINER_OF(link, struct pool_waiter, link)->queue);
}

void pool_free(struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        connection_free(&pool->slots[i].connection);
    free(pool->slots);
    pool->slots = NULL;
    pool->count = 0;
}

void pool_hurry(struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        connection_hurry(pool->slots[i].connection);
}

/* A further connection, unless as many are on their way as fibers wait. */
static int pool_grow(struct pool *pool)
{
    size_t needed = 0;
    LIST_EACH(&pool->waiters, link)
    needed++;
    for (size_t i = 0; i < pool->count && needed; i++)
        if (!pool->slots[i].taken && !connection_is_ready(pool->slots[i].connection))
            needed--;
    return needed && pool->count < pool->max ? pool_open_slot(pool) : 0;
}

int pool_warm(struct pool *pool, size_t connections)
{
    int err = 0;
    while (!err && pool->count < connections && pool->count < pool->max)
        err = pool_open_slot(pool);
    return err;
}

/* NULL: all are in use. */
static const struct connection *pool_lost(const struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        if (!connection_is_ready(pool->slots[i].connection))
            return pool->slots[i].connection;
    return NULL;
}

int pool_take(struct pool *pool, int64_t deadline, struct pool_slot **out)
{
    struct pool_waiter waiter = {.granted = NULL};
    wait_queue_init(&waiter.queue);
    list_add_tail(&pool->waiters, &waiter.link);
    pool_serve(pool);
    if (!waiter.granted) {
        int err = pool_grow(pool);
        if (err && pool->count == 0) {
            link_remove(&waiter.link);
            return err;
        }
    }
    while (!waiter.granted && !pool->database->closing)
        if (wait_for(&waiter.queue, deadline) != 0)
            break;
    if (waiter.granted) {
        *out = waiter.granted;
        return 0;
    }
    link_remove(&waiter.link);
    return database_away(pool->database, pool_lost(pool));
}

void pool_give_back(struct pool_slot **slot)
{
    struct pool *pool = (*slot)->pool;
    (*slot)->taken = false;
    *slot = NULL;
    pool_serve(pool);
}

/* Once. *lost_out: the connection went before the answer came. */
static int pool_try(struct pool *pool, int64_t deadline, enum statement statement,
                    const struct params *params, struct result **out, bool *lost_out)
{
    struct pool_slot *slot;
    int err = pool_take(pool, deadline, &slot);
    if (err)
        return err;
    struct exchange *exchange;
    err = exchange_new(&exchange);
    if (!err) {
        err = connection_send(slot->connection, exchange, statement, params);
        if (!err)
            err = connection_sync(slot->connection, exchange);
        if (!err)
            err = exchange_wait(exchange);
        *lost_out = exchange->lost == ERR_UNAVAILABLE;
        if (!err)
            err = result_new(exchange_take(exchange, 0), out);
        exchange_free(&exchange);
    }
    pool_give_back(&slot);
    return err;
}

int pool_query(struct database *database, bool asynchronous, enum statement statement,
               struct params *params, struct result **out)
{
    int err = database_enter(database);
    if (err)
        return err;
    struct pool *pool = asynchronous ? &database->relaxed : &database->durable;
    int64_t deadline = database_deadline(database);
    bool again = statement_table[statement].repeatable;
    bool lost;
    do {
        lost = false;
        err = pool_try(pool, deadline, statement, params, out, &lost);
    } while (lost && again && clock_monotonic_ms() < deadline);
    if (lost && !again && !asynchronous)
        err = fail(ERR_IN_DOUBT, "the connection to PostgreSQL was lost before the answer came");
    database_leave(database);
    return err;
}
