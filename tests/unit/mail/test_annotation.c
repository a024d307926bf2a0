/* Annotations under races, and what the journal says of them. */
#include "mail/annotation.h"

#include "workers.h"

static int write_one(struct world *world, const struct actor *actor, const struct grant *grant,
                     const char *entry, const char *value)
{
    const struct annotation annotation = {
        .entry = slice_cstr(entry),
        .value = value ? slice_cstr(value) : (struct slice){NULL, 0},
    };
    return annotation_write(world->mail, actor, grant, &annotation, 1);
}

static void check_value(struct world *world, const struct actor *actor, const struct grant *grant,
                        const char *entry, const char *expected)
{
    struct slice value;
    if (!CHECK_OK(
            annotation_get(world->mail, actor, grant, slice_cstr(entry), &world->arena, &value)))
        return;
    CHECK(!value.data == !expected);
    if (value.data && expected)
        check_slice(value, slice_cstr(expected), entry, __FILE__, __LINE__);
}

static void check_rights(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "alice", "lrw");
    const struct grant *grant = world_grant(world, &world->alice, "Shared/Sales");
    CHECK_OK(write_one(world, &world->alice, grant, "/shared/comment", "hers"));
    check_value(world, &world->alice, grant, "/shared/comment", "hers");
    check_value(world, &world->alice, grant, "/private/comment", NULL);
    /* The grant is from before: it proves nothing any more. */
    world_allow(world, "Shared/Sales", "alice", "lr");
    CHECK_ERR(write_one(world, &world->alice, grant, "/shared/comment", "lost"), ERR_STALE);
    CHECK_ERR(write_one(world, &world->alice, grant, "/private/comment", "lost"), ERR_STALE);
    struct slice value;
    CHECK_ERR(annotation_get(world->mail, &world->alice, grant, SLICE("/shared/comment"),
                             &world->arena, &value),
              ERR_STALE);
    grant = world_grant(world, &world->alice, "Shared/Sales");
    CHECK_ERR(write_one(world, &world->alice, grant, "/shared/comment", "lost"), ERR_DENIED);
    check_value(world, &world->alice, grant, "/shared/comment", "hers");
}

void test_annotation_needs_rights_that_still_hold(void)
{
    world_run(check_rights);
}

static void check_journal(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "alice", "lrw");
    const struct grant *grant = world_grant(world, &world->alice, "Shared/Sales");
    int64_t before = world_sql("SELECT sum(highest_modseq)::bigint FROM mailbox_state");
    const struct annotation both[] = {{.entry = SLICE("/shared/b"), .value = SLICE("1")},
                                      {.entry = SLICE("/private/c"), .value = SLICE("2")},
                                      {.entry = SLICE("/shared/a"), .value = SLICE("3")}};
    CHECK_OK(annotation_write(world->mail, &world->alice, grant, both, 3));
    CHECK_INT(world_sql("SELECT sum(highest_modseq)::bigint FROM mailbox_state"), before + 2);
    CHECK_INT(world_sql("SELECT count(*) FROM journal WHERE kind = 'metadata' AND user_id IS NULL"
                        " AND detail = '/shared/a /shared/b' AND actor = 'alice'"),
              1);
    CHECK_INT(world_sql("SELECT count(*) FROM journal JOIN users u ON u.id = user_id"
                        " WHERE kind = 'metadata' AND u.login = 'alice' AND detail = '/private/c'"),
              1);
    CHECK_OK(annotation_write(world->mail, &world->alice, grant, both, 3));
    CHECK_OK(write_one(world, &world->alice, grant, "/shared/none", NULL));
    CHECK_INT(world_sql("SELECT sum(highest_modseq)::bigint FROM mailbox_state"), before + 2);
}

void test_annotation_is_in_the_journal_when_it_changes(void)
{
    world_run(check_journal);
}

static void check_server(struct world *world)
{
    CHECK_ERR(write_one(world, &world->alice, NULL, "/shared/comment", "hers"), ERR_DENIED);
    CHECK_ERR(write_one(world, &world->admin, NULL, "/private/comment", "whose"), ERR_INVALID);
    CHECK_OK(write_one(world, &world->admin, NULL, "/shared/comment", "all"));
    CHECK_OK(write_one(world, &world->alice, NULL, "/private/comment", "hers"));
    check_value(world, &world->bob, NULL, "/shared/comment", "all");
    check_value(world, &world->bob, NULL, "/private/comment", NULL);
    check_value(world, &world->alice, NULL, "/private/comment", "hers");
    CHECK_OK(write_one(world, &world->admin, NULL, "/shared/comment", NULL));
    check_value(world, &world->bob, NULL, "/shared/comment", NULL);
}

void test_annotation_of_the_server(void)
{
    world_run(check_server);
}

static void check_binary(struct world *world)
{
    const struct annotation annotation = {.entry = SLICE("/private/x"), .value = SLICE("a\0\xff")};
    CHECK_OK(annotation_write(world->mail, &world->alice, NULL, &annotation, 1));
    struct slice value;
    CHECK_OK(
        annotation_get(world->mail, &world->alice, NULL, annotation.entry, &world->arena, &value));
    CHECK_SLICE(value, "a\0\xff");
}

void test_annotation_may_be_any_octets(void)
{
    world_run(check_binary);
}
