#include "store/mailboxes.h"

#include <inttypes.h>

#include "store/acl_rows.h"
#include "store/entries.h"
#include "store/listing_rows.h"
#include "support/check.h"
#include "table_fixture.h"

static struct mailbox_creation creation_below(int64_t owner_id, int64_t parent_id, const char *name,
                                              int64_t actor_id)
{
    return (struct mailbox_creation){
        .owner_id = owner_id,
        .name = slice_cstr(name),
        .parent_id = parent_id,
        .parent_rights_modseq = INT64_MAX,
        .actor_id = actor_id,
        .actor = SLICE("tester"),
        .client = SLICE("test"),
    };
}

/* Below whatever there is. */
static int64_t create(struct database *database, int64_t owner_id, const char *base,
                      const char *below)
{
    struct arena arena;
    arena_init(&arena, 0);
    const char *name = arena_printf(&arena, "%s%s", base, below);
    struct mailbox_row parent = {0};
    int err = mailboxes_nearest_parent(database, &arena, owner_id, slice_cstr(name), 0, &parent);
    CHECK(!err || err == -ERR_NOT_FOUND);
    struct mailbox_creation creation = creation_below(owner_id, parent.id, name, 0);
    int64_t id = 0;
    uint32_t uidvalidity;
    CHECK_OK(mailboxes_create(database, &creation, &id, &uidvalidity));
    arena_clear(&arena);
    return id;
}

static void create_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t user = table_user(database);
    int64_t other = table_user(database);
    int64_t parent = create(database, user, "Work", "");
    table_grant(database, parent, ACL_USER, other, false, RIGHT_LOOKUP);
    table_grant(database, parent, ACL_USER, user, false, RIGHT_READ);
    table_grant(database, parent, ACL_USER, user, true, RIGHT_POST);
    struct mailbox_creation creation = creation_below(user, parent, "Work/Archive", 0);
    creation.special_use = SLICE("\\Archive");
    creation.owner_rights_user = user;
    int64_t id = 0;
    uint32_t first = 0;
    uint32_t second = 0;
    CHECK_OK(mailboxes_create(database, &creation, &id, &first));
    CHECK_ERR(mailboxes_create(database, &creation, &id, &first), ERR_EXISTS);
    struct mailbox_row row;
    if (CHECK_OK(mailboxes_find(database, &arena, user, creation.name, user, &row))) {
        CHECK_INT(row.id, id);
        CHECK_INT(row.owner_id, user);
        CHECK(slice_starts_with(row.owner, SLICE("user-")));
        CHECK_SLICE(row.special_use, "\\Archive");
        CHECK(!row.seen_per_user);
        CHECK_INT(row.rights, RIGHTS_ALL & ~RIGHT_POST);
        CHECK_U64(row.rights_modseq, 1);
        CHECK_U64(row.uidvalidity, first);
    }
    CHECK_OK(mailboxes_get(database, &arena, id, other, &row));
    CHECK_INT(row.rights, RIGHT_LOOKUP);
    CHECK_ERR(mailboxes_find(database, &arena, 0, creation.name, user, &row), ERR_NOT_FOUND);

    uint64_t modseq = 0;
    CHECK_OK(mailboxes_delete(database, id, 0, SLICE("tester"), SLICE("test"), &modseq));
    CHECK_U64(modseq, 2);
    CHECK_ERR(mailboxes_delete(database, id, 0, SLICE("tester"), SLICE("test"), &modseq),
              ERR_NOT_FOUND);
    CHECK_ERR(mailboxes_get(database, &arena, id, user, &row), ERR_NOT_FOUND);
    table_is_sound(id);
    CHECK_OK(mailboxes_create(database, &creation, &id, &second));
    CHECK(second > first);
    arena_clear(&arena);
}

void test_mailboxes_create_and_delete(void)
{
    store_run(create_body);
}

