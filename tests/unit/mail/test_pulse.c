#include "mail/pulse.h"

#include "fiber/fiber.h"
#include "fiber/wait.h"
#include "world.h"

enum { ASKING = 150 };

struct crowd {
    struct world *world;
    const struct grant *grants[3];
    int answers[3]; /* how many were right */
    size_t left;
    struct wait_queue done;
    bool third_is_gone;
};

static struct crowd crowd;
static size_t next_number;

static void ask(void *arg)
{
    (void)arg;
    size_t number = next_number++ % 3;
    struct pulse pulse = {0};
    int err = pulse_read(crowd.world->mail, crowd.grants[number], &pulse);
    bool right = number == 2 && crowd.third_is_gone
                     ? err == -ERR_NOT_FOUND
                     : !err && pulse.rights_modseq == grant_rights_modseq(crowd.grants[number]) &&
                           pulse.user_disabled == (number == 1);
    crowd.answers[number] += right;
    if (--crowd.left == 0)
        wait_wake_all(&crowd.done);
}

static uint64_t statements_of_a_crowd(size_t asking)
{
    struct database_counters before, after;
    database_counters(crowd.world->database, &before);
    crowd.left = asking;
    wait_queue_init(&crowd.done);
    for (size_t i = 0; i < asking; i++)
        CHECK_OK(fiber_spawn("asking", ask, NULL, NULL));
    while (crowd.left > 0)
        CHECK_OK(wait_for(&crowd.done, WAIT_FOREVER));
    database_counters(crowd.world->database, &after);
    return after.statements - before.statements;
}

static void check_crowd(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_create(world, "Shared/Old");
    world_allow(world, "Shared/Sales", "anyone", "lr");
    world_allow(world, "Shared/Old", "anyone", "lr");
    crowd = (struct crowd){.world = world};
    crowd.grants[0] = world_grant(world, &world->alice, "Shared/Sales");
    crowd.grants[1] = world_grant(world, &world->bob, "Shared/Sales");
    crowd.grants[2] = world_grant(world, &world->alice, "Shared/Old");
    world_sql("UPDATE users SET disabled = true WHERE login = 'bob'");
    CHECK_U64(statements_of_a_crowd(ASKING), 1); /* three questions, however many ask */
    for (size_t i = 0; i < 3; i++)
        CHECK_INT(crowd.answers[i], ASKING / 3);
    world_sql("UPDATE mailboxes SET deleted_at = now() WHERE name = 'Old'");
    crowd.third_is_gone = true;
    CHECK_U64(statements_of_a_crowd(ASKING), 1);
    for (size_t i = 0; i < 3; i++)
        CHECK_INT(crowd.answers[i], 2 * ASKING / 3);
    for (size_t i = 0; i < 3; i++)
        CHECK_U64(statements_of_a_crowd(1), 1);
    for (size_t i = 0; i < 3; i++)
        CHECK_INT(crowd.answers[i], 2 * ASKING / 3 + 1);
}

void test_pulse_is_one_statement_for_all_who_ask_in_a_turn(void)
{
    world_run(check_crowd);
}

struct asker {
    struct world *world;
    const struct grant *grant;
    uint64_t modseq;
    bool over;
    size_t behind; /* pulses older than their question */
};

/* Asks again and again while the modseq grows: no answer may be older. */
static void ask_again(void *arg)
{
    struct asker *asker = arg;
    for (size_t number = next_number++; !asker->over; number++) {
        struct pulse pulse = {0};
        for (size_t pause = number % 5; pause > 0; pause--)
            fiber_yield(); /* so that some come while others wait for their answer */
        uint64_t before = asker->modseq;
        CHECK_OK(pulse_read(asker->world->mail, asker->grant, &pulse));
        asker->behind += pulse.modseq < before;
    }
    if (--crowd.left == 0)
        wait_wake_all(&crowd.done);
}

static void check_age(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "anyone", "lr");
    struct asker asker = {.world = world,
                          .grant = world_grant(world, &world->alice, "Shared/Sales")};
    crowd = (struct crowd){.world = world, .left = 20};
    wait_queue_init(&crowd.done);
    for (size_t i = 0; i < 20; i++)
        CHECK_OK(fiber_spawn("asking", ask_again, &asker, NULL));
    for (int i = 0; i < 200; i++) {
        asker.modseq = (uint64_t)world_sql(
            "UPDATE mailbox_state s SET highest_modseq = highest_modseq + 1 FROM mailboxes m"
            " WHERE m.id = s.mailbox_id AND m.name = 'Sales' RETURNING highest_modseq");
        fiber_yield();
    }
    asker.over = true;
    while (crowd.left > 0)
        CHECK_OK(wait_for(&crowd.done, WAIT_FOREVER));
    CHECK_U64(asker.behind, 0);
}

void test_pulse_is_never_older_than_the_question(void)
{
    world_run(check_age);
}
