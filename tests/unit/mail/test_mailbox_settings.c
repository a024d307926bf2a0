/* Settings that open views must hear of. */
#include "mail/mailbox_settings.h"

#include "mail/acl.h"
#include "workers.h"

/* Two workers with the mailbox open; the administrator's grant for changing it. */
struct office {
    struct world *world;
    struct worker one, two;
    struct view *view; /* of worker one */
    const struct grant *alice, *admin;
};

static void office_open(struct office *office, struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "alice", "lrswipkxtea");
    world_allow(world, "Shared/Sales", "bob", "lrs");
    office->world = world;
    worker_start(&office->one, false);
    worker_start(&office->two, false);
    office->alice = worker_grant(&office->one, world, &world->alice, "Shared/Sales");
    office->admin = worker_grant(&office->two, world, &world->admin, "Shared/Sales");
    struct append_outcome outcome = {0};
    CHECK_OK(
        workers_append(office->one.mail, office->alice, workers_make_messages(3), 3, 0, &outcome));
    uidset_clear(&outcome.uids);
    office->view = worker_view(&office->one, world, &world->alice, "Shared/Sales");
}

static void office_close(struct office *office)
{
    view_close(&office->view);
    worker_stop(&office->two);
    worker_stop(&office->one);
}

static void set_seen(struct office *office, bool per_user)
{
    CHECK_OK(mailbox_set_seen_per_user(office->two.mail, office->admin, per_user));
    CHECK_OK(
        view_catch_up(office->view, (uint64_t)world_sql("SELECT highest_modseq FROM mailbox_state s"
                                                        " JOIN mailboxes m ON m.id = s.mailbox_id"
                                                        " WHERE m.name = 'Sales'")));
}

static void check_shown(struct office *office, const struct actor *actor, const char *flags)
{
    struct picture *picture = worker_picture(office->view, actor);
    CHECK_STR(workers_render(picture), flags);
    picture_unref(&picture);
}

/* What alice knows of the mailbox from before differs from now in these messages. */
static void check_changed(struct office *office, const struct picture *before, const char *uids)
{
    struct picture *now = worker_picture(office->view, &office->world->alice);
    struct picture_difference difference;
    struct buffer text;
    buffer_init(&text, 0);
    CHECK_OK(picture_difference(before, now, &difference));
    uidset_render(&difference.changed, &text);
    check_slice(buffer_slice(&text), slice_cstr(uids), "changed", __FILE__, __LINE__);
    CHECK(uidset_is_empty(&difference.expunged));
    buffer_clear(&text);
    picture_difference_clear(&difference);
    picture_unref(&now);
}

static void check_modes(struct world *world)
{
    struct office office;
    office_open(&office, world);
    CHECK_OK(workers_store(office.one.mail, office.alice, 1, 2, FLAG_CHANGE_ADD, FLAG_SEEN));
    check_shown(&office, &world->alice, "1:1 2:1 3:0");
    check_shown(&office, &world->bob, "1:0 2:0 3:0");
    struct picture *before = worker_picture(office.view, &world->bob);
    set_seen(&office, false);
    CHECK(grant_is_stale(office.alice, view_rights_modseq(office.view)));
    check_shown(&office, &world->alice, "1:1 2:1 3:0");
    check_shown(&office, &world->bob, "1:1 2:1 3:0");
    check_changed(&office, before, "1:2");
    picture_unref(&before);
    /* Nobody's messages become unread, and from then on each has their own. */
    before = worker_picture(office.view, &world->alice);
    set_seen(&office, true);
    check_shown(&office, &world->alice, "1:1 2:1 3:0");
    check_shown(&office, &world->bob, "1:1 2:1 3:0");
    const struct grant *bob = worker_grant(&office.one, world, &world->bob, "Shared/Sales");
    CHECK_OK(workers_store(office.one.mail, bob, 1, 1, FLAG_CHANGE_REMOVE, FLAG_SEEN));
    check_shown(&office, &world->bob, "1:0 2:1 3:0");
    check_shown(&office, &world->alice, "1:1 2:1 3:0");
    /* Bits that were loaded in an earlier time of the same mode are not taken again. */
    struct picture *bobs = worker_picture(office.view, &world->bob);
    set_seen(&office, false);
    set_seen(&office, true);
    check_shown(&office, &world->bob, "1:1 2:1 3:0");
    picture_unref(&bobs);
    picture_unref(&before);
    office_close(&office);
}

void test_mailbox_settings_whose_seen_it_is_reaches_open_views(void)
{
    world_run(check_modes);
}

static void check_stale_writer(struct world *world)
{
    struct office office;
    office_open(&office, world);
    CHECK_OK(mailbox_set_seen_per_user(office.two.mail, office.admin, false));
    CHECK_ERR(workers_store(office.one.mail, office.alice, 1, 1, FLAG_CHANGE_ADD, FLAG_SEEN),
              ERR_STALE);
    const struct grant *now = worker_grant(&office.one, world, &world->alice, "Shared/Sales");
    CHECK(!grant_seen_per_user(now));
    CHECK_OK(workers_store(office.one.mail, now, 1, 1, FLAG_CHANGE_ADD, FLAG_SEEN));
    CHECK_INT(world_sql("SELECT flags FROM entries WHERE uid = 1"), FLAG_SEEN);
    check_shown(&office, &world->bob, "1:1 2:0 3:0");
    office_close(&office);
}

void test_mailbox_settings_make_grants_stale(void)
{
    world_run(check_stale_writer);
}

static void check_rights(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "bob", "lrswipkxte");
    const struct grant *bob = world_grant(world, &world->bob, "Shared/Sales");
    CHECK_ERR(mailbox_set_seen_per_user(world->mail, bob, false), ERR_DENIED);
    CHECK_ERR(mailbox_set_special_use(world->mail, bob, SLICE("\\Sent")), ERR_DENIED);
    const struct grant *admin = world_grant(world, &world->admin, "Shared/Sales");
    CHECK_ERR(mailbox_set_special_use(world->mail, admin, SLICE("\\All")), ERR_INVALID);
    CHECK_OK(mailbox_set_special_use(world->mail, admin, SLICE("\\sent")));
    admin = world_grant(world, &world->admin, "Shared/Sales");
    CHECK_SLICE(grant_special_use(admin), "\\Sent");
}

void test_mailbox_settings_need_a(void)
{
    world_run(check_rights);
}
