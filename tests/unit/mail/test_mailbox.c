/* Making, deleting, renaming and listing mailboxes, with and without the rights. */
#include "mail/mailbox.h"

#include <stdio.h>

#include "mail/listing.h"

#include "world.h"

static int create(struct world *world, const struct actor *actor, const char *name)
{
    return mailbox_create(world->mail, actor, slice_cstr(name), SLICE_EMPTY, NULL);
}

static int rename_to(struct world *world, const struct actor *actor, const char *name,
                     const char *new_name)
{
    const struct grant *grant;
    int err = world_check(world, actor, name, "", &grant);
    return err ? err : mailbox_rename(world->mail, grant, slice_cstr(new_name));
}

static int delete (struct world *world, const struct actor *actor, const char *name)
{
    const struct grant *grant;
    int err = world_check(world, actor, name, "", &grant);
    return err ? err : mailbox_delete(world->mail, grant);
}

static int list(struct world *world, const struct actor *actor, const char *reference,
                struct slice pattern, bool lsub, struct listed_mailbox **rows, size_t *count)
{
    const struct list_query query = {
        .reference = slice_cstr(reference), .patterns = &pattern, .pattern_count = 1, .lsub = lsub};
    return mailbox_list(world->mail, actor, &query, &world->arena, rows, count);
}

/* The names of LIST or LSUB; "(name)" is made up, "name+" has children. */
static void check_listed(struct world *world, const struct actor *actor, const char *reference,
                         const char *pattern, bool lsub, const char *expected)
{
    struct listed_mailbox *rows;
    size_t count;
    struct buffer text;
    buffer_init(&text, 0);
    if (CHECK_OK(list(world, actor, reference, slice_cstr(pattern), lsub, &rows, &count)))
        for (size_t i = 0; i < count; i++) {
            bool made_up = lsub ? !rows[i].selected : !rows[i].exists;
            buffer_printf(&text, "%s%s%.*s%s%s", i ? " " : "", made_up ? "(" : "",
                          SLICE_ARGS(rows[i].name), made_up ? ")" : "",
                          rows[i].has_children ? "+" : "");
        }
    check_slice(buffer_slice(&text), slice_cstr(expected), pattern, __FILE__, __LINE__);
    buffer_clear(&text);
}

/* CREATE ------------------------------------------------------------------------------- */

static void check_create_own(struct world *world)
{
    CHECK_OK(create(world, &world->alice, "Projects/2026/Spring"));
    CHECK_OK(create(world, &world->alice, "Projects/2026/Autumn/"));
    CHECK_ERR(create(world, &world->alice, "Projects/2026/Autumn"), ERR_EXISTS);
    CHECK_ERR(create(world, &world->alice, "INBOX"), ERR_EXISTS);
    CHECK_ERR(create(world, &world->alice, "inbox"), ERR_EXISTS);
    CHECK_OK(create(world, &world->alice, "inbox/Lists"));
    CHECK_ERR(create(world, &world->alice, "a//b"), ERR_INVALID);
    CHECK_ERR(create(world, &world->alice, "Shared"), ERR_INVALID);
    CHECK_ERR(create(world, &world->alice, "Other Users/bob"), ERR_INVALID);
    const struct grant *grant = world_grant(world, &world->alice, "Projects/2026/Spring");
    CHECK_INT(grant_rights(grant), RIGHTS_ALL);
    CHECK(!grant_seen_per_user(grant));
    check_listed(world, &world->alice, "", "*", false,
                 "INBOX+ INBOX/Lists (Projects)+ (Projects/2026)+ Projects/2026/Autumn "
                 "Projects/2026/Spring");
    /* Levels in between are not made. */
    CHECK_ERR(world_check(world, &world->alice, "Projects", "", &grant), ERR_NOT_FOUND);
    CHECK_OK(create(world, &world->alice, "Projects"));
}

void test_mailbox_create_in_the_own_namespace(void)
{
    world_run(check_create_own);
}

