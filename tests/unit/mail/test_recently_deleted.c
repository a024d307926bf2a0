#include "mail/recently_deleted.h"

#include "engine.h"
#include "janitor.h"
#include "view_state.h"
#include "workers.h"

/* Messages 1 to 4 of Shared/Sales were expunged, 4 by a change of its own. */
static struct view *expunge_four(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "alice", "lrswite");
    const struct grant *alice = world_grant(world, &world->alice, "Shared/Sales");
    for (int change = 0; change < 2; change++) {
        uint32_t messages = change == 0 ? 3 : 1;
        struct append_outcome outcome;
        if (CHECK_OK(workers_append(world->mail, alice, workers_make_messages(messages), messages,
                                    FLAG_FLAGGED | FLAG_DELETED, &outcome)))
            uidset_clear(&outcome.uids);
        CHECK_OK(workers_expunge(world->mail, alice));
    }
    struct view *view = NULL;
    const struct grant *grant = world_grant(world, &world->alice, "Shared/Sales/Recently Deleted");
    CHECK(grant_is_recently_deleted(grant));
    CHECK(grant_is_recently_deleted_of(grant, alice));
    CHECK_OK(view_open(world->mail, grant, &view));
    return view;
}

static const char *shown(struct view *view, const struct actor *actor)
{
    struct picture *picture;
    if (!CHECK_OK(view_picture(view, actor->user_id, &picture)))
        return "";
    const char *text = workers_render(picture);
    picture_unref(&picture);
    return text;
}

static void catch_up(struct view *view)
{
    CHECK_OK(view_catch_up(
        view, (uint64_t)world_sql("SELECT highest_modseq FROM mailbox_state s JOIN mailboxes m"
                                  " ON m.id = s.mailbox_id WHERE m.name = 'Sales'")));
}

static void notices_the_sweep(struct world *world)
{
    world->mail->settings.retention_days = 14;
    world->mail->settings.journal_days = 90;
    struct view *view = expunge_four(world);
    CHECK_STR(shown(view, &world->alice), "1:4 2:4 3:4 4:4");
    janitor_sweep(world->mail);
    catch_up(view);
    CHECK_STR(shown(view, &world->alice), "1:4 2:4 3:4 4:4");

    world_sql("UPDATE expunged SET expunged_at = expunged_at - interval '15 days' WHERE uid < 3");
    uint64_t before = view_modseq(view);
    janitor_sweep(world->mail);
    catch_up(view);
    CHECK_STR(shown(view, &world->alice), "3:4 4:4");
    CHECK_U64(view_modseq(view), before + 1);
    CHECK_INT(world_sql("SELECT recently_deleted FROM mailbox_state s JOIN mailboxes m"
                        " ON m.id = s.mailbox_id WHERE m.name = 'Sales'"),
              2);
    janitor_sweep(world->mail);
    catch_up(view);
    CHECK_U64(view_modseq(view), before + 1);
    view_close(&view);
}

void test_recently_deleted_notices_the_sweep(void)
{
    world_run(notices_the_sweep);
}

static void loads_anew(struct world *world)
{
    struct view *view = expunge_four(world);
    const struct grant *alice = world_grant(world, &world->alice, "Shared/Sales");
    struct append_outcome outcome;
    if (CHECK_OK(workers_append(world->mail, alice, workers_make_messages(1), 1, FLAG_DELETED,
                                &outcome)))
        uidset_clear(&outcome.uids);
    struct worker other;
    worker_start(&other, false);
    CHECK_OK(
        workers_expunge(other.mail, worker_grant(&other, world, &world->alice, "Shared/Sales")));
    worker_stop(&other);
    world_sql("DELETE FROM expunged WHERE deleted_uid = 2");
    world_sql("DELETE FROM journal");
    catch_up(view);
    CHECK_STR(shown(view, &world->alice), "1:4 3:4 4:4 5:0");
    view_close(&view);
}

void test_recently_deleted_loads_anew_after_a_gap_in_the_journal(void)
{
    world_run(loads_anew);
}

static void check_names(struct world *world)
{
    struct view *view = expunge_four(world);
    view_close(&view);
    const struct grant *grant;
    CHECK_ERR(world_check(world, &world->bob, "Shared/Sales/Recently Deleted", "", &grant),
              ERR_NOT_FOUND);
    CHECK_OK(world_check(world, &world->alice, "Shared/Sales/Recently Deleted", "lret", &grant));
    CHECK_ERR(world_check(world, &world->alice, "Shared/Sales/Recently Deleted", "i", &grant),
              ERR_WRONG_STATE);
    CHECK_ERR(world_check(world, &world->alice, "Shared/Sales/recently deleted", "", &grant),
              ERR_NOT_FOUND);
    world->mail->settings.recently_deleted = false;
    CHECK_ERR(world_check(world, &world->alice, "Shared/Sales/Recently Deleted", "", &grant),
              ERR_NOT_FOUND);
}

void test_recently_deleted_is_a_name_for_those_with_the_rights(void)
{
    world_run(check_names);
}