/* What was true when the rights were asked for need not be under the lock. */
static void create_stale_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t other = table_user(database);
    int64_t parent = create(database, user, "Work", "");
    table_grant(database, parent, ACL_USER, other, false, RIGHT_LOOKUP | RIGHT_CREATE);
    int64_t id = 0;
    uint32_t uidvalidity;
    struct mailbox_creation creation = creation_below(user, parent, "Work/a/b", other);
    CHECK_OK(mailboxes_create(database, &creation, &id, &uidvalidity));
    creation.name = SLICE("Work/c");
    creation.parent_rights_modseq = 1; /* they are of modseq 2 */
    CHECK_ERR(mailboxes_create(database, &creation, &id, &uidvalidity), ERR_STALE);
    creation.parent_rights_modseq = 2;
    creation.parent_id = 0; /* it was made meanwhile */
    CHECK_ERR(mailboxes_create(database, &creation, &id, &uidvalidity), ERR_STALE);
    creation.name = SLICE("Work/a/b/c"); /* something closer was made meanwhile */
    creation.parent_id = parent;
    CHECK_ERR(mailboxes_create(database, &creation, &id, &uidvalidity), ERR_STALE);
    creation.name = SLICE("Elsewhere/c"); /* it was renamed meanwhile */
    CHECK_ERR(mailboxes_create(database, &creation, &id, &uidvalidity), ERR_STALE);
    creation.name = SLICE("Work/c");
    table_grant(database, parent, ACL_USER, other, false, RIGHT_LOOKUP);
    creation.parent_rights_modseq = INT64_MAX; /* k has gone meanwhile */
    CHECK_ERR(mailboxes_create(database, &creation, &id, &uidvalidity), ERR_STALE);
    creation.actor_id = 0;
    CHECK_OK(mailboxes_create(database, &creation, &id, &uidvalidity));
}

void test_mailboxes_create_checks_the_parent_under_its_lock(void)
{
    store_run(create_stale_body);
}

struct race {
    struct database *database;
    int64_t owner, group;
    int64_t users[6];
    int created;
};

/* As the mail layer does: asks for the rights, then makes it. */
static void race_create(struct race *race, size_t number, int round)
{
    struct arena arena;
    arena_init(&arena, 0);
    const char *name = arena_printf(&arena, "Race/%zu-%d", number, round);
    struct mailbox_row parent;
    CHECK_OK(mailboxes_nearest_parent(race->database, &arena, race->owner, slice_cstr(name), 0,
                                      &parent));
    struct mailbox_creation creation = creation_below(race->owner, parent.id, name, 0);
    creation.parent_rights_modseq = parent.rights_modseq;
    int64_t id;
    uint32_t uidvalidity;
    int err = mailboxes_create(race->database, &creation, &id, &uidvalidity);
    CHECK(!err || err == -ERR_STALE);
    race->created += !err;
    arena_clear(&arena);
}

static void race_grant(struct race *race, size_t number, int round)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct mailbox_row parent;
    CHECK_OK(mailboxes_find(race->database, &arena, race->owner, SLICE("Race"), 0, &parent));
    rights_mask rights = round % 2 ? RIGHTS_NONE : RIGHT_LOOKUP;
    if (number == 1)
        table_grant(race->database, parent.id, ACL_GROUP, race->group, false, rights);
    else
        table_grant(race->database, parent.id, ACL_USER, race->users[number], false, rights);
    arena_clear(&arena);
}

static void race_change_group(struct race *race, size_t number, int round)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct mailbox_modseq *touched;
    size_t count;
    CHECK_OK(groups_change_member(race->database, &arena, race->group, race->users[number],
                                  round % 2 == 0, SLICE("tester"), &touched, &count));
    arena_clear(&arena);
}

static void race_fiber(void *arg, size_t number)
{
    static void (*const moves[])(struct race *, size_t, int) = {race_create, race_grant,
                                                                race_change_group};
    for (int round = 0; round < 20; round++)
        moves[number % 3](arg, number, round);
}

static void race_body(struct database *database)
{
    struct race race = {.database = database};
    race.owner = table_user(database);
    race.group = table_group(database);
    for (size_t i = 0; i < 6; i++)
        race.users[i] = table_user(database);
    int64_t parent = create(database, race.owner, "Race", "");
    store_run_fibers(6, race_fiber, &race);
    CHECK(race.created > 0);
    table_is_sound(parent);
}

void test_mailboxes_create_while_rights_change_without_deadlock(void)
{
    store_run(race_body);
}

