/*
 * NOTIFY takes a global lock at commit and wakes every worker, so it is never
 * part of a mail transaction: one fiber sends what has gathered, the first at
 * once, and while there is much to tell no more often than every FEED_GAP_MS.
 */
#include "store/feed.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/map.h"
#include "database_private.h"
#include "feed_payload.h"
#include "fiber/fiber.h"

struct feed {
    struct feed_handlers handlers;
    struct connection *listener; /* NULL: only sends */
    struct connection *sender;
    struct map mailboxes; /* to be sent: id → modseq, as pointer */
    struct map users;     /* to be sent: id → any pointer; so are the next two */
    struct map names;
    struct map subscribers;
    bool server; /* to be sent; so is the next */
    bool outgoing;
    struct wait_queue news; /* the sending fiber: something to do */
    struct wait_queue idle; /* feed_flush: everything was sent */
    bool sending;
    bool closing;
    size_t holders; /* the handle, the sending fiber, feed_flush */
};

static void feed_leave(struct feed *feed)
{
    if (--feed->holders)
        return;
    connection_free(&feed->listener);
    connection_free(&feed->sender);
    map_clear(&feed->mailboxes);
    map_clear(&feed->users);
    map_clear(&feed->names);
    map_clear(&feed->subscribers);
    free(feed);
}

static bool has_news(const struct feed *feed)
{
    return feed->mailboxes.count || feed->users.count || feed->names.count ||
           feed->subscribers.count || feed->server || feed->outgoing;
}

/* Sending ------------------------------------------------------------------------ */

/* A hint that cannot be queued is lost, as any hint may be. */
static void queue_mailbox(void *arg, int64_t mailbox_id, uint64_t modseq)
{
    struct feed *feed = arg;
    uintptr_t queued = (uintptr_t)map_get(&feed->mailboxes, (uint64_t)mailbox_id);
    if (modseq > queued &&
        map_put(&feed->mailboxes, (uint64_t)mailbox_id, (void *)(uintptr_t)modseq) == 0)
        wait_wake_all(&feed->news);
}

static void queue_id(struct feed *feed, struct map *ids, int64_t id)
{
    if (map_put(ids, (uint64_t)id, feed) == 0)
        wait_wake_all(&feed->news);
}

static void queue_user(void *arg, int64_t user_id)
{
    struct feed *feed = arg;
    queue_id(feed, &feed->users, user_id);
}

static void queue_names(void *arg, int64_t mailbox_id)
{
    struct feed *feed = arg;
    queue_id(feed, &feed->names, mailbox_id);
}

static void queue_subscriptions(void *arg, int64_t user_id)
{
    struct feed *feed = arg;
    queue_id(feed, &feed->subscribers, user_id);
}

static void queue_server(void *arg)
{
    struct feed *feed = arg;
    feed->server = true;
    wait_wake_all(&feed->news);
}

static void queue_outgoing(void *arg)
{
    struct feed *feed = arg;
    feed->outgoing = true;
    wait_wake_all(&feed->news);
}

void feed_send_mailbox(struct feed *feed, int64_t mailbox_id, uint64_t modseq)
{
    queue_mailbox(feed, mailbox_id, modseq);
}

void feed_send_user(struct feed *feed, int64_t user_id)
{
    queue_user(feed, user_id);
}

void feed_send_names(struct feed *feed, int64_t mailbox_id)
{
    queue_names(feed, mailbox_id);
}

void feed_send_subscriptions(struct feed *feed, int64_t user_id)
{
    queue_subscriptions(feed, user_id);
}

void feed_send_server(struct feed *feed)
{
    queue_server(feed);
}

void feed_send_outgoing(struct feed *feed)
{
    queue_outgoing(feed);
}

static bool take_ids(struct map *ids, struct buffer *payload,
                     bool (*add)(struct buffer *payload, int64_t id))
{
    size_t cursor = 0;
    uint64_t id;
    while (map_next(ids, &cursor, &id)) {
        if (!add(payload, (int64_t)id))
            return false;
        map_remove(ids, id);
    }
    return true;
}

/* As much as fits into one notification leaves the queue. */
static void take_payload(struct feed *feed, struct buffer *payload)
{
    size_t cursor = 0;
    uint64_t id;
    void *modseq;
    while ((modseq = map_next(&feed->mailboxes, &cursor, &id))) {
        if (!feed_payload_add_mailbox(payload, (int64_t)id, (uintptr_t)modseq))
            return;
        map_remove(&feed->mailboxes, id);
    }
    if (take_ids(&feed->users, payload, feed_payload_add_user) &&
        take_ids(&feed->names, payload, feed_payload_add_names) &&
        take_ids(&feed->subscribers, payload, feed_payload_add_subscriptions)) {
        feed->server = feed->server && !feed_payload_add_server(payload);
        feed->outgoing = feed->outgoing && !feed_payload_add_outgoing(payload);
    }
}

