/* RENAME INBOX: the messages move, INBOX stays (RFC 3501 section 6.3.5). */
#include "mail/content.h"
#include "mail/mailbox.h"
#include "mail/quota.h"
#include "mail/view.h"
#include "mail/writer.h"
#include "world.h"

enum { MANY = 2500 };

static void deliver(struct world *world, const struct grant *grant, struct append_item *items,
                    size_t count)
{
    struct append_outcome outcome = {0};
    uidset_init(&outcome.uids);
    CHECK_OK(writer_append(world->mail, grant, items, count, &outcome));
    uidset_clear(&outcome.uids);
}

/* Many copies of one message; the last has a keyword. */
static void fill(struct world *world, const struct grant *inbox)
{
    struct intake *intake;
    struct intake_result result = {0};
    CHECK_OK(intake_begin(world->mail, &intake));
    CHECK_OK(intake_write(intake, SLICE("Subject: x\r\n\r\nbody\r\n")));
    CHECK_OK(intake_finish(intake, &result));
    intake_free(&intake);
    struct slice unused = SLICE("$Unused"), forwarded = SLICE("$Forwarded");
    flag_mask mask;
    const struct flag_names first = {0, &unused, 1}, second = {FLAG_FLAGGED, &forwarded, 1};
    CHECK_OK(writer_resolve_flags(world->mail, inbox, &first, &mask));
    CHECK_OK(writer_resolve_flags(world->mail, inbox, &second, &mask));
    struct append_item *items = ARENA_ARRAY(&world->arena, MANY, struct append_item);
    for (int i = 0; i < MANY; i++)
        items[i] = (struct append_item){.message_id = result.message_id,
                                        .size = result.size,
                                        .flags = i == MANY - 1 ? mask : FLAG_SEEN,
                                        .internal_date = i * INT64_C(1000000)};
    deliver(world, inbox, items, MANY);
}

static void check_contents(struct world *world, const char *name)
{
    const struct grant *grant = world_grant(world, &world->alice, name);
    struct view *view;
    struct picture *picture;
    CHECK_OK(view_open(world->mail, grant, &view));
    CHECK_OK(view_picture(view, world->alice.user_id, &picture));
    if (CHECK_INT(picture_count(picture), MANY)) {
        struct entry first = picture_entry(picture, 1), last = picture_entry(picture, MANY);
        CHECK_INT(first.flags, FLAG_SEEN);
        CHECK_INT(first.internal_date, 0);
        CHECK_INT(last.flags,
                  FLAG_FLAGGED | keyword_find(view_keywords(view), SLICE("$forwarded")));
        CHECK(keyword_find(view_keywords(view), SLICE("$forwarded")) != 0);
        CHECK_INT(last.internal_date, (MANY - 1) * INT64_C(1000000));
    }
    picture_unref(&picture);
    view_close(&view);
}

static void check_rename(struct world *world)
{
    const struct grant *inbox = world_grant(world, &world->alice, "INBOX");
    fill(world, inbox);
    CHECK_OK(mailbox_create(world->mail, &world->alice, SLICE("INBOX/Lists"), SLICE_EMPTY, NULL));
    CHECK_ERR(mailbox_rename(world->mail, inbox, SLICE("INBOX/Lists")), ERR_EXISTS);
    CHECK_OK(mailbox_rename(world->mail, inbox, SLICE("Archive/2026")));
    check_contents(world, "Archive/2026");
    struct mailbox_status status;
    CHECK_OK(mailbox_status(world->mail, inbox, &status));
    CHECK_U64(status.messages, 0);
    CHECK_INT(status.uidnext, MANY + 1);
    /* What is below INBOX stays there. */
    world_grant(world, &world->alice, "INBOX/Lists");
    const struct grant *none;
    CHECK_ERR(world_check(world, &world->alice, "Archive/2026/Lists", "", &none), ERR_NOT_FOUND);
}

void test_mailbox_inbox_renamed_is_moved_out_of(void)
{
    world_run(check_rename);
}

static void check_rights(struct world *world)
{
    static const rights_mask needed[] = {RIGHT_READ, RIGHT_DELETE_MESSAGES, RIGHT_EXPUNGE,
                                         RIGHT_DELETE_MAILBOX};
    const struct grant *inbox = world_grant(world, &world->alice, "INBOX");
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        const struct grant *less = grant_restrict(inbox, RIGHTS_ALL & ~needed[i], &world->arena);
        CHECK_ERR(mailbox_rename(world->mail, less, SLICE("Archive")), ERR_DENIED);
    }
    const struct grant *none;
    CHECK_ERR(world_check(world, &world->alice, "Archive", "", &none), ERR_NOT_FOUND);
}

void test_mailbox_inbox_rename_needs_all_rights_to_move(void)
{
    world_run(check_rights);
}

static uint64_t count_messages(struct world *world, const char *name)
{
    struct mailbox_status status = {0};
    CHECK_OK(mailbox_status(world->mail, world_grant(world, &world->alice, name), &status));
    return status.messages;
}

/* Some of the messages would have room. */
static void check_failure(struct world *world)
{
    const struct quota_amounts limits = {{QUOTA_UNLIMITED, MANY - 500, QUOTA_UNLIMITED}};
    const struct grant *inbox = world_grant(world, &world->alice, "INBOX");
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "alice", "lrik");
    fill(world, inbox);
    const struct grant *sales = world_grant(world, &world->admin, "Shared/Sales");
    CHECK_OK(quota_attach(world->mail, sales, SLICE("sales")));
    CHECK_OK(quota_set(world->mail, &world->admin, SLICE("sales"), &limits));
    CHECK_ERR(mailbox_rename(world->mail, inbox, SLICE("Shared/Sales/Old")), ERR_OVER_QUOTA);
    CHECK(strstr(last_error()->text, "quota") != NULL);
    CHECK_U64(count_messages(world, "INBOX"), MANY);
    const struct grant *none;
    CHECK_ERR(world_check(world, &world->admin, "Shared/Sales/Old", "", &none), ERR_NOT_FOUND);

    CHECK_OK(quota_delete(world->mail, &world->admin, SLICE("sales")));
    CHECK_OK(mailbox_rename(world->mail, inbox, SLICE("Shared/Sales/Old")));
    CHECK_U64(count_messages(world, "INBOX"), 0);
    CHECK_U64(count_messages(world, "Shared/Sales/Old"), MANY);
}

void test_mailbox_inbox_rename_that_fails_leaves_all_as_it_was(void)
{
    world_run(check_failure);
}
