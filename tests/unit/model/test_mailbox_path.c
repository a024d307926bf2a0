#include "model/mailbox_name.h"

#include "support/check.h"

static struct arena arena;

static void check_path(struct slice name, enum mailbox_space space, struct slice user,
                       struct slice path)
{
    struct mailbox_path out = {0};
    if (!CHECK_OK(mailbox_path_parse(&arena, name, SLICE("alice"), &out)))
        return;
    check_int(out.space, space, name.data, __FILE__, __LINE__);
    check_slice(out.user, user, name.data, __FILE__, __LINE__);
    check_slice(out.path, path, name.data, __FILE__, __LINE__);
}

static void check_refused(struct slice name)
{
    struct mailbox_path out = {MAILBOX_IN_SHARED, SLICE("u"), SLICE("p")};
    if (!CHECK_ERR(mailbox_path_parse(&arena, name, SLICE("alice"), &out), ERR_INVALID))
        check_slice(name, SLICE_EMPTY, "name", __FILE__, __LINE__);
    CHECK_INT(out.space, MAILBOX_IN_SHARED);
    CHECK_SLICE(out.user, "u");
    CHECK_SLICE(out.path, "p");
}

void test_mailbox_path_finds_the_namespace(void)
{
    arena_init(&arena, 0);
    check_path(SLICE("Projects/2026"), MAILBOX_PERSONAL, SLICE(""), SLICE("Projects/2026"));
    check_path(SLICE("Shared/Sales/Orders"), MAILBOX_IN_SHARED, SLICE(""), SLICE("Sales/Orders"));
    check_path(SLICE("Other Users/bob/Work"), MAILBOX_OF_USER, SLICE("bob"), SLICE("Work"));
    check_path(SLICE("Other Users/alice/Work"), MAILBOX_PERSONAL, SLICE(""), SLICE("Work"));
    arena_clear(&arena);
}

void test_mailbox_path_of_a_namespace_root_is_empty(void)
{
    arena_init(&arena, 0);
    check_path(SLICE("Shared"), MAILBOX_IN_SHARED, SLICE(""), SLICE(""));
    check_path(SLICE("Shared/"), MAILBOX_IN_SHARED, SLICE(""), SLICE(""));
    check_path(SLICE("Other Users"), MAILBOX_OF_USER, SLICE(""), SLICE(""));
    check_path(SLICE("Other Users/bob"), MAILBOX_OF_USER, SLICE("bob"), SLICE(""));
    check_path(SLICE("Other Users/alice"), MAILBOX_PERSONAL, SLICE(""), SLICE(""));
    arena_clear(&arena);
}

void test_mailbox_path_namespaces_compare_exactly(void)
{
    arena_init(&arena, 0);
    check_path(SLICE("shared/Sales"), MAILBOX_PERSONAL, SLICE(""), SLICE("shared/Sales"));
    check_path(SLICE("SharedFolder"), MAILBOX_PERSONAL, SLICE(""), SLICE("SharedFolder"));
    check_path(SLICE("other users/bob"), MAILBOX_PERSONAL, SLICE(""), SLICE("other users/bob"));
    check_path(SLICE("Other Users/Alice/x"), MAILBOX_OF_USER, SLICE("Alice"), SLICE("x"));
    check_path(SLICE("Work/Shared"), MAILBOX_PERSONAL, SLICE(""), SLICE("Work/Shared"));
    arena_clear(&arena);
}

void test_mailbox_path_spells_inbox(void)
{
    arena_init(&arena, 0);
    check_path(SLICE("inbox"), MAILBOX_PERSONAL, SLICE(""), SLICE("INBOX"));
    check_path(SLICE("InBoX/Sub"), MAILBOX_PERSONAL, SLICE(""), SLICE("INBOX/Sub"));
    check_path(SLICE("inbox/"), MAILBOX_PERSONAL, SLICE(""), SLICE("INBOX"));
    check_path(SLICE("inboxes"), MAILBOX_PERSONAL, SLICE(""), SLICE("inboxes"));
    check_path(SLICE("Work/inbox"), MAILBOX_PERSONAL, SLICE(""), SLICE("Work/inbox"));
    check_path(SLICE("Other Users/bob/inbox"), MAILBOX_OF_USER, SLICE("bob"), SLICE("INBOX"));
    check_path(SLICE("Other Users/alice/inbox"), MAILBOX_PERSONAL, SLICE(""), SLICE("INBOX"));
    check_path(SLICE("Shared/inbox"), MAILBOX_IN_SHARED, SLICE(""), SLICE("inbox"));
    arena_clear(&arena);
}

void test_mailbox_path_leaves_the_callers_name_alone(void)
{
    char name[] = "inbox/x";
    struct mailbox_path path = {0};
    arena_init(&arena, 0);
    CHECK_OK(mailbox_path_parse(&arena, slice_cstr(name), SLICE("alice"), &path));
    CHECK_STR(name, "inbox/x");
    name[0] = '?';
    CHECK_SLICE(path.path, "INBOX/x");
    arena_clear(&arena);
}

