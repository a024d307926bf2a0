/* Wanted states of rights: what differs, what is done about it, that it is all or nothing. */
#include "mail/acl_plan.h"

#include "base/clock.h"
#include "mail/account.h"
#include "mail/mailbox.h"
#include "store/acl_rows.h"
#include "world.h"

enum { ROWS_MAX = 8 };

/* A plan under construction. */
struct draft {
    struct planned_row rows[ROWS_MAX];
    struct planned_mailbox mailboxes[4];
    struct planned_member members[4];
    struct planned_group group;
    struct acl_plan plan;
    size_t row_count;
};

static struct planned_mailbox *draft_mailbox(struct draft *draft, const char *name)
{
    struct planned_mailbox *mailbox = &draft->mailboxes[draft->plan.mailbox_count++];
    draft->plan.mailboxes = draft->mailboxes;
    mailbox->name = slice_cstr(name);
    mailbox->rows = &draft->rows[draft->row_count];
    return mailbox;
}

/* Of the mailbox that was added last. */
static struct planned_row *draft_row(struct draft *draft, const char *identifier,
                                     const char *rights)
{
    struct planned_row *row = &draft->rows[draft->row_count++];
    row->identifier = slice_cstr(identifier);
    row->expires_at = INT64_MAX;
    row->line = (int)draft->row_count;
    CHECK_OK(rights_change_parse(slice_cstr(rights), &row->change, &row->rights));
    draft->mailboxes[draft->plan.mailbox_count - 1].row_count++;
    return row;
}

static void draft_group(struct draft *draft, const char *name, const char *member)
{
    draft->group = (struct planned_group){.name = slice_cstr(name), .members = draft->members};
    draft->plan.groups = &draft->group;
    draft->plan.group_count = 1;
    if (!member)
        return;
    draft->members[0] = (struct planned_member){.login = slice_cstr(member), .line = 7};
    draft->group.member_count = 1;
}

/* The differences as text, each ended by a semicolon. */
static const char *apply(struct world *world, const struct acl_plan *plan)
{
    static const char *const kinds[] = {"group", "member", "mailbox", "row"};
    struct acl_difference *differences;
    size_t count;
    struct buffer text;
    buffer_init(&text, 0);
    int err = acl_apply(world->mail, &world->admin, plan, &world->arena, &differences, &count);
    CHECK_OK(err);
    for (size_t i = 0; !err && i < count; i++) {
        const struct acl_difference *difference = &differences[i];
        buffer_printf(&text, "%s %.*s", kinds[difference->kind], SLICE_ARGS(difference->subject));
        if (difference->name.len)
            buffer_printf(&text, " %s%.*s", difference->goes ? "-" : "",
                          SLICE_ARGS(difference->name));
        if (difference->kind == DIFFERENCE_ROW) {
            buffer_add_char(&text, ' ');
            rights_render(difference->before.rights, false, &text);
            buffer_add_cstr(&text, ">");
            rights_render(difference->after.rights, false, &text);
        }
        buffer_add_cstr(&text, ";");
    }
    const char *copy = arena_cstr(&world->arena, buffer_slice(&text));
    buffer_clear(&text);
    return copy;
}

static rights_mask rights_of(struct world *world, const struct actor *actor, const char *name)
{
    const struct grant *grant;
    int err = world_check(world, actor, name, "", &grant);
    return err ? RIGHTS_NONE : grant_rights(grant);
}

static void check_idempotence(struct world *world)
{
    struct draft draft = {0};
    draft_group(&draft, "press", "carol");
    draft_mailbox(&draft, "Shared/News")->create = true;
    draft.mailboxes[0].whole = true;
    draft_row(&draft, "group:press", "lrw");
    draft_row(&draft, "-carol", "w");
    const char *wanted = "group press;member press carol;mailbox Shared/News;"
                         "row Shared/News group:press >lrw;row Shared/News -carol >w;";
    draft.plan.dry_run = true;
    CHECK_STR(apply(world, &draft.plan), wanted);
    CHECK_INT(world_sql("SELECT count(*) FROM mailboxes WHERE name = 'News'"), 0);
    CHECK_INT(world_sql("SELECT count(*) FROM groups"), 0);
    draft.plan.dry_run = false;
    CHECK_STR(apply(world, &draft.plan), wanted);
    CHECK_INT(rights_of(world, &world->carol, "Shared/News"), RIGHT_LOOKUP | RIGHT_READ);
    int64_t modseq = world_sql("SELECT sum(highest_modseq) FROM mailbox_state");
    CHECK_STR(apply(world, &draft.plan), "");
    CHECK_INT(world_sql("SELECT sum(highest_modseq) FROM mailbox_state"), modseq);
}