static void delete_stale_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t mailbox = table_mailbox(database, 0, true);
    uint64_t modseq = 0;
    table_grant(database, mailbox, ACL_USER, user, false, RIGHTS_ALL & ~RIGHT_DELETE_MAILBOX);
    CHECK_ERR(mailboxes_delete(database, mailbox, user, SLICE("tester"), SLICE("test"), &modseq),
              ERR_STALE);
    table_grant(database, mailbox, ACL_USER, user, false, RIGHT_DELETE_MAILBOX);
    CHECK_ERR(mailboxes_delete(database, mailbox, user, SLICE("tester"), SLICE("test"), &modseq),
              ERR_STALE);
    table_grant(database, mailbox, ACL_USER, user, false, RIGHT_DELETE_MAILBOX | RIGHT_LOOKUP);
    CHECK_OK(mailboxes_delete(database, mailbox, user, SLICE("tester"), SLICE("test"), &modseq));
    CHECK_U64(modseq, 5);
}

void test_mailboxes_delete_checks_rights_under_the_lock(void)
{
    store_run(delete_stale_body);
}

static void tree_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct slice base = table_name("Tree");
    int64_t user = table_user(database);
    create(database, 0, base.data, "");
    int64_t child = create(database, 0, base.data, "/b");
    create(database, 0, base.data, "/b/c");
    create(database, 0, base.data, "-other");
    create(database, 0, base.data, "0");
    struct mailbox_row *rows;
    size_t count = 0;
    CHECK_OK(mailboxes_tree(database, &arena, 0, base, user, &rows, &count));
    if (CHECK_INT(count, 3)) {
        CHECK(slice_equal(rows[0].name, base));
        CHECK_INT(rows[1].id, child);
    }
    struct slice deep = slice_cstr(arena_printf(&arena, "%.*s/b/x/y", SLICE_ARGS(base)));
    struct mailbox_row row;
    CHECK_OK(mailboxes_nearest_parent(database, &arena, 0, deep, user, &row));
    CHECK_INT(row.id, child);
    CHECK_ERR(mailboxes_nearest_parent(database, &arena, 0, base, user, &row), ERR_NOT_FOUND);
    arena_clear(&arena);
}

void test_mailboxes_tree_has_what_is_below(void)
{
    store_run(tree_body);
}

static struct mailbox_renaming renaming(int64_t mailbox_id, int64_t from_owner, struct slice from,
                                        int64_t to_owner, const char *to)
{
    return (struct mailbox_renaming){
        .mailbox_id = mailbox_id,
        .from = {from_owner, from},
        .to = {to_owner, slice_cstr(to)},
        .actor = SLICE("tester"),
        .client = SLICE("test"),
    };
}

static void rename_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t user = table_user(database);
    struct slice base = table_name("Old");
    int64_t top = create(database, 0, base.data, "");
    int64_t child = create(database, 0, base.data, "/a");
    int64_t grandchild = create(database, 0, base.data, "/a/a");
    create(database, user, "Taken", "/a");
    struct mailbox_modseq *touched;
    size_t count = 0;
    struct mailbox_renaming move = renaming(top, 0, base, user, "Taken");
    CHECK_ERR(mailboxes_rename(database, &arena, &move, &touched, &count), ERR_EXISTS);
    move = renaming(top, 0, SLICE("no such mailbox"), 0, "New");
    CHECK_ERR(mailboxes_rename(database, &arena, &move, &touched, &count), ERR_STALE);
    struct mailbox_row row;
    CHECK_OK(mailboxes_get(database, &arena, child, user, &row));
    CHECK_INT(row.owner_id, 0);
    CHECK_U64(row.rights_modseq, 1);
    move = renaming(top, 0, base, user, "New");
    CHECK_OK(mailboxes_rename(database, &arena, &move, &touched, &count));
    if (CHECK_INT(count, 3)) {
        CHECK_INT(touched[0].mailbox_id, top);
        CHECK_U64(touched[0].modseq, 2);
    }
    CHECK_OK(mailboxes_find(database, &arena, user, SLICE("New/a/a"), user, &row));
    CHECK_INT(row.id, grandchild);
    CHECK_INT(row.rights, RIGHTS_OWNER_KEEPS);
    CHECK_U64(row.rights_modseq, 2);

    /* Names that the subtree itself leaves are free for it. */
    CHECK_OK(
        mailboxes_delete(database, top, 0, SLICE("tester"), SLICE("test"), &touched[0].modseq));
    move = renaming(child, user, SLICE("New/a"), user, "New");
    CHECK_OK(mailboxes_rename(database, &arena, &move, &touched, &count));
    CHECK_INT(count, 2);
    CHECK_OK(mailboxes_find(database, &arena, user, SLICE("New/a"), user, &row));
    CHECK_INT(row.id, grandchild);
    move = renaming(child, user, SLICE("New"), user, "New/a");
    move.parent_id = child;
    CHECK_OK(mailboxes_rename(database, &arena, &move, &touched, &count));
    CHECK_OK(mailboxes_find(database, &arena, user, SLICE("New/a/a"), user, &row));
    CHECK_INT(row.id, grandchild);
    CHECK_INT(table_number("SELECT count(*) FROM journal WHERE mailbox_id = %" PRId64
                           " AND detail = 'renamed New/a to New/a/a'",
                           grandchild),
              1);
    table_is_sound(child);
    table_is_sound(grandchild);
    arena_clear(&arena);
}

