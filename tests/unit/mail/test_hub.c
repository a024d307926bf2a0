#include <stdlib.h>

#include "base/clock.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "mail/outgoing.h"
#include "workers.h"

static void make_sales(struct world *world, const char *name)
{
    world_create(world, name);
    world_allow(world, name, "alice", "lrswipkxtea");
    world_allow(world, name, "bob", "lrswipkxtea");
}

struct ear {
    struct view_watcher watcher;
    struct view *view;
    uint64_t modseq; /* what is waited for */
};

static void hear(void *arg)
{
    (void)arg;
}

static bool has_arrived(void *arg)
{
    const struct ear *ear = arg;
    return view_modseq(ear->view) >= ear->modseq;
}

static void ear_open(struct ear *ear, struct view *view)
{
    *ear = (struct ear){.view = view, .modseq = view_modseq(view) + 1};
    ear->watcher = (struct view_watcher){.changed = hear, .arg = ear};
    view_watch(view, &ear->watcher);
}

static int append(struct worker *worker, const struct grant *grant)
{
    struct append_outcome outcome = {0};
    int err = workers_append(worker->mail, grant, workers_make_messages(1), 1, 0, &outcome);
    uidset_clear(&outcome.uids);
    return err;
}

static void brings_changes(struct world *world)
{
    make_sales(world, "Shared/Sales");
    struct worker left, right;
    worker_start(&left, true);
    worker_start(&right, true);
    struct view *view = worker_view(&right, world, &world->bob, "Shared/Sales");
    struct ear ear;
    ear_open(&ear, view);
    CHECK_OK(append(&left, worker_grant(&left, world, &world->alice, "Shared/Sales")));
    CHECK(workers_wait(has_arrived, &ear));
    struct picture *picture = worker_picture(view, &world->bob);
    CHECK_STR(workers_render(picture), "1:0");
    picture_unref(&picture);
    view_unwatch(&ear.watcher);
    view_close(&view);
    worker_stop(&right);
    worker_stop(&left);
}

void test_hub_brings_changes_of_other_workers(void)
{
    world_run(brings_changes);
}

struct call {
    struct worker *from, *to;
    int64_t user_id;
};

/* Calls again and again: before it listens, a worker misses what is said. */
static bool is_heard(void *arg)
{
    const struct call *call = arg;
    mail_announce_user(call->from->mail, call->user_id);
    return call->to->changed_user != 0;
}

static void tells_of_users(struct world *world)
{
    struct worker left, right;
    worker_start(&left, true);
    worker_start(&right, true);
    struct call call = {&left, &right, world->bob.user_id};
    CHECK(workers_wait(is_heard, &call));
    CHECK_INT(right.changed_user, world->bob.user_id);
    worker_stop(&right);
    worker_stop(&left);
}

void test_hub_tells_of_changed_users(void)
{
    world_run(tells_of_users);
}

static void wait_for_mail(void *arg)
{
    struct worker *worker = arg;
    outgoing_wait(worker->mail);
    worker->changed_user = 1;
}

static bool hears_of_mail(void *arg)
{
    const struct call *call = arg;
    outgoing_announce(call->from->mail);
    return call->to->changed_user != 0;
}

/* Long before it would look by itself. */
static void tells_of_mail(struct world *world)
{
    (void)world;
    struct worker left, right;
    worker_start(&left, true);
    worker_start(&right, true);
    int64_t begun = clock_monotonic_ms();
    struct call call = {.from = &left, .to = &right};
    CHECK_OK(fiber_spawn("waits for mail", wait_for_mail, &right, NULL));
    CHECK(workers_wait(hears_of_mail, &call));
    CHECK(clock_monotonic_ms() - begun < 8000);
    worker_stop(&right);
    worker_stop(&left);
}

void test_hub_tells_of_mail_that_waits(void)
{
    world_run(tells_of_mail);
}

static bool ends_listening(void *arg)
{
    (void)arg;
    return world_sql("SELECT count(*) FROM (SELECT pg_terminate_backend(pid)"
                     " FROM pg_stat_activity WHERE query ILIKE 'LISTEN%'"
                     " AND datname = current_database()) ended") > 0;
}

static bool asks_for_everybody(void *arg)
{
    return *(const uint32_t *)arg > 0;
}