void test_acl_apply_does_nothing_a_second_time(void)
{
    world_run(check_idempotence);
}

static void check_whole(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "bob", "lrs");
    world_allow(world, "Shared/Sales", "carol", "l");
    struct draft draft = {0};
    draft_mailbox(&draft, "Shared/Sales");
    draft_row(&draft, "bob", "+w");
    CHECK_STR(apply(world, &draft.plan), "row Shared/Sales bob lrs>lrsw;");
    CHECK_INT(rights_of(world, &world->carol, "Shared/Sales"), RIGHT_LOOKUP);
    draft.mailboxes[0].whole = true;
    draft.rows[0].change = RIGHTS_REMOVE;
    CHECK_STR(apply(world, &draft.plan),
              "row Shared/Sales carol l>;row Shared/Sales bob lrsw>lrs;");
    CHECK_INT(rights_of(world, &world->carol, "Shared/Sales"), RIGHTS_NONE);
    CHECK_INT(world_sql("SELECT count(*) FROM journal WHERE kind = 'acl'"
                        " AND detail = 'carol: l -> ' AND actor = 'postroomctl'"),
              1);
}

void test_acl_apply_leaves_other_rows_unless_all_are_planned(void)
{
    world_run(check_whole);
}

static void check_owner_row(struct world *world)
{
    struct draft draft = {0};
    draft_mailbox(&draft, "Other Users/alice/INBOX")->whole = true;
    draft_row(&draft, "bob", "lr");
    CHECK_STR(apply(world, &draft.plan), "row Other Users/alice/INBOX bob >lr;");
    CHECK_INT(rights_of(world, &world->alice, "INBOX"), RIGHTS_ALL);
}

void test_acl_apply_leaves_the_owners_row(void)
{
    world_run(check_owner_row);
}

static void check_tree(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_create(world, "Shared/Sales/2026/May");
    world_create(world, "Shared/Salesmen");
    struct draft draft = {0};
    draft_mailbox(&draft, "Shared/Sales")->tree = true;
    draft_row(&draft, "bob", "lr");
    CHECK_STR(apply(world, &draft.plan),
              "row Shared/Sales bob >lr;row Shared/Sales/2026/May bob >lr;");
    CHECK_INT(rights_of(world, &world->bob, "Shared/Salesmen"), RIGHTS_NONE);
    /* What has the rights already is left alone. */
    world_allow(world, "Shared/Sales", "bob", "lrw");
    CHECK_STR(apply(world, &draft.plan), "row Shared/Sales bob lrw>lr;");
}

void test_acl_apply_goes_through_a_tree(void)
{
    world_run(check_tree);
}

static void check_new_tree(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "bob", "lr");
    struct draft draft = {0};
    draft_mailbox(&draft, "Shared/Sales/A/B")->create = true;
    draft_mailbox(&draft, "Shared/Sales/A")->create = true;
    draft_row(&draft, "carol", "lrs");
    draft.mailboxes[1].whole = true;
    CHECK_STR(apply(world, &draft.plan),
              "mailbox Shared/Sales/A/B;mailbox Shared/Sales/A;row Shared/Sales/A carol >lrs;");
    /* The one with rights of its own has no others; the one below takes them from it. */
    CHECK_INT(rights_of(world, &world->bob, "Shared/Sales/A"), RIGHTS_NONE);
    CHECK_INT(rights_of(world, &world->carol, "Shared/Sales/A"),
              RIGHT_LOOKUP | RIGHT_READ | RIGHT_SEEN);
    CHECK_INT(rights_of(world, &world->bob, "Shared/Sales/A/B"), RIGHTS_NONE);
    CHECK_INT(rights_of(world, &world->carol, "Shared/Sales/A/B"),
              RIGHT_LOOKUP | RIGHT_READ | RIGHT_SEEN);
    CHECK_STR(apply(world, &draft.plan), "");
    /* Also from one that was there and gets others. */
    struct draft later = {0};
    draft_mailbox(&later, "Shared/Sales/C")->create = true;
    draft_mailbox(&later, "Shared/Sales")->whole = true;
    draft_row(&later, "carol", "lr");
    CHECK_STR(apply(world, &later.plan),
              "mailbox Shared/Sales/C;row Shared/Sales bob lr>;row Shared/Sales carol >lr;");
    CHECK_INT(rights_of(world, &world->carol, "Shared/Sales/C"), RIGHT_LOOKUP | RIGHT_READ);
    CHECK_INT(rights_of(world, &world->bob, "Shared/Sales/C"), RIGHTS_NONE);
}

