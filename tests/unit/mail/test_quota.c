/* Who pays for what, and when there is no room. */
#include "mail/quota.h"

#include "fiber/fiber.h"
#include "mail/mailbox.h"
#include "workers.h"

static void set(struct world *world, const char *root, uint64_t storage, uint64_t messages,
                uint64_t mailboxes)
{
    const struct quota_amounts limits = {{storage, messages, mailboxes}};
    CHECK_OK(quota_set(world->mail, &world->admin, slice_cstr(root), &limits));
}

static int append(struct world *world, const struct actor *actor, const char *name, uint32_t count)
{
    struct append_outcome outcome = {0};
    const struct grant *grant = world_grant(world, actor, name);
    int err = workers_append(world->mail, grant, workers_make_messages(count), count, 0, &outcome);
    if (!err)
        uidset_clear(&outcome.uids);
    return err;
}

/* Sizes are 1,000, 1,001 and so on. */
static void check_limits(struct world *world)
{
    world_create(world, "Other Users/alice/Work");
    CHECK_OK(append(world, &world->alice, "INBOX", 1));
    set(world, "user/alice", 2003, QUOTA_UNLIMITED, QUOTA_UNLIMITED);
    CHECK_ERR(append(world, &world->alice, "Work", 2), ERR_OVER_QUOTA);
    CHECK_OK(append(world, &world->alice, "Work", 1));
    CHECK_ERR(append(world, &world->alice, "Work", 1), ERR_OVER_QUOTA);
    CHECK_OK(append(world, &world->bob, "INBOX", 3));
    set(world, "user/alice", QUOTA_UNLIMITED, 3, 3);
    CHECK_ERR(append(world, &world->alice, "INBOX", 2), ERR_OVER_QUOTA);
    CHECK_OK(append(world, &world->alice, "INBOX", 1));
    CHECK_OK(mailbox_create(world->mail, &world->alice, SLICE("a"), SLICE_EMPTY, NULL));
    CHECK_ERR(mailbox_create(world->mail, &world->alice, SLICE("b"), SLICE_EMPTY, NULL),
              ERR_OVER_QUOTA);
    /* The administrator is not stopped. */
    CHECK_OK(mailbox_create(world->mail, &world->admin, SLICE("Other Users/alice/b"), SLICE_EMPTY,
                            NULL));
    struct quota quota;
    CHECK_OK(quota_get(world->mail, &world->alice, SLICE("user/alice"), &world->arena, &quota));
    CHECK_U64(quota.used.of[QUOTA_STORAGE], 3 * 1000);
    CHECK_U64(quota.used.of[QUOTA_MESSAGES], 3);
    CHECK_U64(quota.used.of[QUOTA_MAILBOXES], 4);
    CHECK_U64(quota.limits.of[QUOTA_STORAGE], QUOTA_UNLIMITED);
    CHECK_U64(quota.limits.of[QUOTA_MESSAGES], 3);
}

void test_quota_limits_what_a_user_has(void)
{
    world_run(check_limits);
}

static void check_configured(struct world *world)
{
    struct mail_settings settings = *mail_settings(world->mail);
    settings.user_quota.of[QUOTA_MESSAGES] = 2;
    mail_set_settings(world->mail, &settings);
    CHECK_OK(append(world, &world->alice, "INBOX", 2));
    CHECK_ERR(append(world, &world->alice, "INBOX", 1), ERR_OVER_QUOTA);
    set(world, "user/alice", QUOTA_UNLIMITED, QUOTA_UNLIMITED, QUOTA_UNLIMITED);
    CHECK_OK(append(world, &world->alice, "INBOX", 1));
    CHECK_OK(quota_delete(world->mail, &world->admin, SLICE("user/alice")));
    CHECK_ERR(append(world, &world->alice, "INBOX", 1), ERR_OVER_QUOTA);
    /* Shared mailboxes are nobody's. */
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "alice", "lri");
    CHECK_OK(append(world, &world->alice, "Shared/Sales", 5));
}

void test_quota_configured_is_for_users_without_their_own(void)
{
    world_run(check_configured);
}

static void check_stale(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "alice", "lri");
    const struct grant *before = world_grant(world, &world->alice, "Shared/Sales");
    const struct grant *admin = world_grant(world, &world->admin, "Shared/Sales");
    CHECK(!quota_applies(world->mail, before));
    CHECK_OK(quota_attach(world->mail, admin, SLICE("sales")));
    struct append_outcome outcome = {0};
    CHECK_ERR(workers_append(world->mail, before, workers_make_messages(1), 1, 0, &outcome),
              ERR_STALE);
    CHECK(quota_applies(world->mail, world_grant(world, &world->alice, "Shared/Sales")));
    const struct quota_amounts one = {{1, 1, 0}};
    const struct grant *inbox = world_grant(world, &world->alice, "INBOX");
    set(world, "sales", 0, 0, 0);
    const struct grant *sales = world_grant(world, &world->alice, "Shared/Sales");
    CHECK_ERR(quota_check_move(world->mail, inbox, sales, &one, NULL), ERR_OVER_QUOTA);
    CHECK_OK(quota_check_move(world->mail, sales, sales, &one, NULL));
    CHECK_OK(quota_check_move(world->mail, sales, inbox, &one, NULL));
    CHECK_ERR(
        quota_check_delivery(world->mail, world_grant(world, &world->admin, "Shared/Sales"), &one),
        ERR_OVER_QUOTA);
    CHECK_STR(last_error()->text, "The mailbox is full");
}