void test_mailboxes_rename_takes_the_subtree_along(void)
{
    store_run(rename_body);
}

static void rename_stale_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    const rights_mask give_away = RIGHT_DELETE_MAILBOX | RIGHT_ADMINISTER;
    int64_t user = table_user(database);
    int64_t owner = table_user(database);
    int64_t mailbox = create(database, owner, "Old", "");
    int64_t child = create(database, owner, "Old", "/child");
    int64_t parent = create(database, owner, "New", "");
    struct mailbox_modseq *touched;
    size_t count = 0;
    struct mailbox_renaming move = renaming(mailbox, owner, SLICE("Old"), owner, "New/a");
    move.parent_id = parent;
    move.needed = RIGHT_LOOKUP | RIGHT_DELETE_MAILBOX;
    move.actor_id = user;
    table_grant(database, mailbox, ACL_USER, user, false, RIGHT_LOOKUP | give_away);
    CHECK_ERR(mailboxes_rename(database, &arena, &move, &touched, &count), ERR_STALE); /* no k */
    table_grant(database, parent, ACL_USER, user, false, RIGHT_LOOKUP | RIGHT_CREATE);
    move.mailbox_id = child; /* another has the name */
    CHECK_ERR(mailboxes_rename(database, &arena, &move, &touched, &count), ERR_STALE);
    move.mailbox_id = mailbox;
    move.parent_id = 0; /* it was made meanwhile */
    CHECK_ERR(mailboxes_rename(database, &arena, &move, &touched, &count), ERR_STALE);
    move.parent_id = parent;
    move.needed_tree = give_away; /* not on the child */
    CHECK_ERR(mailboxes_rename(database, &arena, &move, &touched, &count), ERR_STALE);
    table_grant(database, child, ACL_USER, user, false, give_away);
    CHECK_OK(mailboxes_rename(database, &arena, &move, &touched, &count));
    CHECK_INT(count, 2);
    move = renaming(mailbox, owner, SLICE("New/a"), owner, "New/b");
    move.parent_id = parent;
    move.needed = RIGHT_LOOKUP | RIGHT_DELETE_MAILBOX;
    move.actor_id = user;
    table_grant(database, mailbox, ACL_USER, user, true, RIGHT_DELETE_MAILBOX); /* x has gone */
    CHECK_ERR(mailboxes_rename(database, &arena, &move, &touched, &count), ERR_STALE);
    arena_clear(&arena);
}

void test_mailboxes_rename_checks_everything_under_the_locks(void)
{
    store_run(rename_stale_body);
}