void test_acl_apply_makes_parents_first(void)
{
    world_run(check_new_tree);
}

static void check_refused(struct world *world, const struct acl_plan *plan, enum err code,
                          const char *text)
{
    struct acl_difference *differences;
    size_t count;
    int64_t before = world_sql("SELECT sum(highest_modseq) + count(*) FROM mailbox_state");
    CHECK_ERR(acl_apply(world->mail, &world->admin, plan, &world->arena, &differences, &count),
              code);
    CHECK_STR(last_error()->text, text);
    CHECK_INT(world_sql("SELECT sum(highest_modseq) + count(*) FROM mailbox_state"), before);
}

static void check_mistakes(struct world *world)
{
    world_create(world, "Shared/Sales");
    struct draft draft = {.plan.file = "plan"};
    draft_mailbox(&draft, "Shared/Sales");
    draft_row(&draft, "bob", "lr");
    draft_mailbox(&draft, "Shared/New")->create = true;
    struct planned_row *wrong = draft_row(&draft, "zoe", "lr");
    check_refused(world, &draft.plan, ERR_INVALID, "plan:2: There is no user or group named zoe");
    wrong->identifier = SLICE("group:none");
    check_refused(world, &draft.plan, ERR_INVALID, "plan:2: There is no user or group named none");
    wrong->identifier = SLICE("-");
    check_refused(world, &draft.plan, ERR_INVALID, "plan:2: The identifier names nobody");
    wrong->identifier = SLICE("carol");
    draft.mailboxes[1].create = false;
    draft.mailboxes[1].line = 3;
    check_refused(world, &draft.plan, ERR_NOT_FOUND, "plan:3: No such mailbox");
    draft.mailboxes[1].name = SLICE("Shared/Sales");
    check_refused(world, &draft.plan, ERR_INVALID, "plan:3: Shared/Sales is there twice");
    draft.plan.mailbox_count = 1;
    draft_group(&draft, "press", "zoe");
    check_refused(world, &draft.plan, ERR_INVALID, "plan:7: There is no user named zoe");
    CHECK_INT(world_sql("SELECT count(*) FROM groups"), 0);
    CHECK_INT(rights_of(world, &world->bob, "Shared/Sales"), RIGHTS_NONE);
}

void test_acl_apply_is_all_or_nothing(void)
{
    world_run(check_mistakes);
}

static void check_last_administrator(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "bob", "lra");
    struct draft draft = {0};
    draft_mailbox(&draft, "Shared/Sales")->whole = true;
    check_refused(world, &draft.plan, ERR_WRONG_STATE,
                  "Nobody could administer Shared/Sales any more");
    /* Somebody else may, however the rows come. */
    draft_row(&draft, "carol", "la");
    CHECK_STR(apply(world, &draft.plan), "row Shared/Sales bob lra>;row Shared/Sales carol >la;");
    draft.plan.force = true;
    draft.mailboxes[0].row_count = 0;
    CHECK_STR(apply(world, &draft.plan), "row Shared/Sales carol la>;");
    /* Where nobody does, that may stay so. */
    draft.plan.force = false;
    draft.mailboxes[0].row_count = 1;
    draft.rows[0].rights = RIGHT_LOOKUP;
    CHECK_STR(apply(world, &draft.plan), "row Shared/Sales carol >l;");
}

void test_acl_apply_keeps_the_last_administrator(void)
{
    world_run(check_last_administrator);
}