static int send_payload(struct feed *feed, struct slice payload)
{
    struct exchange *exchange;
    int err = exchange_new(&exchange);
    if (err)
        return err;
    struct params params;
    params_init(&params);
    params_text(&params, payload);
    err = connection_send(feed->sender, exchange, STATEMENT_FEED_NOTIFY, &params);
    if (!err)
        err = connection_sync(feed->sender, exchange);
    if (!err)
        err = exchange_wait(exchange);
    exchange_free(&exchange);
    return err;
}

enum { REFUSED_PAUSE_MS = 1000 };

/* Not by sleeping: whoever closes the feed expects the fiber to end. */
static void pause_until(struct feed *feed, int64_t deadline_ms)
{
    while (!feed->closing && clock_monotonic_ms() < deadline_ms)
        (void)!wait_for(&feed->news, deadline_ms);
}

static void send_news(struct feed *feed)
{
    const struct feed_handlers back = {.arg = feed,
                                       .mailbox = queue_mailbox,
                                       .user = queue_user,
                                       .names = queue_names,
                                       .subscriptions = queue_subscriptions,
                                       .server = queue_server,
                                       .outgoing = queue_outgoing};
    struct buffer payload;
    buffer_init(&payload, FEED_PAYLOAD_MAX);
    take_payload(feed, &payload);
    feed->sending = true;
    int err = send_payload(feed, buffer_slice(&payload));
    feed->sending = false;
    if (err && !feed->closing) {
        feed_payload_parse(buffer_slice(&payload), &back);
        if (connection_is_ready(feed->sender)) /* refused: PostgreSQL's queue may be full */
            pause_until(feed, clock_monotonic_ms() + REFUSED_PAUSE_MS);
    }
    buffer_clear(&payload);
    if (!has_news(feed))
        wait_wake_all(&feed->idle);
}

enum { FEED_GAP_MS = 2 };

static void send_and_pause(struct feed *feed)
{
    int64_t next = clock_monotonic_ms() + FEED_GAP_MS;
    send_news(feed);
    pause_until(feed, next);
}

static void sender_main(void *arg)
{
    struct feed *feed = arg;
    while (!feed->closing) {
        if (has_news(feed) && connection_is_ready(feed->sender))
            send_and_pause(feed);
        else if (wait_for(&feed->news, WAIT_FOREVER) != 0)
            break;
    }
    feed_leave(feed);
}

int feed_flush(struct feed *feed, uint32_t timeout_ms)
{
    int64_t deadline = clock_monotonic_ms() + timeout_ms;
    int err = 0;
    feed->holders++;
    while (!err && !feed->closing && (has_news(feed) || feed->sending))
        err = wait_for(&feed->idle, deadline);
    if (!err && feed->closing)
        err = fail(ERR_CANCELLED, "the feed was closed");
    feed_leave(feed);
    return err;
}

/* Listening ------------------------------------------------------------------------ */

static void sender_changed(void *arg)
{
    struct feed *feed = arg;
    wait_wake_all(&feed->news);
}

static void listener_changed(void *arg)
{
    struct feed *feed = arg;
    if (!feed->closing && connection_is_ready(feed->listener))
        feed->handlers.resumed(feed->handlers.arg);
}

static void listener_notified(void *arg, const char *payload)
{
    const struct feed *feed = arg;
    if (!feed->closing)
        feed_payload_parse(slice_cstr(payload), &feed->handlers);
}

static int feed_connect(struct feed *feed, const struct database *database, bool listens)
{
    const struct connection_options sender = {
        .conninfo = database->conninfo,
        .application = "postroom notify",
        .settings = {{"synchronous_commit", "off"}},
        .silence_ms = 10000,
        .changed = sender_changed,
        .arg = feed,
    };
    const struct connection_options listener = {
        .conninfo = database->conninfo,
        .application = "postroom listen",
        .listens = true,
        .changed = listener_changed,
        .notified = listener_notified,
        .arg = feed,
    };
    int err = connection_open(&sender, &feed->sender);
    if (!err && listens)
        err = connection_open(&listener, &feed->listener);
    return err;
}

int feed_open(struct database *database, const struct feed_handlers *handlers, struct feed **out)
{
    struct feed *feed = calloc(1, sizeof *feed);
    if (!feed)
        return fail(ERR_NO_MEMORY, "no memory for the feed");
    if (handlers)
        feed->handlers = *handlers;
    map_init(&feed->mailboxes);
    map_init(&feed->users);
    map_init(&feed->names);
    map_init(&feed->subscribers);
    wait_queue_init(&feed->news);
    wait_queue_init(&feed->idle);
    feed->holders = 1;
    int err = feed_connect(feed, database, handlers != NULL);
    if (!err)
        err = fiber_spawn("feed", sender_main, feed, NULL);
    if (err) {
        feed_leave(feed);
        return err;
    }
    feed->holders++;
    *out = feed;
    return 0;
}

void feed_close(struct feed **handle)
{
    struct feed *feed = *handle;
    if (!feed)
        return;
    *handle = NULL;
    feed->closing = true;
    if (feed->listener)
        connection_end(feed->listener);
    connection_end(feed->sender);
    wait_wake_all(&feed->news);
    wait_wake_all(&feed->idle);
    feed_leave(feed);
}
