/* Who may what: every right is asked for with and without it. */
#include "grant.h"
#include "mail/account.h"
#include "mail/mailbox.h"
#include "world.h"

/* One denial: the answer for what one may not see is that for what is not there. */
static void check_denial_is_one(struct world *world)
{
    const struct grant *grant = NULL;
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "bob", "rswite");
    CHECK_ERR(world_check(world, &world->alice, "Shared/Nothing", "", &grant), ERR_NOT_FOUND);
    struct error absent = *last_error();
    static const char *const invisible[] = {"Shared/Sales",
                                            "Other Users/bob/INBOX",
                                            "Other Users/nobody/INBOX",
                                            "Shared",
                                            "bad//name",
                                            ""};
    for (size_t i = 0; i < sizeof invisible / sizeof invisible[0]; i++) {
        CHECK_ERR(world_check(world, &world->alice, invisible[i], "", &grant), ERR_NOT_FOUND);
        CHECK_STR(last_error()->text, absent.text);
    }
    /* Any number of other rights without l make no difference. */
    CHECK_ERR(world_check(world, &world->bob, "Shared/Sales", "r", &grant), ERR_NOT_FOUND);
    CHECK_STR(last_error()->text, absent.text);
    CHECK(grant == NULL);
}

void test_acl_absent_and_invisible_are_one_answer(void)
{
    world_run(check_denial_is_one);
}

static void check_each_right(struct world *world)
{
    static const char letters[] = "rswipkxtea";
    world_create(world, "Shared/Sales");
    for (size_t i = 0; letters[i]; i++) {
        const char needed[] = {letters[i], 0};
        const struct grant *grant = NULL;
        world_allow(world, "Shared/Sales", "bob", "l");
        CHECK_OK(world_check(world, &world->bob, "Shared/Sales", "", &grant));
        CHECK_INT(grant_rights(grant), RIGHT_LOOKUP);
        CHECK_ERR(world_check(world, &world->bob, "Shared/Sales", needed, &grant), ERR_DENIED);
        const char all_but[] = {'l', letters[(i + 1) % 10], letters[(i + 2) % 10], 0};
        world_allow(world, "Shared/Sales", "bob", all_but);
        CHECK_ERR(world_check(world, &world->bob, "Shared/Sales", needed, &grant), ERR_DENIED);
        const char exactly[] = {'l', letters[i], 0};
        world_allow(world, "Shared/Sales", "bob", exactly);
        CHECK_OK(world_check(world, &world->bob, "Shared/Sales", needed, &grant));
    }
}

void test_acl_each_right_is_needed_by_itself(void)
{
    world_run(check_each_right);
}

static void check_union(struct world *world)
{
    const struct grant *grant;
    CHECK_OK(group_add(world->mail, SLICE("sales")));
    CHECK_OK(group_change_member(world->mail, SLICE("sales"), SLICE("bob"), true, SLICE("root")));
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "group:sales", "lr");
    world_allow(world, "Shared/Sales", "bob", "w");
    world_allow(world, "Shared/Sales", "anyone", "is");
    world_allow(world, "Shared/Sales", "-bob", "s");
    CHECK_OK(world_check(world, &world->bob, "Shared/Sales", "lrwi", &grant));
    CHECK_INT(grant_rights(grant), RIGHT_LOOKUP | RIGHT_READ | RIGHT_WRITE | RIGHT_INSERT);
    CHECK_ERR(world_check(world, &world->carol, "Shared/Sales", "", &grant), ERR_NOT_FOUND);
    world_allow(world, "Shared/Sales", "-group:sales", "l");
    CHECK_ERR(world_check(world, &world->bob, "Shared/Sales", "", &grant), ERR_NOT_FOUND);
}

void test_acl_union_of_positive_minus_negative(void)
{
    world_run(check_union);
}

static void check_owner(struct world *world)
{
    const struct grant *grant = world_grant(world, &world->alice, "INBOX");
    CHECK_INT(grant_rights(grant), RIGHTS_ALL);
    CHECK_OK(acl_delete(world->mail, grant, SLICE("alice")));
    CHECK_OK(acl_set(world->mail, grant, SLICE("-alice"), RIGHTS_REPLACE, RIGHTS_ALL));
    grant = world_grant(world, &world->alice, "INBOX");
    CHECK_INT(grant_rights(grant), RIGHTS_OWNER_KEEPS);
    CHECK_ERR(world_check(world, &world->alice, "INBOX", "r", &grant), ERR_DENIED);
    CHECK_OK(acl_delete(world->mail, world_grant(world, &world->alice, "INBOX"), SLICE("-alice")));
    CHECK_OK(acl_set(world->mail, world_grant(world, &world->alice, "INBOX"), SLICE("alice"),
                     RIGHTS_ADD, RIGHT_READ));
    CHECK_OK(world_check(world, &world->alice, "INBOX", "r", &grant));
}