static void check_create_elsewhere(struct world *world)
{
    CHECK_ERR(create(world, &world->alice, "Shared/Sales"), ERR_DENIED);
    struct error nothing_above = *last_error();
    CHECK_ERR(create(world, &world->alice, "Other Users/bob/x"), ERR_DENIED);
    CHECK_ERR(create(world, &world->alice, "Other Users/nobody/x"), ERR_DENIED);
    world_create(world, "Shared/Sales");
    /* Above is something that may not be seen, with or without k. */
    CHECK_ERR(create(world, &world->alice, "Shared/Sales/x"), ERR_DENIED);
    CHECK_STR(last_error()->text, nothing_above.text);
    world_allow(world, "Shared/Sales", "alice", "k");
    CHECK_ERR(create(world, &world->alice, "Shared/Sales/x"), ERR_DENIED);
    CHECK_STR(last_error()->text, nothing_above.text);
    world_allow(world, "Shared/Sales", "alice", "lrswipxtea");
    CHECK_ERR(create(world, &world->alice, "Shared/Sales/x"), ERR_DENIED);
    CHECK_ERR(create(world, &world->alice, "Shared/Sales"), ERR_EXISTS);
    world_allow(world, "Shared/Sales", "alice", "lk");
    CHECK_OK(create(world, &world->alice, "Shared/Sales/x/y"));
    const struct grant *grant = world_grant(world, &world->alice, "Shared/Sales/x/y");
    CHECK_INT(grant_rights(grant), RIGHT_LOOKUP | RIGHT_CREATE);
    CHECK(grant_seen_per_user(grant));
    CHECK_INT(grant_owner_id(grant), 0);
}

void test_mailbox_create_elsewhere_needs_k_above(void)
{
    world_run(check_create_elsewhere);
}

static void check_create_without_k_in_own(struct world *world)
{
    CHECK_OK(create(world, &world->alice, "Frozen"));
    CHECK_OK(acl_set(world->mail, world_grant(world, &world->alice, "Frozen"), SLICE("alice"),
                     RIGHTS_REMOVE, RIGHT_CREATE));
    CHECK_ERR(create(world, &world->alice, "Frozen/x"), ERR_DENIED);
    CHECK_OK(create(world, &world->alice, "Other"));
}

void test_mailbox_create_below_an_own_one_needs_k_too(void)
{
    world_run(check_create_without_k_in_own);
}

static void check_inheritance(struct world *world)
{
    CHECK_OK(create(world, &world->alice, "Projects"));
    world_allow(world, "Other Users/alice/Projects", "bob", "lrk");
    world_allow(world, "Other Users/alice/Projects", "-carol", "r");
    CHECK_OK(create(world, &world->bob, "Other Users/alice/Projects/a/b"));
    const struct grant *grant = world_grant(world, &world->alice, "Projects/a/b");
    CHECK_INT(grant_rights(grant), RIGHTS_ALL);
    CHECK_INT(grant_owner_id(grant), world->alice.user_id);
    struct acl_entry *entries;
    size_t count;
    CHECK_OK(acl_list(world->mail, grant, &world->arena, &entries, &count));
    CHECK_INT(count, 3);
    CHECK_INT(grant_rights(world_grant(world, &world->bob, "Other Users/alice/Projects/a/b")),
              RIGHT_LOOKUP | RIGHT_READ | RIGHT_CREATE);
}

void test_mailbox_create_inherits_the_nearest_acl(void)
{
    world_run(check_inheritance);
}

static void check_create_by_admin(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_create(world, "Other Users/bob/Archive");
    CHECK_ERR(create(world, &world->admin, "Other Users/nobody/Archive"), ERR_DENIED);
    CHECK_ERR(create(world, &world->admin, "Archive"), ERR_DENIED);
    CHECK_INT(grant_rights(world_grant(world, &world->bob, "Archive")), RIGHTS_ALL);
    struct acl_entry *entries;
    size_t count;
    CHECK_OK(acl_list(world->mail, world_grant(world, &world->admin, "Shared/Sales"), &world->arena,
                      &entries, &count));
    CHECK_INT(count, 0);
}

void test_mailbox_create_by_the_administrator(void)
{
    world_run(check_create_by_admin);
}

static void check_limit(struct world *world)
{
    char name[16];
    for (int i = 0; i < 19; i++) { /* and INBOX: 20 is the limit of the test world */
        snprintf(name, sizeof name, "box%d", i);
        CHECK_OK(create(world, &world->alice, name));
    }
    CHECK_ERR(create(world, &world->alice, "one more"), ERR_LIMIT);
    CHECK_OK(create(world, &world->bob, "one more"));
    CHECK_OK(delete (world, &world->alice, "box0"));
    CHECK_OK(create(world, &world->alice, "one more"));
    world_create(world, "Shared/Sales");
}

