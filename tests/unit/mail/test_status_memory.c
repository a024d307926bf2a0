#include "mail/mailbox.h"
#include "world.h"

/* What STATUS says of a mailbox that is looked up anew; *statements_out: how many that took
 * besides the look-up. */
static struct mailbox_status status_of(struct world *world, const struct actor *actor,
                                       uint64_t *statements_out)
{
    const struct grant *grant = world_grant(world, actor, "Shared/Sales");
    struct database_counters before, after;
    struct mailbox_status status = {0};
    database_counters(world->database, &before);
    CHECK_OK(mailbox_status(world->mail, grant, &status));
    database_counters(world->database, &after);
    *statements_out = after.statements - before.statements;
    return status;
}

static void check_memory(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "anyone", "lr");
    world_sql("UPDATE mailbox_state SET messages = 7, uidnext = 12");
    uint64_t statements;
    CHECK_U64(status_of(world, &world->alice, &statements).messages, 7);
    CHECK_U64(statements, 1);
    CHECK_U64(status_of(world, &world->alice, &statements).messages, 7);
    CHECK_U64(statements, 0);
    CHECK_U64(status_of(world, &world->bob, &statements).messages, 7);
    CHECK_U64(statements, 1); /* another user's \Seen */
    world_sql("UPDATE mailbox_state SET messages = 8, highest_modseq = highest_modseq + 1");
    CHECK_U64(status_of(world, &world->alice, &statements).messages, 8);
    CHECK_U64(statements, 1);
    CHECK_U64(status_of(world, &world->alice, &statements).messages, 8);
    CHECK_U64(statements, 0);
    world_sql("UPDATE mailbox_state SET first_recent = 12");
    CHECK_U64(status_of(world, &world->alice, &statements).recent, 0);
    CHECK_U64(statements, 1);
}

void test_status_memory_lasts_until_something_changes(void)
{
    world_run(check_memory);
}

static void check_many(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "anyone", "lr");
    uint64_t statements;
    struct actor actor = world->alice;
    for (int i = 0; i < 10000; i++) {
        actor.user_id = 1000 + i; /* what counts is that they differ */
        status_of(world, &actor, &statements);
        CHECK_U64(statements, 1);
    }
    status_of(world, &actor, &statements);
    CHECK_U64(statements, 0);
}

void test_status_memory_gives_way_to_what_is_new(void)
{
    world_run(check_many);
}
