#include "mail/history.h"

#include "fiber/fiber.h"
#include "workers.h"

static const struct history_filter everything = {.since = INT64_MAX};

static int64_t make_mailbox(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "alice", "lrswite");
    return grant_mailbox_id(world_grant(world, &world->alice, "Shared/Sales"));
}

static void append(struct world *world, uint32_t count)
{
    const struct grant *alice = world_grant(world, &world->alice, "Shared/Sales");
    struct append_outcome outcome = {0};
    if (CHECK_OK(workers_append(world->mail, alice, workers_make_messages(count), count,
                                FLAG_FLAGGED, &outcome)))
        uidset_clear(&outcome.uids);
}

static void reads(struct world *world)
{
    int64_t mailbox = make_mailbox(world);
    append(world, 3);
    struct history_event *events;
    size_t count;
    CHECK_ERR(history_read(world->mail, &world->alice, mailbox, &everything, 0, &world->arena,
                           &events, &count),
              ERR_DENIED);
    CHECK_OK(history_read(world->mail, &world->admin, mailbox, &everything, 0, &world->arena,
                          &events, &count));
    CHECK_INT(count, 3);
    CHECK_STR(events[0].what, "create");
    CHECK_SLICE(events[0].detail, "created Sales");
    CHECK_SLICE(events[0].actor, "postroomctl");
    CHECK_STR(events[1].what, "rights");
    CHECK_STR(events[2].what, "append");
    CHECK_SLICE(events[2].uids, "1:3");
    CHECK_SLICE(events[2].actor, "alice");
    CHECK_SLICE(events[2].client, "192.0.2.1");
    CHECK_OK(history_read(world->mail, &world->admin, mailbox, &everything, events[2].modseq,
                          &world->arena, &events, &count));
    CHECK_INT(count, 0);
}

void test_history_reads_what_the_journal_has(void)
{
    world_run(reads);
}

struct reader {
    struct history_follower *follower;
    int woken;
    bool ended;
};

static void follow(void *arg)
{
    struct reader *reader = arg;
    while (history_wait(reader->follower))
        reader->woken++;
    reader->ended = true;
}

static bool has_woken_twice(void *arg)
{
    return ((struct reader *)arg)->woken >= 2;
}

static bool has_ended(void *arg)
{
    return ((struct reader *)arg)->ended;
}

/* It is woken once to begin with, when it listens, and by the change of another engine. */
static void follows(struct world *world)
{
    struct reader reader = {0};
    int64_t mailbox = make_mailbox(world);
    CHECK_OK(history_follow(world->mail, mailbox, &reader.follower));
    CHECK_OK(fiber_spawn("reader", follow, &reader, NULL));
    CHECK(workers_wait(has_woken_twice, &reader));
    fiber_sleep(50);
    int before = reader.woken;
    fiber_sleep(50);
    CHECK_INT(reader.woken, before);
    reader.woken = 1;
    append(world, 1);
    CHECK(workers_wait(has_woken_twice, &reader));
    history_stop(reader.follower);
    CHECK(workers_wait(has_ended, &reader));
    history_unfollow(&reader.follower);
    CHECK(reader.follower == NULL);
}

void test_history_follower_hears_of_changes(void)
{
    world_run(follows);
}