void test_mailbox_create_stops_at_the_limit(void)
{
    world_run(check_limit);
}

static void check_special_use(struct world *world)
{
    CHECK_OK(mailbox_create(world->mail, &world->alice, SLICE("Sent"), SLICE("\\sent"), NULL));
    CHECK_SLICE(grant_special_use(world_grant(world, &world->alice, "Sent")), "\\Sent");
    CHECK_ERR(mailbox_create(world->mail, &world->alice, SLICE("x"), SLICE("\\All"), NULL),
              ERR_INVALID);
    CHECK_ERR(mailbox_create(world->mail, &world->alice, SLICE("x"), SLICE("Sent"), NULL),
              ERR_INVALID);
    struct listed_mailbox *rows;
    size_t count;
    CHECK_OK(list(world, &world->alice, "", SLICE("Sent"), false, &rows, &count));
    CHECK_INT(count, 1);
    CHECK_SLICE(rows[0].special_use, "\\Sent");
    CHECK_INT(rows[0].rights, RIGHTS_ALL);
    CHECK_INT(rows[0].mailbox_id, grant_mailbox_id(world_grant(world, &world->alice, "Sent")));
}

void test_mailbox_create_for_a_special_use(void)
{
    world_run(check_special_use);
}

/* DELETE --------------------------------------------------------------------------------- */

static void check_delete(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_create(world, "Shared/Sales/Orders");
    CHECK_ERR(delete (world, &world->bob, "Shared/Sales"), ERR_NOT_FOUND);
    world_allow(world, "Shared/Sales", "bob", "x");
    CHECK_ERR(delete (world, &world->bob, "Shared/Sales"), ERR_NOT_FOUND);
    world_allow(world, "Shared/Sales", "bob", "lrswipktea");
    world_allow(world, "Shared/Sales/Orders", "bob", "l");
    CHECK_ERR(delete (world, &world->bob, "Shared/Sales"), ERR_DENIED);
    world_allow(world, "Shared/Sales", "bob", "lx");
    const struct grant *grant = world_grant(world, &world->bob, "Shared/Sales");
    uint32_t uidvalidity = grant_uidvalidity(grant);
    CHECK_OK(mailbox_delete(world->mail, grant));
    CHECK_ERR(mailbox_delete(world->mail, grant), ERR_NOT_FOUND);
    CHECK_STR(last_error()->text, "No such mailbox");
    check_listed(world, &world->bob, "Shared/", "*", false, "(Shared/Sales)+ Shared/Sales/Orders");
    world_create(world, "Shared/Sales");
    CHECK(grant_uidvalidity(world_grant(world, &world->admin, "Shared/Sales")) > uidvalidity);
}

void test_mailbox_delete_needs_x_and_keeps_children(void)
{
    world_run(check_delete);
}

static void check_delete_inbox(struct world *world)
{
    CHECK_ERR(delete (world, &world->alice, "INBOX"), ERR_WRONG_STATE);
    CHECK_ERR(delete (world, &world->admin, "Other Users/alice/INBOX"), ERR_WRONG_STATE);
    CHECK_OK(create(world, &world->alice, "INBOX/Lists"));
    CHECK_OK(delete (world, &world->alice, "INBOX/Lists"));
}

void test_mailbox_delete_never_inbox(void)
{
    world_run(check_delete_inbox);
}

/* RENAME ---------------------------------------------------------------------------------- */

static void check_rename_tree(struct world *world)
{
    CHECK_OK(create(world, &world->alice, "a"));
    CHECK_OK(create(world, &world->alice, "a/b/c"));
    CHECK_OK(create(world, &world->alice, "ab"));
    int64_t id = grant_mailbox_id(world_grant(world, &world->alice, "a/b/c"));
    CHECK_OK(rename_to(world, &world->alice, "a", "x/y"));
    check_listed(world, &world->alice, "", "*", false, "INBOX ab (x)+ x/y+ (x/y/b)+ x/y/b/c");
    CHECK_INT(grant_mailbox_id(world_grant(world, &world->alice, "x/y/b/c")), id);
    CHECK_ERR(rename_to(world, &world->alice, "x/y", "x/y/z"), ERR_INVALID);
    CHECK_ERR(rename_to(world, &world->alice, "x/y", "x/y"), ERR_EXISTS);
    CHECK_ERR(rename_to(world, &world->alice, "x/y", "ab"), ERR_EXISTS);
    CHECK_ERR(rename_to(world, &world->alice, "x/y", "INBOX"), ERR_EXISTS);
    CHECK_ERR(rename_to(world, &world->alice, "x/y", "a//b"), ERR_INVALID);
    CHECK_ERR(rename_to(world, &world->alice, "x/y", "Shared"), ERR_INVALID);
    CHECK_ERR(rename_to(world, &world->alice, "nothing", "z"), ERR_NOT_FOUND);
    CHECK_OK(rename_to(world, &world->alice, "x/y", "x/yz"));
    CHECK_OK(rename_to(world, &world->alice, "x/yz", "INBOX/y"));
}

