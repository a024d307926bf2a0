/* ACL identifiers as text, and names that could be mistaken for one. */
#include "identifier.h"
#include "support/check.h"

static void check_parse(const char *text, enum acl_kind kind, bool negative, const char *name)
{
    struct identifier identifier;
    if (!CHECK_OK(identifier_parse(slice_cstr(text), &identifier)))
        return;
    check_int(identifier.kind, kind, text, __FILE__, __LINE__);
    check_int(identifier.negative, negative, text, __FILE__, __LINE__);
    check_slice(identifier.name, slice_cstr(name), text, __FILE__, __LINE__);
}

void test_identifier_parses_every_kind(void)
{
    check_parse("bob", ACL_USER, false, "bob");
    check_parse("-bob", ACL_USER, true, "bob");
    check_parse("group:sales", ACL_GROUP, false, "sales");
    check_parse("-group:sales", ACL_GROUP, true, "sales");
    check_parse("anyone", ACL_ANYONE, false, "");
    check_parse("-anyone", ACL_ANYONE, true, "");
    check_parse("Anyone", ACL_ANYONE, false, "");
    check_parse("Group:sales", ACL_GROUP, false, "sales");
}

void test_identifier_takes_one_minus_only(void)
{
    check_parse("--bob", ACL_USER, true, "-bob");
    check_parse("a-b", ACL_USER, false, "a-b");
    check_parse("anyone else", ACL_USER, false, "anyone else");
    check_parse("groups:x", ACL_USER, false, "groups:x");
}

void test_identifier_refuses_what_names_nobody(void)
{
    struct identifier identifier;
    CHECK_ERR(identifier_parse(SLICE_EMPTY, &identifier), ERR_INVALID);
    CHECK_ERR(identifier_parse(SLICE("-"), &identifier), ERR_INVALID);
    CHECK_ERR(identifier_parse(SLICE("group:"), &identifier), ERR_INVALID);
    CHECK_ERR(identifier_parse(SLICE("-group:"), &identifier), ERR_INVALID);
}

void test_identifier_renders_what_it_parses(void)
{
    static const char *const texts[] = {"bob",        "-bob",   "group:sales",
                                        "-group:a b", "anyone", "-anyone"};
    struct arena arena;
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct identifier identifier;
        CHECK_OK(identifier_parse(slice_cstr(texts[i]), &identifier));
        check_slice(identifier_render(&identifier, &arena), slice_cstr(texts[i]), texts[i],
                    __FILE__, __LINE__);
    }
    arena_clear(&arena);
}

void test_identifier_reserved_names(void)
{
    CHECK(identifier_is_reserved(SLICE("anyone")));
    CHECK(identifier_is_reserved(SLICE("ANYONE")));
    CHECK(identifier_is_reserved(SLICE("-bob")));
    CHECK(identifier_is_reserved(SLICE("group:x")));
    CHECK(identifier_is_reserved(SLICE("Group:")));
    CHECK(!identifier_is_reserved(SLICE("bob-group")));
    CHECK(!identifier_is_reserved(SLICE("groups")));
}
