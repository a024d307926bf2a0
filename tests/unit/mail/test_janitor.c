#include "janitor.h"

#include <stdio.h>

#include "engine.h"
#include "mail/mailbox.h"
#include "mail/undelete.h"
#include "workers.h"

/* World SQL about the mailbox of this name. */
static int64_t count(const char *what, const char *mailbox)
{
    char sql[400];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM %s x JOIN mailboxes m ON m.id = x.mailbox_id "
             "WHERE m.name = '%s'",
             what, mailbox);
    return world_sql(sql);
}

/* Lets everything there have happened so many days before. */
static void grow_old(const char *mailbox, int days)
{
    char sql[400];
    snprintf(sql, sizeof sql,
             "WITH m AS (SELECT id FROM mailboxes WHERE name = '%s'), "
             "x AS (UPDATE expunged SET expunged_at = expunged_at - interval '%d days' "
             "WHERE mailbox_id = (SELECT id FROM m)) "
             "UPDATE journal SET at = at - interval '%d days' "
             "WHERE mailbox_id = (SELECT id FROM m)",
             mailbox, days, days);
    world_sql(sql);
}

static const struct grant *fill(struct world *world, const char *mailbox, uint32_t messages)
{
    struct append_outcome outcome;
    world_create(world, mailbox);
    world_allow(world, mailbox, "alice", "lrswite");
    const struct grant *alice = world_grant(world, &world->alice, mailbox);
    if (CHECK_OK(workers_append(world->mail, alice, workers_make_messages(messages), messages,
                                FLAG_SEEN | FLAG_DELETED, &outcome)))
        uidset_clear(&outcome.uids);
    return alice;
}

static void set_retention(struct world *world, const char *mailbox, int32_t days)
{
    CHECK_OK(mailbox_set_retention(world->mail, world_grant(world, &world->admin, mailbox), days));
}

/* The engine's retention is 14 days, the journal's 90. */
static void keeps_as_configured(struct world *world)
{
    world->mail->settings.retention_days = 14;
    world->mail->settings.journal_days = 90;
    CHECK_OK(workers_expunge(world->mail, fill(world, "Shared/Usual", 3)));
    CHECK_OK(workers_expunge(world->mail, fill(world, "Shared/Short", 3)));
    CHECK_OK(workers_expunge(world->mail, fill(world, "Shared/Long", 3)));
    set_retention(world, "Shared/Short", 2);
    set_retention(world, "Shared/Long", 200);
    janitor_sweep(world->mail);
    CHECK_INT(world_sql("SELECT count(*) FROM expunged"), 9);
    CHECK_INT(world_sql("SELECT count(*) FROM expunged_seen"), 3);

    for (int days = 0; days < 3; days++) {
        grow_old("Usual", 1);
        grow_old("Short", 1);
        grow_old("Long", 1);
    }
    janitor_sweep(world->mail);
    CHECK_INT(count("expunged", "Usual"), 3);
    CHECK_INT(count("expunged", "Short"), 0);
    CHECK_INT(count("expunged", "Long"), 3);
    CHECK_INT(count("expunged_seen", "Short"), 0);
    CHECK_INT(count("expunged_seen", "Usual"), 1);

    grow_old("Usual", 100);
    grow_old("Short", 100);
    grow_old("Long", 100);
    janitor_sweep(world->mail);
    CHECK_INT(count("expunged", "Usual"), 0);
    CHECK_INT(count("expunged", "Long"), 3);
    CHECK_INT(count("journal", "Usual"), 1); /* that the retention ended */
    CHECK_INT(count("journal", "Short"), 0);
    CHECK(count("journal", "Long") >= 3);
    CHECK_INT(world_sql("SELECT count(*) FROM messages"), 3);
}

void test_janitor_keeps_as_long_as_each_mailbox_says(void)
{
    world_run(keeps_as_configured);
}

static void journal_outlives(struct world *world)
{
    world->mail->settings.retention_days = 30;
    world->mail->settings.journal_days = 1;
    CHECK_OK(workers_expunge(world->mail, fill(world, "Shared/Sales", 2)));
    grow_old("Sales", 20);
    janitor_sweep(world->mail);
    CHECK_INT(count("expunged", "Sales"), 2);
    CHECK(count("journal", "Sales") > 0);
    grow_old("Sales", 20);
    janitor_sweep(world->mail);
    CHECK_INT(count("expunged", "Sales"), 0);
    CHECK_INT(count("journal", "Sales"), 1); /* that the retention ended */
}

void test_janitor_knows_who_expunged_what_it_keeps(void)
{
    world_run(journal_outlives);
}

/* More than the batches of one round of sweeping take. */
static void many(struct world *world)
{
    enum { MANY = 450 };
    world->mail->settings.retention_days = 14;
    CHECK_OK(workers_expunge(world->mail, fill(world, "Shared/Sales", MANY)));
    grow_old("Sales", 15);
    janitor_sweep(world->mail);
    CHECK_INT(count("expunged", "Sales"), 0);
    CHECK_INT(world_sql("SELECT count(*) FROM messages"), 0);
}

void test_janitor_goes_on_until_nothing_is_left(void)
{
    world_run(many);
}

static void deleted_mailboxes(struct world *world)
{
    world->mail->settings.retention_days = 14;
    fill(world, "Shared/Usual", 2);
    fill(world, "Shared/Long", 2);
    set_retention(world, "Shared/Long", 200);
    CHECK_OK(mailbox_delete(world->mail, world_grant(world, &world->admin, "Shared/Usual")));
    CHECK_OK(mailbox_delete(world->mail, world_grant(world, &world->admin, "Shared/Long")));
    world_sql("UPDATE mailboxes SET deleted_at = deleted_at - interval '15 days' "
              "WHERE deleted_at IS NOT NULL");
    janitor_sweep(world->mail);
    CHECK_INT(world_sql("SELECT count(*) FROM mailboxes WHERE name = 'Usual'"), 0);
    CHECK_INT(world_sql("SELECT count(*) FROM mailboxes WHERE name = 'Long'"), 1);
    CHECK_INT(count("entries", "Long"), 2);
    CHECK_INT(world_sql("SELECT count(*) FROM messages"), 2);
}

void test_janitor_forgets_deleted_mailboxes(void)
{
    world_run(deleted_mailboxes);
}
