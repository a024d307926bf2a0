#include "mail/filter.h"

#include "mail/account.h"
#include "mail/mailbox.h"
#include "world.h"

static struct filter_owner own(struct world *world, const struct actor *actor)
{
    struct filter_owner owner = {0};
    CHECK_OK(filter_owner_find(world->mail, actor, SLICE_EMPTY, &world->arena, &owner));
    return owner;
}

static int put(struct world *world, const struct filter_owner *owner, const char *name,
               const char *text)
{
    struct sieve_problem problem = {0};
    return filter_put(world->mail, owner, slice_cstr(name), slice_cstr(text), &problem);
}

/* "a* b": the names in order, a star behind the active one. */
static const char *listed(struct world *world, const struct filter_owner *owner)
{
    struct filter_script *scripts;
    size_t count = 0;
    if (!CHECK_OK(filter_list(world->mail, owner, &world->arena, &scripts, &count)))
        return "";
    const char *text = "";
    for (size_t i = 0; i < count; i++)
        text = arena_printf(&world->arena, "%s%s%.*s%s", text, i ? " " : "",
                            SLICE_ARGS(scripts[i].name), scripts[i].active ? "*" : "");
    return text;
}

static const char *text_of(struct world *world, const struct filter_owner *owner, const char *name)
{
    struct slice text = SLICE_EMPTY;
    CHECK_OK(filter_get(world->mail, owner, slice_cstr(name), &world->arena, &text));
    return arena_cstr(&world->arena, text);
}

static void scripts_body(struct world *world)
{
    struct mail *mail = world->mail;
    struct filter_owner alice = own(world, &world->alice), bob = own(world, &world->bob);
    CHECK_OK(put(world, &alice, "vacation", "keep;"));
    CHECK_OK(put(world, &alice, "main", "discard;"));
    CHECK_STR(listed(world, &alice), "main vacation");
    CHECK_STR(listed(world, &bob), "");
    CHECK_STR(text_of(world, &alice, "main"), "discard;");
    CHECK_OK(put(world, &alice, "main", "stop;"));
    CHECK_STR(text_of(world, &alice, "main"), "stop;");
    CHECK_OK(filter_activate(mail, &alice, SLICE("main")));
    CHECK_STR(listed(world, &alice), "main* vacation");
    CHECK_OK(filter_activate(mail, &alice, SLICE("vacation")));
    CHECK_STR(listed(world, &alice), "main vacation*");
    CHECK_ERR(filter_delete(mail, &alice, SLICE("vacation")), ERR_WRONG_STATE);
    CHECK_ERR(filter_rename(mail, &alice, SLICE("vacation"), SLICE("main")), ERR_EXISTS);
    CHECK_OK(filter_rename(mail, &alice, SLICE("vacation"), SLICE("away")));
    CHECK_STR(listed(world, &alice), "away* main");
    CHECK_OK(filter_activate(mail, &alice, SLICE_EMPTY));
    CHECK_OK(filter_delete(mail, &alice, SLICE("away")));
    CHECK_STR(listed(world, &alice), "main");
    CHECK_ERR(filter_activate(mail, &alice, SLICE("away")), ERR_NOT_FOUND);
    CHECK_ERR(filter_delete(mail, &alice, SLICE("away")), ERR_NOT_FOUND);
    CHECK_ERR(filter_rename(mail, &alice, SLICE("away"), SLICE("x")), ERR_NOT_FOUND);
    struct slice text;
    CHECK_ERR(filter_get(mail, &bob, SLICE("main"), &world->arena, &text), ERR_NOT_FOUND);
    struct filter_owner nobody;
    CHECK_ERR(filter_owner_find(mail, &world->admin, SLICE_EMPTY, &world->arena, &nobody),
              ERR_NOT_FOUND);
}

void test_filter_keeps_scripts_of_a_user(void)
{
    world_run(scripts_body);
}