void test_acl_owner_keeps_l_and_a(void)
{
    world_run(check_owner);
}

static void check_administering(struct world *world)
{
    const struct grant *grant;
    struct acl_entry *entries;
    size_t count;
    rights_mask always;
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "bob", "lrswipkxte");
    grant = world_grant(world, &world->bob, "Shared/Sales");
    CHECK_ERR(acl_list(world->mail, grant, &world->arena, &entries, &count), ERR_DENIED);
    CHECK_ERR(acl_set(world->mail, grant, SLICE("bob"), RIGHTS_ADD, RIGHT_ADMINISTER), ERR_DENIED);
    CHECK_ERR(acl_delete(world->mail, grant, SLICE("bob")), ERR_DENIED);
    CHECK_ERR(acl_list_rights(world->mail, grant, SLICE("bob"), &always), ERR_DENIED);
    struct acl_explanation explanation;
    CHECK_ERR(acl_explain(world->mail, grant, SLICE("bob"), &world->arena, &explanation),
              ERR_DENIED);
    world_allow(world, "Shared/Sales", "bob", "la");
    grant = world_grant(world, &world->bob, "Shared/Sales");
    CHECK_OK(acl_list(world->mail, grant, &world->arena, &entries, &count));
    CHECK_INT(count, 1);
    world_allow(world, "Shared/Sales", "bob", "l");
    CHECK_ERR(acl_set(world->mail, grant, SLICE("bob"), RIGHTS_ADD, RIGHTS_ALL), ERR_STALE);
    grant = world_grant(world, &world->bob, "Shared/Sales");
    CHECK_ERR(acl_list(world->mail, grant, &world->arena, &entries, &count), ERR_DENIED);
}

void test_acl_administering_needs_a(void)
{
    world_run(check_administering);
}

static void check_last_administrator(struct world *world)
{
    world_create(world, "Shared/Sales");
    const struct grant *root = world_grant(world, &world->admin, "Shared/Sales");
    CHECK_OK(acl_set(world->mail, root, SLICE("bob"), RIGHTS_REPLACE, RIGHTS_ALL));
    const struct grant *grant = world_grant(world, &world->bob, "Shared/Sales");
    CHECK_ERR(acl_delete(world->mail, grant, SLICE("bob")), ERR_WRONG_STATE);
    CHECK_STR(last_error()->text, "Nobody could administer this mailbox any more: "
                                  "give another the rights \"l\" and \"a\" first");
    CHECK_ERR(acl_set(world->mail, grant, SLICE("bob"), RIGHTS_REMOVE, RIGHT_ADMINISTER),
              ERR_WRONG_STATE);
    CHECK_ERR(acl_set(world->mail, grant, SLICE("bob"), RIGHTS_REPLACE, RIGHT_LOOKUP),
              ERR_WRONG_STATE);
    CHECK_ERR(acl_set(world->mail, grant, SLICE("-bob"), RIGHTS_ADD, RIGHT_LOOKUP),
              ERR_WRONG_STATE);
    CHECK_ERR(acl_set(world->mail, grant, SLICE("-anyone"), RIGHTS_REPLACE, RIGHT_ADMINISTER),
              ERR_WRONG_STATE);
    CHECK_OK(acl_set(world->mail, grant, SLICE("bob"), RIGHTS_REMOVE, RIGHT_WRITE));
    CHECK_ERR(acl_delete(world->mail, root, SLICE("bob")), ERR_WRONG_STATE);
    CHECK_OK(acl_set(world->mail, grant, SLICE("carol"), RIGHTS_REPLACE, RIGHTS_OWNER_KEEPS));
    CHECK_OK(acl_delete(world->mail, grant, SLICE("bob")));
    const struct acl_modification forced = {
        .identifier = SLICE("carol"), .expires_at = INT64_MAX, .force = true};
    CHECK_OK(acl_modify(world->mail, root, &forced));
    /* Nobody administers it: that may stay so. */
    CHECK_OK(acl_set(world->mail, root, SLICE("-anyone"), RIGHTS_ADD, RIGHT_ADMINISTER));
    CHECK_OK(acl_set(world->mail, root, SLICE("bob"), RIGHTS_REPLACE, RIGHT_LOOKUP));
}