void test_mailbox_rename_takes_the_children_along(void)
{
    world_run(check_rename_tree);
}

static void check_rename_rights(struct world *world)
{
    world_create(world, "Shared/A");
    world_create(world, "Shared/A/m");
    world_create(world, "Shared/B");
    world_allow(world, "Shared/A/m", "bob", "lrswipktea");
    world_allow(world, "Shared/B", "bob", "lk");
    CHECK_ERR(rename_to(world, &world->bob, "Shared/A/m", "Shared/B/m"), ERR_DENIED);
    world_allow(world, "Shared/A/m", "bob", "lx");
    world_allow(world, "Shared/B", "bob", "lrswipxtea");
    CHECK_ERR(rename_to(world, &world->bob, "Shared/A/m", "Shared/B/m"), ERR_DENIED);
    CHECK_ERR(rename_to(world, &world->bob, "Shared/A/m", "Shared/top"), ERR_DENIED);
    world_allow(world, "Shared/B", "bob", "k");
    CHECK_ERR(rename_to(world, &world->bob, "Shared/A/m", "Shared/B/m"), ERR_DENIED);
    world_allow(world, "Shared/B", "bob", "lk");
    CHECK_OK(rename_to(world, &world->bob, "Shared/A/m", "Shared/B/m"));
    CHECK_INT(grant_rights(world_grant(world, &world->bob, "Shared/B/m")),
              RIGHT_LOOKUP | RIGHT_DELETE_MAILBOX);
}

void test_mailbox_rename_needs_x_and_k(void)
{
    world_run(check_rename_rights);
}

static void check_rename_across(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_create(world, "Shared/Sales/Orders");
    world_allow(world, "Shared/Sales", "bob", "lrswipkxte");
    world_allow(world, "Shared/Sales/Orders", "bob", "lxa");
    CHECK_ERR(rename_to(world, &world->bob, "Shared/Sales", "Mine"), ERR_DENIED);
    world_allow(world, "Shared/Sales", "bob", "lxa");
    world_allow(world, "Shared/Sales/Orders", "bob", "lx");
    CHECK_ERR(rename_to(world, &world->bob, "Shared/Sales", "Mine"), ERR_DENIED);
    world_allow(world, "Shared/Sales/Orders", "bob", "lxa");
    CHECK_OK(rename_to(world, &world->bob, "Shared/Sales", "Mine"));
    CHECK_INT(grant_owner_id(world_grant(world, &world->bob, "Mine/Orders")), world->bob.user_id);
    CHECK_ERR(rename_to(world, &world->bob, "Mine", "Shared/Sales"), ERR_DENIED);
    CHECK_OK(rename_to(world, &world->admin, "Other Users/bob/Mine", "Shared/Sales"));
    check_listed(world, &world->bob, "", "Shared*", false,
                 "(Shared)+ Shared/Sales+ Shared/Sales/Orders");
}

void test_mailbox_rename_to_another_owner_needs_a_on_everything(void)
{
    world_run(check_rename_across);
}

static void check_rename_limits(struct world *world)
{
    char deep[2 * MAILBOX_LEVELS_MAX + 1];
    for (int i = 0; i < MAILBOX_LEVELS_MAX; i++)
        memcpy(deep + 2 * i, "a/", 2);
    deep[2 * MAILBOX_LEVELS_MAX - 1] = 0;
    CHECK_OK(create(world, &world->alice, deep));
    CHECK_OK(create(world, &world->alice, "a"));
    CHECK_ERR(rename_to(world, &world->alice, "a", "b/c"), ERR_INVALID);
    char longer[900] = {0};
    memset(longer, 'x', sizeof longer - 1);
    CHECK_OK(rename_to(world, &world->alice, "a", longer));
    CHECK_OK(rename_to(world, &world->alice, longer, "a"));
    char longest[999] = {0};
    memset(longest, 'x', sizeof longest - 1);
    CHECK_ERR(rename_to(world, &world->alice, "a", longest), ERR_INVALID);
    world_grant(world, &world->alice, deep);
}

