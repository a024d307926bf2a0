#include "mail/grant_memory.h"

#include <stdio.h>

#include "mail/mailbox.h"
#include "world.h"

static const struct actor *from(struct actor *actor, const char *client)
{
    actor->client = slice_cstr(client);
    return actor;
}

/* What is known now of the mailbox for the actor: its id, 0 when nothing. */
static int64_t known(struct world *world, const struct actor *actor, const char *name)
{
    const struct grant *grant = NULL;
    CHECK_OK(grant_recall_now(world->mail, actor, slice_cstr(name), &world->arena, &grant));
    return grant ? grant_mailbox_id(grant) : 0;
}

static void remember(struct world *world, const struct actor *actor, const char *name)
{
    grant_remember(world->mail, slice_cstr(name), world_grant(world, actor, name));
}

static void check_copies(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "alice", "lri");
    const struct grant *looked_up = world_grant(world, &world->alice, "Shared/Sales");
    grant_remember(world->mail, SLICE("Shared/Sales"), looked_up);
    struct actor elsewhere = world->alice;
    const struct grant *grant = grant_recall(world->mail, from(&elsewhere, "192.0.2.77"),
                                             SLICE("Shared/Sales"), &world->arena);
    CHECK(grant && grant != looked_up);
    CHECK_INT(grant_mailbox_id(grant), grant_mailbox_id(looked_up));
    CHECK_INT(grant_rights(grant), grant_rights(looked_up));
    CHECK_SLICE(grant_name(grant), "Shared/Sales");
    CHECK_SLICE(grant_path(grant)->path, "Sales");
    CHECK_SLICE(grant_actor(grant)->login, "alice");
    CHECK_SLICE(grant_actor(grant)->client, "192.0.2.77");
    struct mail *mail = world->mail;
    CHECK(!grant_recall(mail, &world->bob, SLICE("Shared/Sales"), &world->arena));
    CHECK(!grant_recall(mail, &world->alice, SLICE("Shared/Sale"), &world->arena));
    grant_forget(mail, &world->alice, SLICE("Shared/Sales"));
    CHECK(!grant_recall(mail, &world->alice, SLICE("Shared/Sales"), &world->arena));
}

void test_grant_memory_gives_each_actor_a_copy(void)
{
    world_run(check_copies);
}

static void check_confirmed(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "alice", "lri");
    remember(world, &world->alice, "Shared/Sales");
    struct database_counters before, after;
    database_counters(world->database, &before);
    int64_t id = known(world, &world->alice, "Shared/Sales");
    database_counters(world->database, &after);
    CHECK(id != 0);
    CHECK_U64(after.statements - before.statements, 1);
    world_sql("UPDATE mailbox_state SET highest_modseq = highest_modseq + 1");
    CHECK_INT(known(world, &world->alice, "Shared/Sales"), id);
    world_allow(world, "Shared/Sales", "carol", "lr");
    CHECK_INT(known(world, &world->alice, "Shared/Sales"), 0);
    CHECK(!grant_recall(world->mail, &world->alice, SLICE("Shared/Sales"), &world->arena));
    remember(world, &world->alice, "Shared/Sales");
    CHECK_INT(known(world, &world->alice, "Shared/Sales"), id);
    world_sql("UPDATE mailboxes SET deleted_at = now() WHERE name = 'Sales'");
    CHECK_INT(known(world, &world->alice, "Shared/Sales"), 0);
}

void test_grant_memory_asks_whether_it_still_holds(void)
{
    world_run(check_confirmed);
}

static void check_expired(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "alice", "lri");
    world_sql("UPDATE acl SET expires_at = now() + interval '0.2 seconds'");
    remember(world, &world->alice, "Shared/Sales");
    CHECK(known(world, &world->alice, "Shared/Sales") != 0);
    world_sql("SELECT pg_sleep(0.25)");
    CHECK_INT(known(world, &world->alice, "Shared/Sales"), 0);
    CHECK(!grant_recall(world->mail, &world->alice, SLICE("Shared/Sales"), &world->arena));
}

void test_grant_memory_ends_with_the_grant(void)
{
    world_run(check_expired);
}

static void check_disabled(struct world *world)
{
    remember(world, &world->alice, "INBOX");
    world_sql("UPDATE users SET disabled = true WHERE login = 'alice'");
    const struct grant *grant;
    CHECK_ERR(grant_recall_now(world->mail, &world->alice, SLICE("INBOX"), &world->arena, &grant),
              ERR_CREDENTIALS);
    world_sql("UPDATE users SET disabled = false");
    CHECK(known(world, &world->alice, "INBOX") != 0);
}

void test_grant_memory_tells_that_the_account_was_disabled(void)
{
    world_run(check_disabled);
}

static void check_bound(struct world *world)
{
    enum { NAMES = 20000, PLACES = 4096 };
    const struct grant *grant = world_grant(world, &world->alice, "INBOX");
    char name[32];
    for (int i = 0; i < NAMES; i++) {
        snprintf(name, sizeof name, "Mailbox %d", i);
        grant_remember(world->mail, slice_cstr(name), grant);
        CHECK(grant_recall(world->mail, &world->alice, slice_cstr(name), &world->arena));
    }
    int left = 0;
    for (int i = 0; i < NAMES; i++) {
        snprintf(name, sizeof name, "Mailbox %d", i);
        left += grant_recall(world->mail, &world->alice, slice_cstr(name), &world->arena) != NULL;
    }
    CHECK(left > PLACES / 2 && left <= PLACES);
}

void test_grant_memory_is_bounded(void)
{
    world_run(check_bound);
}

static void check_administrator(struct world *world)
{
    world_create(world, "Shared/Sales");
    remember(world, &world->admin, "Shared/Sales");
    CHECK(!grant_recall(world->mail, &world->admin, SLICE("Shared/Sales"), &world->arena));
}

void test_grant_memory_keeps_none_of_the_administrator(void)
{
    world_run(check_administrator);
}