void test_acl_leaves_a_shared_mailbox_its_last_administrator(void)
{
    world_run(check_last_administrator);
}

static void check_identifiers(struct world *world)
{
    world_create(world, "Shared/Sales");
    CHECK_OK(group_add(world->mail, SLICE("sales")));
    const struct grant *grant = world_grant(world, &world->admin, "Shared/Sales");
    static const char *const nobody[] = {"zoe",       "-zoe", "group:zoe", "sales",
                                         "group:bob", "Bob",  "--bob",     "-"};
    for (size_t i = 0; i < sizeof nobody / sizeof nobody[0]; i++)
        CHECK_ERR(acl_set(world->mail, grant, slice_cstr(nobody[i]), RIGHTS_ADD, RIGHT_READ),
                  ERR_INVALID);
    CHECK_ERR(acl_set(world->mail, grant, SLICE("zoe"), RIGHTS_ADD, RIGHT_READ), ERR_INVALID);
    CHECK_STR(last_error()->text, "There is no user or group named zoe");
    CHECK_ERR(acl_delete(world->mail, grant, SLICE("zoe")), ERR_INVALID);
    rights_mask always;
    CHECK_ERR(acl_list_rights(world->mail, grant, SLICE("zoe"), &always), ERR_INVALID);
    static const char *const unprepared[] = {"", "\xff", "bob\x07", "\xc2\xad"};
    for (size_t i = 0; i < sizeof unprepared / sizeof unprepared[0]; i++) {
        struct slice text = slice_cstr(unprepared[i]);
        CHECK_ERR(acl_set(world->mail, grant, text, RIGHTS_ADD, RIGHT_READ), ERR_SYNTAX);
        CHECK_ERR(acl_delete(world->mail, grant, text), ERR_SYNTAX);
        CHECK_ERR(acl_list_rights(world->mail, grant, text, &always), ERR_SYNTAX);
    }
    /* What means the same is the same. */
    CHECK_OK(acl_set(world->mail, grant, SLICE("\xef\xbd\x82ob"), RIGHTS_ADD, RIGHT_READ));
    CHECK_OK(acl_set(world->mail, grant, SLICE("bob"), RIGHTS_REMOVE, RIGHT_READ));
    CHECK_INT(world_sql("SELECT count(*) FROM acl WHERE rights = 2"), 0);
    CHECK_OK(acl_set(world->mail, grant, SLICE("group:sales"), RIGHTS_ADD, RIGHT_READ));
    CHECK_OK(acl_set(world->mail, grant, SLICE("anyone"), RIGHTS_ADD, RIGHT_LOOKUP));
}

void test_acl_refuses_identifiers_of_nobody(void)
{
    world_run(check_identifiers);
}

static void check_list(struct world *world)
{
    struct acl_entry *entries;
    size_t count;
    const struct grant *grant = world_grant(world, &world->alice, "INBOX");
    CHECK_OK(acl_set(world->mail, grant, SLICE("bob"), RIGHTS_REPLACE, RIGHT_LOOKUP | RIGHT_READ));
    CHECK_OK(acl_set(world->mail, grant, SLICE("-anyone"), RIGHTS_REPLACE, RIGHT_SEEN));
    CHECK_OK(acl_list(world->mail, grant, &world->arena, &entries, &count));
    CHECK_INT(count, 3);
    CHECK_SLICE(entries[0].identifier, "alice");
    CHECK_INT(entries[0].rights, RIGHTS_ALL);
    CHECK_SLICE(entries[1].identifier, "bob");
    CHECK_INT(entries[1].rights, RIGHT_LOOKUP | RIGHT_READ);
    CHECK_SLICE(entries[2].identifier, "-anyone");
    CHECK_INT(entries[2].rights, RIGHT_SEEN);
    /* The owner is listed without a row, too, and expired rows are not. */
    CHECK_OK(acl_delete(world->mail, grant, SLICE("alice")));
    world_sql("UPDATE acl SET expires_at = now() - interval '1 second' WHERE negative");
    CHECK_OK(acl_list(world->mail, grant, &world->arena, &entries, &count));
    CHECK_INT(count, 2);
    CHECK_SLICE(entries[0].identifier, "bob");
    CHECK_SLICE(entries[1].identifier, "alice");
    CHECK_INT(entries[1].rights, RIGHTS_OWNER_KEEPS);
}