void test_mailbox_rename_leaves_no_name_that_cannot_be_used(void)
{
    world_run(check_rename_limits);
}

static void check_admin_list(struct world *world)
{
    world_create(world, "Shared/Sales");
    check_listed(world, &world->admin, "", "*", false,
                 "(Other Users)+ (Other Users/alice)+ Other Users/alice/INBOX "
                 "(Other Users/bob)+ Other Users/bob/INBOX "
                 "(Other Users/carol)+ Other Users/carol/INBOX (Shared)+ Shared/Sales");
}

/* Matching costs the product of both lengths, for each mailbox. */
static void check_long_patterns(struct world *world)
{
    static char pattern[4 * MAILBOX_NAME_MAX];
    memset(pattern, '*', sizeof pattern);
    struct listed_mailbox *rows;
    size_t count = 0;
    struct slice longest = slice_of(pattern, 2 * MAILBOX_NAME_MAX);
    CHECK_OK(list(world, &world->alice, "", longest, false, &rows, &count));
    CHECK_INT(count, 1);
    CHECK_ERR(list(world, &world->alice, "x", longest, false, &rows, &count), ERR_LIMIT);
}

void test_mailbox_list_refuses_patterns_that_only_cost_time(void)
{
    world_run(check_long_patterns);
}

void test_mailbox_list_of_the_administrator_is_all(void)
{
    world_run(check_admin_list);
}

/* LIST, LSUB --------------------------------------------------------------------------------- */

static void check_list_hides(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_create(world, "Shared/Sales/Secret/Plan");
    world_create(world, "Shared/Other");
    check_listed(world, &world->alice, "", "*", false, "INBOX");
    check_listed(world, &world->alice, "", "%", false, "INBOX");
    check_listed(world, &world->alice, "", "Shared", false, "");
    world_allow(world, "Shared/Sales/Secret/Plan", "alice", "r"); /* no l: not listed */
    check_listed(world, &world->alice, "", "*", false, "INBOX");
    world_allow(world, "Shared/Sales/Secret/Plan", "alice", "l");
    check_listed(world, &world->alice, "", "*", false,
                 "INBOX (Shared)+ (Shared/Sales)+ (Shared/Sales/Secret)+ "
                 "Shared/Sales/Secret/Plan");
    CHECK_OK(acl_set(world->mail, world_grant(world, &world->bob, "INBOX"), SLICE("alice"),
                     RIGHTS_REPLACE, RIGHT_LOOKUP));
    check_listed(world, &world->alice, "", "%", false, "INBOX (Other Users)+ (Shared)+");
    check_listed(world, &world->alice, "Other Users/", "%", false, "(Other Users/bob)+");
    check_listed(world, &world->alice, "Other Users/bob/", "%", false, "Other Users/bob/INBOX");
    check_listed(world, &world->carol, "", "*", false, "INBOX");
}

/* One name is looked up by its key, and so are the first that are below it. */
static void check_list_many_hidden(struct world *world)
{
    world_create(world, "Shared/Board");
    world_allow(world, "Shared/Board", "alice", "lr");
    world_sql("WITH made AS (INSERT INTO mailboxes (name, seen_per_user)"
              " SELECT 'Board/' || n, true FROM generate_series(100, 299) n RETURNING id)"
              " INSERT INTO mailbox_state (mailbox_id) SELECT id FROM made");
    check_listed(world, &world->alice, "", "Shared/Board", false, "Shared/Board");
    check_listed(world, &world->bob, "", "Shared/Board", false, "");
    world_allow(world, "Shared/Board/299", "alice", "l");
    check_listed(world, &world->alice, "", "Shared/Board", false, "Shared/Board+");
    check_listed(world, &world->bob, "", "Shared/Board", false, "");
    world_allow(world, "Shared/Board/110", "bob", "l");
    check_listed(world, &world->bob, "", "Shared/Board", false, "(Shared/Board)+");
    world_allow(world, "Shared/Board/298", "carol", "l");
    check_listed(world, &world->carol, "", "Shared/Board", false, "(Shared/Board)+");
}