/* RFC 9051 section 6.3.6: "foo" is renamed, of which there is only "foo/bar". */
static void rename_parent_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t user = table_user(database);
    int64_t owner = table_user(database);
    int64_t first = create(database, owner, "Old", "/first");
    int64_t inner = create(database, owner, "Old", "/first/inner");
    int64_t deep = create(database, owner, "Old", "/none/deep");
    int64_t beside = create(database, owner, "Old-er", "");
    struct mailbox_modseq *touched;
    size_t count = 0;
    struct mailbox_renaming move = renaming(0, owner, SLICE("Old"), owner, "New");
    move.needed = RIGHT_LOOKUP | RIGHT_DELETE_MAILBOX;
    move.actor_id = user;
    table_grant(database, first, ACL_USER, user, false, move.needed);
    CHECK_ERR(mailboxes_rename(database, &arena, &move, &touched, &count), ERR_STALE);
    table_grant(database, deep, ACL_USER, user, false, move.needed);
    int64_t made = create(database, owner, "Old", ""); /* meanwhile */
    CHECK_ERR(mailboxes_rename(database, &arena, &move, &touched, &count), ERR_STALE);
    uint64_t modseq;
    CHECK_OK(mailboxes_delete(database, made, 0, SLICE("tester"), SLICE("test"), &modseq));
    CHECK_OK(mailboxes_rename(database, &arena, &move, &touched, &count));
    CHECK_INT(count, 3);
    struct mailbox_row row;
    CHECK_OK(mailboxes_get(database, &arena, first, owner, &row));
    CHECK_SLICE(row.name, "New/first");
    CHECK_OK(mailboxes_get(database, &arena, inner, owner, &row));
    CHECK_SLICE(row.name, "New/first/inner");
    CHECK_OK(mailboxes_get(database, &arena, deep, owner, &row));
    CHECK_SLICE(row.name, "New/none/deep");
    CHECK_OK(mailboxes_get(database, &arena, beside, owner, &row));
    CHECK_SLICE(row.name, "Old-er");
    CHECK_ERR(mailboxes_rename(database, &arena, &move, &touched, &count), ERR_STALE); /* empty */
    arena_clear(&arena);
}

void test_mailboxes_rename_of_a_parent_that_is_no_mailbox(void)
{
    store_run(rename_parent_body);
}

static void visible_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t user = table_user(database);
    int64_t other = table_user(database);
    int64_t group = table_group(database);
    int64_t own = create(database, user, "INBOX", "");
    create(database, user, "Sent", "");
    int64_t theirs = create(database, other, "INBOX", "");
    int64_t hidden = create(database, other, "Private", "");
    int64_t shared = table_mailbox(database, 0, true);
    int64_t denied = table_mailbox(database, 0, true);
    int64_t unseen = table_mailbox(database, 0, true);
    struct mailbox_modseq *touched;
    size_t count;
    CHECK_OK(groups_change_member(database, &arena, group, user, true, SLICE("tester"), &touched,
                                  &count));
    table_grant(database, shared, ACL_GROUP, group, false, RIGHT_LOOKUP);
    table_grant(database, theirs, ACL_USER, user, false, RIGHT_LOOKUP | RIGHT_READ);
    table_grant(database, unseen, ACL_USER, user, false, RIGHT_READ);
    table_grant(database, denied, ACL_GROUP, group, false, RIGHT_LOOKUP);
    table_grant(database, denied, ACL_USER, user, true, RIGHT_LOOKUP);
    struct listing_row *rows;
    CHECK_OK(mailboxes_visible(database, &arena, user, false, &rows, &count));
    size_t seen = 0; /* other tests leave more that anyone sees */
    for (size_t i = 0; i < count; i++) {
        CHECK(rows[i].id != hidden && rows[i].id != denied && rows[i].id != unseen);
        seen += rows[i].id == own || rows[i].id == theirs || rows[i].id == shared;
        if (rows[i].id == theirs)
            CHECK_INT(rows[i].rights, RIGHT_LOOKUP | RIGHT_READ);
        if (rows[i].id == own)
            CHECK_INT(rows[i].rights, RIGHTS_OWNER_KEEPS);
        CHECK_U64(rows[i].rights_modseq, 0);
    }
    CHECK_INT(seen, 3);
    CHECK_OK(mailboxes_visible(database, &arena, user, true, &rows, &count));
    for (size_t i = 0; i < count; i++)
        CHECK(rows[i].rights_modseq > 0);
    size_t all = 0;
    CHECK_OK(mailboxes_visible(database, &arena, 0, false, &rows, &all));
    CHECK(all >= 6);
    CHECK_INT(rows[0].rights, RIGHTS_ALL);
    arena_clear(&arena);
}