void test_mailbox_path_composes(void)
{
    arena_init(&arena, 0);
    check_path(SLICE("Cafe\xcc\x81"), MAILBOX_PERSONAL, SLICE(""), SLICE("Caf\xc3\xa9"));
    arena_clear(&arena);
}

void test_mailbox_path_allows_what_clients_like(void)
{
    arena_init(&arena, 0);
    check_path(SLICE("a*b%c \"d\" \\e & f/"), MAILBOX_PERSONAL, SLICE(""),
               SLICE("a*b%c \"d\" \\e & f"));
    check_path(SLICE("."), MAILBOX_PERSONAL, SLICE(""), SLICE("."));
    arena_clear(&arena);
}

void test_mailbox_path_refuses_bad_names(void)
{
    static const char *const wrong[] = {
        "",
        "/",
        "//",
        "/a",
        "a//b",
        "a//",
        "Shared//x",
        "a\nb",
        "\x7f",
        "\xc3",
        "a\xff",
        "a\xc2\x85",
        "\xee\x80\x80",
        "Other Users//x",
        /* would have no name that its owner could use */
        "Other Users/alice/Shared/x",
        "Other Users/bob/Shared",
        "Other Users/bob/Other Users/x",
    };
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        check_refused(slice_cstr(wrong[i]));
    check_refused(SLICE("a\0b"));
    arena_clear(&arena);
}

void test_mailbox_path_has_limits(void)
{
    char name[MAILBOX_NAME_MAX + 2];
    struct mailbox_path path;
    arena_init(&arena, 0);
    memset(name, 'x', sizeof name);
    CHECK_OK(mailbox_path_parse(&arena, slice_of(name, MAILBOX_NAME_MAX), SLICE("alice"), &path));
    check_refused(slice_of(name, MAILBOX_NAME_MAX + 1));
    for (size_t i = 1; i < sizeof name; i += 2)
        name[i] = '/';
    CHECK_OK(mailbox_path_parse(&arena, slice_of(name, 2 * MAILBOX_LEVELS_MAX - 1), SLICE("alice"),
                                &path));
    CHECK_OK(
        mailbox_path_parse(&arena, slice_of(name, 2 * MAILBOX_LEVELS_MAX), SLICE("alice"), &path));
    check_refused(slice_of(name, 2 * MAILBOX_LEVELS_MAX + 1));
    arena_clear(&arena);
}

void test_mailbox_path_renders_what_it_parsed(void)
{
    static const char *const names[] = {
        "INBOX",
        "Work/2026",
        "Shared",
        "Shared/Sales",
        "Other Users",
        "Other Users/bob",
        "Other Users/bob/INBOX/Sub",
    };
    struct buffer out;
    arena_init(&arena, 0);
    buffer_init(&out, 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct mailbox_path path = {0};
        buffer_reset(&out);
        buffer_add(&out, SLICE("> "));
        CHECK_OK(mailbox_path_parse(&arena, slice_cstr(names[i]), SLICE("alice"), &path));
        mailbox_path_render(&path, &out);
        check_slice(slice_sub(buffer_slice(&out), 2, out.len), slice_cstr(names[i]), "rendered",
                    __FILE__, __LINE__);
    }
    buffer_clear(&out);
    arena_clear(&arena);
}

void test_mailbox_path_parent_is_one_level_up(void)
{
    struct mailbox_path path = {MAILBOX_OF_USER, SLICE("bob"), SLICE("a/b/c")};
    struct mailbox_path parent = {0};
    CHECK(mailbox_path_parent(&path, &parent));
    CHECK_INT(parent.space, MAILBOX_OF_USER);
    CHECK_SLICE(parent.user, "bob");
    CHECK_SLICE(parent.path, "a/b");
    CHECK(mailbox_path_parent(&parent, &parent));
    CHECK_SLICE(parent.path, "a");
    CHECK(!mailbox_path_parent(&parent, &path));
    CHECK_SLICE(path.path, "a/b/c");
    path.path = slice_of(NULL, 0);
    CHECK(!mailbox_path_parent(&path, &parent));
}

void test_mailbox_path_knows_inbox(void)
{
    CHECK(mailbox_path_is_inbox(&(struct mailbox_path){MAILBOX_PERSONAL, {"", 0}, {"INBOX", 5}}));
    CHECK(mailbox_path_is_inbox(&(struct mailbox_path){MAILBOX_OF_USER, {"b", 1}, {"INBOX", 5}}));
    CHECK(!mailbox_path_is_inbox(&(struct mailbox_path){MAILBOX_IN_SHARED, {"", 0}, {"INBOX", 5}}));
    CHECK(
        !mailbox_path_is_inbox(&(struct mailbox_path){MAILBOX_PERSONAL, {"", 0}, {"INBOX/x", 7}}));
}