void test_mailbox_list_of_one_name_hides_what_is_hidden(void)
{
    world_run(check_list_many_hidden);
}

/* Any way of writing a name leads to the mailbox, but only one is its name. */
static void check_list_one_name(struct world *world)
{
    CHECK_OK(create(world, &world->alice, "Work/Old"));
    check_listed(world, &world->alice, "", "Work/Old", false, "Work/Old");
    check_listed(world, &world->alice, "", "Work/Old/", false, "");
    check_listed(world, &world->alice, "", "work/Old", false, "");
    check_listed(world, &world->alice, "", "Work", false, "(Work)+");
    check_listed(world, &world->alice, "", "Work/", false, "");
    check_listed(world, &world->alice, "", "Work//Old", false, "");
    check_listed(world, &world->alice, "Work/", "Old", false, "Work/Old");
    check_listed(world, &world->alice, "", "iNBox", false, "INBOX");
    check_listed(world, &world->alice, "", "Other Users/alice/INBOX", false, "");
    check_listed(world, &world->alice, "", "Other Users/nobody/INBOX", false, "");
    check_listed(world, &world->admin, "", "Other Users/alice/Work/Old", false,
                 "Other Users/alice/Work/Old");
    check_listed(world, &world->admin, "", "Other Users/alice", false, "(Other Users/alice)+");
}

void test_mailbox_list_of_one_name(void)
{
    world_run(check_list_one_name);
}

void test_mailbox_list_shows_only_what_has_l(void)
{
    world_run(check_list_hides);
}

static void check_subscriptions(struct world *world)
{
    check_listed(world, &world->alice, "", "*", true, "INBOX");
    CHECK_OK(mailbox_subscribe(world->mail, &world->alice, SLICE("not/yet")));
    CHECK_OK(mailbox_subscribe(world->mail, &world->alice, SLICE("not/yet")));
    CHECK_ERR(mailbox_subscribe(world->mail, &world->alice, SLICE("Shared/Sales")), ERR_NOT_FOUND);
    CHECK_ERR(mailbox_subscribe(world->mail, &world->alice, SLICE("Shared")), ERR_NOT_FOUND);
    CHECK_ERR(mailbox_subscribe(world->mail, &world->alice, SLICE("Other Users/bob/INBOX")),
              ERR_NOT_FOUND);
    CHECK_ERR(mailbox_subscribe(world->mail, &world->alice, SLICE("Other Users/nobody/INBOX")),
              ERR_NOT_FOUND);
    world_create(world, "Shared/Sales");
    CHECK_ERR(mailbox_subscribe(world->mail, &world->alice, SLICE("Shared/Sales")), ERR_NOT_FOUND);
    world_allow(world, "Shared/Sales", "alice", "l");
    CHECK_OK(mailbox_subscribe(world->mail, &world->alice, SLICE("Shared/Sales")));
    check_listed(world, &world->alice, "", "*", true, "INBOX not/yet Shared/Sales");
    check_listed(world, &world->alice, "", "%", true, "INBOX (not)+ (Shared)+");
    CHECK_OK(delete (world, &world->admin, "Shared/Sales"));
    check_listed(world, &world->alice, "", "Sh*", true, "Shared/Sales");
    CHECK_OK(mailbox_unsubscribe(world->mail, &world->alice, SLICE("Shared/Sales")));
    CHECK_OK(mailbox_unsubscribe(world->mail, &world->alice, SLICE("Shared/Sales")));
    CHECK_OK(mailbox_unsubscribe(world->mail, &world->alice, SLICE("Other Users/nobody/x")));
    CHECK_OK(mailbox_unsubscribe(world->mail, &world->alice, SLICE("INBOX")));
    check_listed(world, &world->alice, "", "*", true, "not/yet");
    check_listed(world, &world->bob, "", "*", true, "INBOX");
}

void test_mailbox_subscriptions_are_names(void)
{
    world_run(check_subscriptions);
}

/* What alice, bob, ... are subscribed to. */
static void check_subscribed(struct world *world, const struct actor *actor, const char *expected)
{
    check_listed(world, actor, "", "*", true, expected);
}