void test_quota_root_that_comes_makes_grants_stale(void)
{
    world_run(check_stale);
}

static void check_names(struct world *world)
{
    world_create(world, "Shared/Sales");
    const struct grant *admin = world_grant(world, &world->admin, "Shared/Sales");
    CHECK_ERR(quota_attach(world->mail, admin, SLICE("user/alice")), ERR_INVALID);
    CHECK_ERR(quota_attach(world->mail, admin, SLICE("inbox")), ERR_INVALID);
    CHECK_ERR(quota_attach(world->mail, admin, SLICE("a\tb")), ERR_INVALID);
    CHECK_ERR(quota_attach(world->mail,
                           world_grant(world, &world->admin, "Other Users/alice/INBOX"),
                           SLICE("sales")),
              ERR_INVALID);
    CHECK_ERR(quota_set(world->mail, &world->admin, SLICE("nothing"), &QUOTA_NO_LIMITS),
              ERR_NOT_FOUND);
    CHECK_ERR(quota_set(world->mail, &world->admin, SLICE("user/nobody"), &QUOTA_NO_LIMITS),
              ERR_NOT_FOUND);
    CHECK_ERR(quota_delete(world->mail, &world->admin, SLICE("nothing")), ERR_NOT_FOUND);
    CHECK_ERR(quota_set(world->mail, &world->alice, SLICE("user/alice"), &QUOTA_NO_LIMITS),
              ERR_DENIED);
    CHECK_ERR(quota_set(world->mail, &world->alice, SLICE("user/bob"), &QUOTA_NO_LIMITS),
              ERR_NOT_FOUND);
}

void test_quota_roots_have_names_of_their_own(void)
{
    world_run(check_names);
}

enum { RACERS = 12, ROOM = 5 };

struct racer {
    struct mail *mail;
    const struct grant *grant;
    int64_t message;
    int result;
    bool done;
};

static void race(void *arg)
{
    struct racer *racer = arg;
    struct append_outcome outcome = {0};
    racer->result = workers_append(racer->mail, racer->grant, racer->message, 1, 0, &outcome);
    if (!racer->result)
        uidset_clear(&outcome.uids);
    racer->done = true;
}

static bool all_done(void *arg)
{
    const struct racer *racers = arg;
    for (size_t i = 0; i < RACERS; i++)
        if (!racers[i].done)
            return false;
    return true;
}

/* In two mailboxes of one root, by two workers. */
static void check_race(struct world *world)
{
    static struct racer racers[RACERS];
    static const char *const names[] = {"Shared/Sales", "Shared/Sales/2026"};
    struct worker workers[2];
    for (size_t i = 0; i < 2; i++) {
        world_create(world, names[i]);
        world_allow(world, names[i], "alice", "lri");
    }
    CHECK_OK(
        quota_attach(world->mail, world_grant(world, &world->admin, names[0]), SLICE("sales")));
    set(world, "sales", QUOTA_UNLIMITED, ROOM, QUOTA_UNLIMITED);
    for (size_t i = 0; i < 2; i++)
        worker_start(&workers[i], false);
    for (size_t i = 0; i < RACERS; i++) {
        struct worker *worker = &workers[i % 2];
        racers[i] = (struct racer){
            .mail = worker->mail,
            .grant = worker_grant(worker, world, &world->alice, names[i / 2 % 2]),
            .message = workers_make_messages(1),
        };
    }
    for (size_t i = 0; i < RACERS; i++)
        CHECK_OK(fiber_spawn("racer", race, &racers[i], NULL));
    CHECK(workers_wait(all_done, racers));
    size_t appended = 0;
    for (size_t i = 0; i < RACERS; i++) {
        appended += !racers[i].result;
        CHECK(!racers[i].result || racers[i].result == -ERR_OVER_QUOTA);
    }
    CHECK_INT(appended, ROOM);
    CHECK_INT(world_sql("SELECT sum(messages)::bigint FROM mailbox_state"), ROOM);
    for (size_t i = 0; i < 2; i++)
        worker_stop(&workers[i]);
}

void test_quota_is_not_exceeded_by_many_at_once(void)
{
    world_run(check_race);
}