/* A hint that is lost with the connection is made good when it is back. */
static void makes_good_lost_hints(struct world *world)
{
    make_sales(world, "Shared/Sales");
    struct worker left, right;
    worker_start(&left, false);
    worker_start(&right, true);
    struct view *view = worker_view(&right, world, &world->bob, "Shared/Sales");
    struct ear ear;
    ear_open(&ear, view);
    const struct grant *alice = worker_grant(&left, world, &world->alice, "Shared/Sales");
    CHECK(workers_wait(asks_for_everybody, &right.anybody_changes));
    right.anybody_changes = 0;
    CHECK(workers_wait(ends_listening, NULL));
    CHECK_OK(append(&left, alice));
    CHECK(workers_wait(has_arrived, &ear));
    CHECK(workers_wait(asks_for_everybody, &right.anybody_changes));
    view_unwatch(&ear.watcher);
    view_close(&view);
    worker_stop(&right);
    worker_stop(&left);
}

void test_hub_makes_good_hints_that_were_lost(void)
{
    world_run(makes_good_lost_hints);
}

/* The race ------------------------------------------------------------------------------------- */

enum { RACERS = 6, LAPS = 150, WORKERS = 2, MAILBOXES = 2 };

static const char *const names[MAILBOXES] = {"Shared/Sales", "Shared/Done"};

struct race {
    struct world *world;
    struct worker workers[WORKERS];
    struct view *views[WORKERS][MAILBOXES];
    int64_t messages;
    int left;
};

struct racer {
    struct race *race;
    int number;
    unsigned seed;
};

struct turn {
    struct race *race;
    struct mail *mail;
    const struct grant *here, *there;
    struct uidset uids; /* some of here */
    unsigned *seed;
};

static void turn_append(struct turn *turn)
{
    struct append_outcome outcome = {0};
    uint32_t count = (uint32_t)rand_r(turn->seed) % 3 + 1;
    flag_mask flags = rand_r(turn->seed) % 2 ? FLAG_SEEN | FLAG_FLAGGED : 0;
    CHECK_OK(workers_append(turn->mail, turn->here, turn->race->messages, count, flags, &outcome));
    uidset_clear(&outcome.uids);
}

static void turn_store(struct turn *turn)
{
    static const flag_mask flags[] = {FLAG_SEEN, FLAG_DELETED, FLAG_SEEN | FLAG_ANSWERED};
    enum flag_change change = (enum flag_change)(rand_r(turn->seed) % 3);
    CHECK_OK(writer_store(turn->mail, turn->here, &turn->uids, change,
                          flags[rand_r(turn->seed) % 3], NULL));
}

static void turn_expunge(struct turn *turn)
{
    CHECK_OK(writer_expunge(turn->mail, turn->here, &turn->uids, 0, NULL));
}

static void turn_move(struct turn *turn)
{
    static const struct append_item items[64];
    struct uidset moved;
    struct append_outcome outcome;
    if (!CHECK_OK(writer_move(turn->mail, turn->here, &turn->uids, 0, turn->there, items, &moved,
                              &outcome)))
        return;
    CHECK_U64(uidset_size(&moved), uidset_size(&outcome.uids));
    uidset_clear(&moved);
    uidset_clear(&outcome.uids);
}

/* Up to a dozen UIDs of the mailbox, some of which may be gone by then. */
static void pick_uids(struct turn *turn, struct view *view, const struct actor *actor)
{
    uidset_init(&turn->uids);
    struct picture *picture = worker_picture(view, actor);
    uint32_t count = picture_count(picture);
    for (int i = rand_r(turn->seed) % 12; i >= 0 && count > 0; i--)
        CHECK_OK(uidset_add(&turn->uids,
                            picture_uid(picture, (uint32_t)rand_r(turn->seed) % count + 1)));
    picture_unref(&picture);
}