static void check_ends(struct world *world)
{
    const int64_t hour = (int64_t)3600 * 1000000, now = clock_realtime_us();
    world_create(world, "Shared/Sales");
    struct draft draft = {0};
    draft_mailbox(&draft, "Shared/Sales");
    struct planned_row *row = draft_row(&draft, "bob", "lrs");
    row->expires_at = now + hour;
    CHECK_STR(apply(world, &draft.plan), "row Shared/Sales bob >lrs;");
    CHECK_STR(apply(world, &draft.plan), "");
    /* An end alone is a difference; adding to rights leaves their end. */
    row->expires_at = now + 2 * hour;
    CHECK_STR(apply(world, &draft.plan), "row Shared/Sales bob lrs>lrs;");
    row->change = RIGHTS_ADD;
    row->rights = RIGHT_WRITE;
    row->expires_at = INT64_MAX;
    CHECK_STR(apply(world, &draft.plan), "row Shared/Sales bob lrs>lrsw;");
    CHECK_INT(world_sql("SELECT count(*) FROM acl WHERE expires_at > now() + interval '90 min'"),
              1);
    /* What has ended counts as nothing, in the plan and in the table. */
    row->change = RIGHTS_REPLACE;
    row->expires_at = now - hour;
    CHECK_STR(apply(world, &draft.plan), "row Shared/Sales bob lrsw>;");
    world_sql("INSERT INTO acl (mailbox_id, user_id, rights, granted_by, expires_at)"
              " SELECT m.id, u.id, 3, 'test', now() - interval '1 hour' FROM mailboxes m, users u"
              " WHERE m.name = 'Sales' AND u.login = 'bob'");
    CHECK_STR(apply(world, &draft.plan), "");
    row->expires_at = INT64_MAX;
    row->rights = RIGHT_LOOKUP;
    CHECK_STR(apply(world, &draft.plan), "row Shared/Sales bob >l;");
    CHECK_INT(rights_of(world, &world->bob, "Shared/Sales"), RIGHT_LOOKUP);
}

void test_acl_apply_knows_ends(void)
{
    world_run(check_ends);
}

static void check_members(struct world *world)
{
    CHECK_OK(group_add(world->mail, SLICE("press")));
    CHECK_OK(group_change_member(world->mail, SLICE("press"), SLICE("bob"), true, SLICE("root")));
    world_create(world, "Shared/News");
    world_allow(world, "Shared/News", "group:press", "lr");
    struct draft draft = {0};
    draft_group(&draft, "press", "carol");
    CHECK_STR(apply(world, &draft.plan), "member press -bob;member press carol;");
    CHECK_INT(rights_of(world, &world->bob, "Shared/News"), RIGHTS_NONE);
    CHECK_INT(rights_of(world, &world->carol, "Shared/News"), RIGHT_LOOKUP | RIGHT_READ);
    CHECK_INT(world_sql("SELECT count(*) FROM journal j JOIN mailbox_state s USING (mailbox_id)"
                        " WHERE j.detail IN ('bob left group:press', 'carol came into group:press')"
                        " AND s.rights_modseq >= j.modseq"),
              2);
    draft.group.member_count = 0;
    CHECK_STR(apply(world, &draft.plan), "member press -carol;");
    struct acl_difference *differences;
    size_t count;
    CHECK_ERR(acl_apply(world->mail, &world->bob, &draft.plan, &world->arena, &differences, &count),
              ERR_DENIED);
}

void test_acl_apply_changes_who_is_in_a_group(void)
{
    world_run(check_members);
}

static void check_rights_needed(struct world *world)
{
    world_create(world, "Shared/Sales");
    world_create(world, "Shared/Sales/Secret");
    world_allow(world, "Shared/Sales", "bob", "lr");
    struct draft draft = {0};
    draft_mailbox(&draft, "Shared/Sales");
    draft_row(&draft, "carol", "lr");
    struct acl_difference *differences;
    size_t count;
    CHECK_ERR(acl_apply(world->mail, &world->bob, &draft.plan, &world->arena, &differences, &count),
              ERR_DENIED);
    world_allow(world, "Shared/Sales", "bob", "la");
    CHECK_OK(acl_apply(world->mail, &world->bob, &draft.plan, &world->arena, &differences, &count));
    CHECK_INT(count, 1);
    draft.mailboxes[0].tree = true;
    draft.rows[0].rights = RIGHT_LOOKUP;
    CHECK_ERR(acl_apply(world->mail, &world->bob, &draft.plan, &world->arena, &differences, &count),
              ERR_DENIED);
    CHECK_INT(rights_of(world, &world->carol, "Shared/Sales"), RIGHT_LOOKUP | RIGHT_READ);
}

void test_acl_apply_needs_a_on_each_mailbox(void)
{
    world_run(check_rights_needed);
}