static void names_body(struct world *world)
{
    struct filter_owner alice = own(world, &world->alice);
    static const char *const refused[] = {
        "", "a\nb", "a\x7f", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9", "broken \xff"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        CHECK_ERR(put(world, &alice, refused[i], "keep;"), ERR_INVALID);
    char *longest = arena_alloc(&world->arena, FILTER_NAME_MAX + 2);
    memset(longest, 'x', FILTER_NAME_MAX + 1);
    CHECK_ERR(put(world, &alice, longest, "keep;"), ERR_INVALID);
    longest[FILTER_NAME_MAX] = 0;
    CHECK_OK(put(world, &alice, longest, "keep;"));
    CHECK_OK(filter_delete(world->mail, &alice, slice_cstr(longest)));
    CHECK_OK(put(world, &alice, "u\xcc\x88 \"quoted\" {5}", "keep;")); /* u and its dots apart */
    CHECK_STR(text_of(world, &alice, "\xc3\xbc \"quoted\" {5}"), "keep;");
    CHECK_ERR(filter_delete(world->mail, &alice, SLICE("a\nb")), ERR_NOT_FOUND);
}

void test_filter_names_are_net_unicode(void)
{
    world_run(names_body);
}

static void limits_body(struct world *world)
{
    struct mail *mail = world->mail;
    struct mail_settings settings = *mail_settings(mail);
    settings.script_size = 10;
    settings.scripts = 2;
    mail_set_settings(mail, &settings);
    struct filter_owner alice = own(world, &world->alice);
    CHECK_ERR(put(world, &alice, "a", "keep; keep;"), ERR_TOO_BIG);
    CHECK_ERR(filter_have_space(mail, &alice, SLICE("a"), 11), ERR_TOO_BIG);
    CHECK_OK(filter_have_space(mail, &alice, SLICE("a"), 10));
    CHECK_OK(put(world, &alice, "a", "keep;"));
    CHECK_OK(put(world, &alice, "b", "keep;"));
    CHECK_ERR(put(world, &alice, "c", "keep;"), ERR_LIMIT);
    CHECK_ERR(filter_have_space(mail, &alice, SLICE("c"), 1), ERR_LIMIT);
    CHECK_OK(filter_have_space(mail, &alice, SLICE("b"), 10));
    CHECK_OK(put(world, &alice, "b", "stop;"));
    CHECK_STR(listed(world, &alice), "a b");
}

static void extensions_body(struct world *world)
{
    struct filter_owner alice = own(world, &world->alice);
    struct sieve_problem problem = {0};
    struct buffer names;
    buffer_init(&names, 0);
    filter_extensions(world->mail, &names);
    CHECK(slice_search(buffer_slice(&names), SLICE(" fileinto ")) != SIZE_MAX);
    CHECK(slice_search(buffer_slice(&names), SLICE("vacation")) == SIZE_MAX);
    buffer_clear(&names);
    CHECK_ERR(filter_check(world->mail, &alice, SLICE("require \"vacation\";"), &problem),
              ERR_SYNTAX);
    CHECK_STR(problem.text, "there is no extension \"vacation\"");
    CHECK_OK(filter_check(world->mail, &alice, SLICE("require \"fileinto\";"), &problem));
}

void test_filter_offers_what_is_carried_out(void)
{
    world_run(extensions_body);
}

void test_filter_has_limits(void)
{
    world_run(limits_body);
}

static void mailbox_body(struct world *world)
{
    struct mail *mail = world->mail;
    struct arena *arena = &world->arena;
    struct filter_owner owner;
    world_create(world, "Shared/Sales");
    struct slice name = SLICE("Shared/Sales");
    CHECK_ERR(filter_owner_find(mail, &world->bob, name, arena, &owner), ERR_NOT_FOUND);
    world_allow(world, "Shared/Sales", "bob", "lr");
    CHECK_ERR(filter_owner_find(mail, &world->bob, name, arena, &owner), ERR_DENIED);
    world_allow(world, "Shared/Sales", "bob", "la");
    CHECK_OK(filter_owner_find(mail, &world->bob, name, arena, &owner));
    CHECK_OK(put(world, &owner, "team", "keep;"));
    CHECK_OK(filter_activate(mail, &owner, SLICE("team")));
    CHECK_OK(mailbox_rename(mail, world_grant(world, &world->admin, "Shared/Sales"),
                            SLICE("Shared/Orders")));
    CHECK_STR(listed(world, &owner), "team*");
    world_allow(world, "Shared/Orders", "bob", "lr");
    CHECK_ERR(put(world, &owner, "team", "discard;"), ERR_DENIED);
    CHECK_ERR(filter_activate(mail, &owner, SLICE_EMPTY), ERR_DENIED);
    CHECK_ERR(filter_delete(mail, &owner, SLICE("team")), ERR_DENIED);
    CHECK_STR(text_of(world, &owner, "team"), "keep;");
    CHECK_OK(mailbox_delete(mail, world_grant(world, &world->admin, "Shared/Orders")));
    CHECK_ERR(put(world, &owner, "team", "discard;"), ERR_NOT_FOUND);
    CHECK_OK(filter_owner_find(mail, &world->alice, SLICE_EMPTY, arena, &owner));
    CHECK_ERR(filter_owner_find(mail, &world->alice, SLICE("INBOX"), arena, &owner), ERR_DENIED);
}

void test_filter_of_a_mailbox_is_whoever_administers_its(void)
{
    world_run(mailbox_body);
}

static void version_body(struct world *world)
{
    struct filter_owner alice = own(world, &world->alice);
    CHECK_OK(put(world, &alice, "a", "keep;"));
    CHECK_INT(world_sql("SELECT count(filter_version) FROM users"), 0);
    CHECK_OK(filter_activate(world->mail, &alice, SLICE("a")));
    int64_t first = world_sql("SELECT filter_version FROM users WHERE login = 'alice'");
    CHECK(first > 0);
    CHECK_OK(put(world, &alice, "included", "keep;"));
    int64_t second = world_sql("SELECT filter_version FROM users WHERE login = 'alice'");
    CHECK(second > first);
    CHECK_INT(world_sql("SELECT count(filter_version) FROM users"), 1);
    CHECK_OK(filter_activate(world->mail, &alice, SLICE_EMPTY));
    CHECK_INT(world_sql("SELECT count(filter_version) FROM users"), 0);
    CHECK_OK(filter_activate(world->mail, &alice, SLICE("a")));
    CHECK_OK(account_delete(world->mail, SLICE("alice"), SLICE("tester")));
    CHECK_INT(world_sql("SELECT count(*) FROM sieve_scripts"), 0);
    CHECK_ERR(put(world, &alice, "a", "keep;"), ERR_NOT_FOUND);
}

void test_filter_version_rises_with_each_change(void)
{
    world_run(version_body);
}