void test_mailboxes_visible_by_owner_user_group_and_anyone(void)
{
    store_run(visible_body);
}

static void status_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t user = table_user(database);
    int64_t other = table_user(database);
    int64_t mailbox = table_mailbox(database, 0, true);
    table_append(database, mailbox, 10, FLAG_DELETED);
    struct uidset uids = table_uids("2:4");
    struct change change = table_change(CHANGE_SEEN, mailbox);
    change.user_id = user;
    change.uids = &uids;
    change.flags_set = FLAG_SEEN;
    table_run(database, &change);
    CHECK_OK(change.result);
    change_clear(&change);
    struct mailbox_status status;
    CHECK_OK(mailboxes_status(database, mailbox, user, &status));
    CHECK_U64(status.messages, 10);
    CHECK_U64(status.unseen, 7);
    CHECK_U64(status.recent, 10);
    CHECK_U64(status.deleted, 10);
    CHECK_U64(status.bytes, 1000);
    CHECK_U64(status.uidnext, 11);
    CHECK_U64(status.highest_modseq, 3);
    CHECK_OK(mailboxes_status(database, mailbox, other, &status));
    CHECK_U64(status.unseen, 10);

    CHECK_OK(mailboxes_claim_recent(database, mailbox, 8));
    CHECK_OK(mailboxes_claim_recent(database, mailbox, 5)); /* never goes back */
    CHECK_OK(mailboxes_status(database, mailbox, user, &status));
    CHECK_U64(status.recent, 3);

    int64_t personal = table_mailbox(database, user, false);
    table_append(database, personal, 3, FLAG_SEEN);
    table_append(database, personal, 4, 0);
    CHECK_OK(mailboxes_status(database, personal, user, &status));
    CHECK_U64(status.unseen, 4);
    CHECK_ERR(mailboxes_status(database, INT64_MAX, user, &status), ERR_NOT_FOUND);
    uidset_clear(&uids);
    arena_clear(&arena);
}

void test_mailboxes_status_counts_for_each_user(void)
{
    store_run(status_body);
}

static void pulse_body(struct database *database)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t user = table_user(database);
    int64_t mailbox = table_mailbox(database, 0, true);
    struct mailbox_pulse pulse;
    CHECK_OK(mailboxes_pulse(database, mailbox, user, &pulse));
    CHECK_U64(pulse.highest_modseq, 1);
    CHECK_U64(pulse.rights_modseq, 1);
    CHECK(!pulse.user_disabled);
    table_grant(database, mailbox, ACL_USER, user, false, RIGHT_LOOKUP);
    table_append(database, mailbox, 1, 0);
    CHECK_OK(users_set_disabled(database, user, true));
    CHECK_OK(mailboxes_pulse(database, mailbox, user, &pulse));
    CHECK_U64(pulse.rights_modseq, 2);
    CHECK(pulse.user_disabled);
    int64_t deleted = table_mailbox(database, 0, true);
    uint64_t modseq;
    CHECK_OK(mailboxes_delete(database, deleted, 0, SLICE("tester"), SLICE("test"), &modseq));
    CHECK_ERR(mailboxes_pulse(database, deleted, user, &pulse), ERR_NOT_FOUND);
    CHECK_ERR(mailboxes_pulse(database, mailbox, -1, &pulse), ERR_NOT_FOUND);

    const int64_t ids[] = {mailbox, deleted, INT64_MAX};
    struct mailbox_modseq *rows;
    size_t count = 0;
    CHECK_OK(mailboxes_modseqs(database, &arena, ids, 3, &rows, &count));
    if (CHECK_INT(count, 1)) {
        CHECK_INT(rows[0].mailbox_id, mailbox);
    }
    CHECK_OK(mailboxes_modseqs(database, &arena, ids, 0, &rows, &count));
    CHECK_INT(count, 0);
    arena_clear(&arena);
}

void test_mailboxes_pulse_tells_what_has_changed(void)
{
    store_run(pulse_body);
}