void test_acl_list_shows_rows_and_what_the_owner_keeps(void)
{
    world_run(check_list);
}

static void check_list_rights(struct world *world)
{
    rights_mask always = RIGHTS_ALL;
    const struct grant *grant = world_grant(world, &world->alice, "INBOX");
    CHECK_OK(acl_list_rights(world->mail, grant, SLICE("alice"), &always));
    CHECK_INT(always, RIGHTS_OWNER_KEEPS);
    CHECK_OK(acl_list_rights(world->mail, grant, SLICE("-alice"), &always));
    CHECK_INT(always, RIGHTS_NONE);
    CHECK_OK(acl_list_rights(world->mail, grant, SLICE("bob"), &always));
    CHECK_INT(always, RIGHTS_NONE);
    CHECK_OK(acl_list_rights(world->mail, grant, SLICE("anyone"), &always));
    CHECK_INT(always, RIGHTS_NONE);
}

void test_acl_list_rights_couples_nothing(void)
{
    world_run(check_list_rights);
}

static void check_names(struct world *world)
{
    CHECK_OK(mailbox_create(world->mail, &world->alice, SLICE("Projects"), SLICE_EMPTY, NULL));
    world_allow(world, "Other Users/alice/Projects", "bob", "lr");
    const struct grant *own = world_grant(world, &world->alice, "Projects");
    const struct grant *others = world_grant(world, &world->bob, "Other Users/alice/Projects");
    CHECK_SLICE(grant_name(own), "Projects");
    CHECK_SLICE(grant_name(others), "Other Users/alice/Projects");
    CHECK_INT(grant_mailbox_id(own), grant_mailbox_id(others));
    CHECK_INT(grant_owner_id(others), world->alice.user_id);
    CHECK_INT(grant_path(others)->space, MAILBOX_OF_USER);
    /* One's own mailboxes by the long name. */
    own = world_grant(world, &world->alice, "Other Users/alice/Projects");
    CHECK_SLICE(grant_name(own), "Projects");
    const struct grant *by_id;
    CHECK_OK(acl_check_id(world->mail, &world->bob, grant_mailbox_id(own), RIGHT_READ,
                          &world->arena, &by_id));
    CHECK_SLICE(grant_name(by_id), "Other Users/alice/Projects");
    CHECK_ERR(acl_check_id(world->mail, &world->bob, grant_mailbox_id(own), RIGHT_WRITE,
                           &world->arena, &by_id),
              ERR_DENIED);
    CHECK_ERR(acl_check_id(world->mail, &world->carol, grant_mailbox_id(own), RIGHTS_NONE,
                           &world->arena, &by_id),
              ERR_NOT_FOUND);
    CHECK_ERR(acl_check_id(world->mail, &world->carol, 1 << 30, RIGHTS_NONE, &world->arena, &by_id),
              ERR_NOT_FOUND);
}

void test_acl_names_are_as_the_actor_sees_them(void)
{
    world_run(check_names);
}

static void check_copies(struct world *world)
{
    char login[] = "bob", client[] = "192.0.2.7";
    struct actor actor = {world->bob.user_id, slice_cstr(login), slice_cstr(client)};
    const struct grant *grant = world_grant(world, &actor, "INBOX");
    memset(login, 'x', 3);
    memset(client, 'x', 9);
    CHECK_SLICE(grant_actor(grant)->login, "bob");
    CHECK_SLICE(grant_actor(grant)->client, "192.0.2.7");
}

void test_acl_grant_owns_its_strings(void)
{
    world_run(check_copies);
}

static void check_stale(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "bob", "lr");
    const struct grant *before = world_grant(world, &world->bob, "Shared/Sales");
    CHECK(!grant_is_stale(before, grant_rights_modseq(before)));
    world_allow(world, "Shared/Sales", "carol", "lr");
    const struct grant *after = world_grant(world, &world->bob, "Shared/Sales");
    CHECK(grant_is_stale(before, grant_rights_modseq(after)));
    CHECK(!grant_is_stale(after, grant_rights_modseq(after)));
    world_sql("UPDATE acl SET expires_at = now() + interval '100 milliseconds'"
              " WHERE user_id = (SELECT id FROM users WHERE login = 'bob')"
              " AND mailbox_id = (SELECT id FROM mailboxes WHERE name = 'Sales')");
    after = world_grant(world, &world->bob, "Shared/Sales");
    CHECK(!grant_is_stale(after, grant_rights_modseq(after)));
    world_sql("SELECT pg_sleep(0.15)");
    CHECK(grant_is_stale(after, grant_rights_modseq(after)));
    CHECK_ERR(world_check(world, &world->bob, "Shared/Sales", "", &after), ERR_NOT_FOUND);
}