static void check_auto_subscribe(struct world *world)
{
    world_create(world, "Shared/News");
    world_allow(world, "Shared/News", "alice", "lra");
    const struct grant *grant = world_grant(world, &world->alice, "Shared/News");
    CHECK_OK(mailbox_set_auto_subscribe(world->mail, grant, true));
    CHECK_INT(world_sql("SELECT count(*) FROM journal WHERE detail = 'subscribe=auto'"
                        " AND actor = 'alice'"),
              1);
    check_subscribed(world, &world->alice, "INBOX Shared/News");
    check_subscribed(world, &world->bob, "INBOX");
    /* ... whenever the right comes, ... */
    world_allow(world, "Shared/News", "anyone", "lr");
    check_subscribed(world, &world->bob, "INBOX Shared/News");
    check_subscribed(world, &world->carol, "INBOX Shared/News");
    /* ... and for what is made below. */
    world_create(world, "Shared/News/2026");
    check_subscribed(world, &world->bob, "INBOX Shared/News+ Shared/News/2026");
    /* Who unsubscribes stays so, through a rename and a loss of rights. */
    CHECK_OK(mailbox_unsubscribe(world->mail, &world->bob, SLICE("Shared/News")));
    check_subscribed(world, &world->bob, "INBOX Shared/News/2026");
    check_subscribed(world, &world->carol, "INBOX Shared/News+ Shared/News/2026");
    world_allow(world, "Shared/News", "-bob", "l");
    CHECK_OK(rename_to(world, &world->admin, "Shared/News", "Shared/Press"));
    check_subscribed(world, &world->bob, "INBOX Shared/Press/2026");
    world_allow(world, "Shared/Press", "-bob", "");
    check_subscribed(world, &world->bob, "INBOX Shared/Press/2026");
    CHECK_OK(mailbox_subscribe(world->mail, &world->bob, SLICE("Shared/Press")));
    check_subscribed(world, &world->bob, "INBOX Shared/Press+ Shared/Press/2026");
    /* Switched off, it is what each has said. */
    grant = world_grant(world, &world->alice, "Shared/Press");
    CHECK_OK(mailbox_set_auto_subscribe(world->mail, grant, false));
    check_subscribed(world, &world->bob, "INBOX Shared/Press+ Shared/Press/2026");
    check_subscribed(world, &world->carol, "INBOX Shared/Press/2026");
    grant = world_grant(world, &world->bob, "Shared/Press");
    CHECK_ERR(mailbox_set_auto_subscribe(world->mail, grant, true), ERR_DENIED);
}

void test_mailbox_auto_subscribe_until_somebody_unsubscribes(void)
{
    world_run(check_auto_subscribe);
}

/* STATUS, INBOX ------------------------------------------------------------------------------- */

static void check_status(struct world *world)
{
    struct mailbox_status status;
    CHECK_OK(mailbox_status(world->mail, world_grant(world, &world->alice, "INBOX"), &status));
    CHECK_U64(status.messages, 0);
    CHECK_INT(status.uidnext, 1);
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "bob", "lswipkxtea");
    const struct grant *grant = world_grant(world, &world->bob, "Shared/Sales");
    CHECK_ERR(mailbox_status(world->mail, grant, &status), ERR_DENIED);
    world_allow(world, "Shared/Sales", "bob", "lr");
    grant = world_grant(world, &world->bob, "Shared/Sales");
    CHECK_OK(mailbox_status(world->mail, grant, &status));
    world_allow(world, "Shared/Sales", "carol", "lr");
    grant = world_grant(world, &world->bob, "Shared/Sales");
    CHECK_OK(delete (world, &world->admin, "Shared/Sales"));
    CHECK_ERR(mailbox_status(world->mail, grant, &status), ERR_NOT_FOUND);
}

void test_mailbox_status_needs_r(void)
{
    world_run(check_status);
}

static void check_ensure_inbox(struct world *world)
{
    world_sql("DELETE FROM mailboxes; DELETE FROM subscriptions");
    const struct grant *grant;
    CHECK_ERR(world_check(world, &world->alice, "INBOX", "", &grant), ERR_NOT_FOUND);
    CHECK_OK(mailbox_ensure_inbox(world->mail, &world->alice));
    CHECK_OK(mailbox_ensure_inbox(world->mail, &world->alice));
    CHECK_INT(grant_rights(world_grant(world, &world->alice, "INBOX")), RIGHTS_ALL);
    check_listed(world, &world->alice, "", "*", true, "INBOX");
}

void test_mailbox_ensure_inbox_makes_it_once(void)
{
    world_run(check_ensure_inbox);
}