static void race_one_lap(struct racer *racer)
{
    static void (*const turns[])(struct turn *) = {turn_append, turn_append,  turn_store,
                                                   turn_store,  turn_expunge, turn_move};
    struct race *race = racer->race;
    struct worker *worker = &race->workers[racer->number % WORKERS];
    const struct actor *actor = racer->number % 3 ? &race->world->alice : &race->world->bob;
    int here = rand_r(&racer->seed) % MAILBOXES;
    struct turn turn = {.race = race, .mail = worker->mail, .seed = &racer->seed};
    turn.here = worker_grant(worker, race->world, actor, names[here]);
    turn.there = worker_grant(worker, race->world, actor, names[1 - here]);
    pick_uids(&turn, race->views[racer->number % WORKERS][here], actor);
    turns[rand_r(&racer->seed) % (sizeof turns / sizeof turns[0])](&turn);
    uidset_clear(&turn.uids);
}

static void run_racer(void *arg)
{
    struct racer *racer = arg;
    for (int lap = 0; lap < LAPS; lap++)
        race_one_lap(racer);
    racer->race->left--;
}

static bool race_is_over(void *arg)
{
    return ((struct race *)arg)->left == 0;
}

static bool same_pictures(const struct picture *a, const struct picture *b)
{
    if (picture_count(a) != picture_count(b) || picture_uidnext(a) != picture_uidnext(b) ||
        picture_modseq(a) != picture_modseq(b))
        return false;
    for (uint32_t seq = 1; seq <= picture_count(a); seq++) {
        struct entry left = picture_entry(a, seq), right = picture_entry(b, seq);
        if (left.uid != right.uid || left.flags != right.flags || left.modseq != right.modseq ||
            left.message_id != right.message_id || left.size != right.size ||
            left.internal_date != right.internal_date)
            return false;
    }
    return true;
}

/* What a view shows that has seen it all happen, and one that was loaded now. */
static void compare_with_fresh(struct race *race, struct worker *fresh, int mailbox,
                               const struct actor *actor)
{
    struct view *view = worker_view(fresh, race->world, actor, names[mailbox]);
    struct picture *expected = worker_picture(view, actor);
    for (int i = 0; i < WORKERS; i++) {
        struct view *raced = race->views[i][mailbox];
        CHECK_OK(view_catch_up(raced, view_modseq(view)));
        struct picture *picture = worker_picture(raced, actor);
        CHECK(same_pictures(picture, expected));
        picture_unref(&picture);
    }
    picture_unref(&expected);
    view_close(&view);
}

static void race_open(struct race *race, struct world *world, struct picture **held)
{
    race->world = world;
    race->messages = workers_make_messages(3);
    race->left = RACERS;
    for (int i = 0; i < WORKERS; i++) {
        worker_start(&race->workers[i], true);
        for (int m = 0; m < MAILBOXES; m++) {
            struct view *view = worker_view(&race->workers[i], world, &world->alice, names[m]);
            race->views[i][m] = view;
            *held++ = worker_picture(view, &world->alice); /* keeps alice's bits loaded */
        }
    }
}

static void race_close(struct race *race, struct picture **held)
{
    for (int i = 0; i < WORKERS; i++) {
        for (int m = 0; m < MAILBOXES; m++) {
            picture_unref(held++);
            view_close(&race->views[i][m]);
        }
        worker_stop(&race->workers[i]);
    }
}

static void workers_race(struct world *world)
{
    static struct race race;
    struct picture *held[WORKERS * MAILBOXES];
    for (int m = 0; m < MAILBOXES; m++)
        make_sales(world, names[m]);
    race_open(&race, world, held);
    struct racer racers[RACERS];
    for (int i = 0; i < RACERS; i++) {
        racers[i] = (struct racer){&race, i, (unsigned)i * 7919 + 1};
        CHECK_OK(fiber_spawn("racer", run_racer, &racers[i], NULL));
    }
    while (!workers_wait(race_is_over, &race))
        continue;
    struct worker fresh;
    worker_start(&fresh, false);
    for (int m = 0; m < MAILBOXES; m++) {
        compare_with_fresh(&race, &fresh, m, &world->alice);
        compare_with_fresh(&race, &fresh, m, &world->bob);
    }
    worker_stop(&fresh);
    race_close(&race, held);
    CHECK_INT(world_sql("SELECT count(*) FROM mailbox_state s WHERE messages <>"
                        " (SELECT count(*) FROM entries e WHERE e.mailbox_id = s.mailbox_id)"),
              0);
}

void test_hub_keeps_racing_workers_equal(void)
{
    world_run(workers_race);
}