void test_acl_grant_goes_stale_by_change_and_by_expiry(void)
{
    world_run(check_stale);
}

static void check_restriction(struct world *world)
{
    const struct grant *grant = world_grant(world, &world->alice, "INBOX");
    const struct grant *less = grant_restrict(grant, RIGHT_LOOKUP | RIGHT_READ, &world->arena);
    CHECK_INT(grant_rights(less), RIGHT_LOOKUP | RIGHT_READ);
    CHECK_INT(grant_rights(grant), RIGHTS_ALL);
    CHECK_OK(grant_require(less, RIGHT_READ));
    CHECK_ERR(grant_require(less, RIGHT_WRITE), ERR_DENIED);
    CHECK_ERR(grant_require(grant_restrict(grant, RIGHT_READ, &world->arena), RIGHT_READ),
              ERR_NOT_FOUND);
}

void test_acl_restricted_grant_has_less(void)
{
    world_run(check_restriction);
}

static void check_explanation(struct world *world)
{
    CHECK_OK(group_add(world->mail, SLICE("sales")));
    CHECK_OK(group_change_member(world->mail, SLICE("sales"), SLICE("bob"), true, SLICE("root")));
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "group:sales", "lrw");
    world_allow(world, "Shared/Sales", "carol", "lr");
    world_allow(world, "Shared/Sales", "-bob", "w");
    const struct grant *grant = world_grant(world, &world->admin, "Shared/Sales");
    struct acl_explanation explanation;
    CHECK_OK(acl_explain(world->mail, grant, SLICE("bob"), &world->arena, &explanation));
    CHECK_INT(explanation.count, 3);
    CHECK_INT(explanation.effective, RIGHT_LOOKUP | RIGHT_READ);
    CHECK(!explanation.owner);
    for (size_t i = 0; i < explanation.count; i++) {
        const struct acl_reason *reason = &explanation.reasons[i];
        bool is_carol = slice_equal(reason->identifier, SLICE("carol"));
        CHECK_INT(reason->applies, !is_carol);
        CHECK_INT(reason->negative, slice_equal(reason->identifier, SLICE("-bob")));
    }
    CHECK_ERR(acl_explain(world->mail, grant, SLICE("zoe"), &world->arena, &explanation),
              ERR_NOT_FOUND);
    CHECK_STR(last_error()->text, "There is no user named zoe");
    grant = world_grant(world, &world->admin, "Other Users/bob/INBOX");
    CHECK_OK(acl_explain(world->mail, grant, SLICE("bob"), &world->arena, &explanation));
    CHECK(explanation.owner);
}

void test_acl_explains_each_row(void)
{
    world_run(check_explanation);
}

static void check_group_change(struct world *world)
{
    const struct grant *grant;
    CHECK_OK(group_add(world->mail, SLICE("sales")));
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "group:sales", "lr");
    CHECK_ERR(world_check(world, &world->bob, "Shared/Sales", "", &grant), ERR_NOT_FOUND);
    CHECK_OK(group_change_member(world->mail, SLICE("sales"), SLICE("bob"), true, SLICE("root")));
    CHECK_OK(world_check(world, &world->bob, "Shared/Sales", "r", &grant));
    CHECK_OK(group_change_member(world->mail, SLICE("sales"), SLICE("bob"), false, SLICE("root")));
    const struct grant *later = NULL;
    CHECK_ERR(world_check(world, &world->bob, "Shared/Sales", "", &later), ERR_NOT_FOUND);
    later = world_grant(world, &world->admin, "Shared/Sales");
    CHECK(grant_is_stale(grant, grant_rights_modseq(later)));
    CHECK_OK(group_delete(world->mail, SLICE("sales"), SLICE("root")));
    struct acl_entry *entries;
    size_t count;
    CHECK_OK(acl_list(world->mail, later, &world->arena, &entries, &count));
    CHECK_INT(count, 0);
}

void test_acl_follows_group_membership(void)
{
    world_run(check_group_change);
}
