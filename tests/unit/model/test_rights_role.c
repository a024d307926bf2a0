#include "model/rights_role.h"

#include "support/check.h"

static void check_change(const char *text, enum rights_change change, const char *letters)
{
    enum rights_change parsed = RIGHTS_REPLACE;
    rights_mask rights = 0, expected = 0;
    CHECK_OK(rights_change_parse_role(slice_cstr(text), &parsed, &rights));
    CHECK_OK(rights_parse(slice_cstr(letters), &expected));
    CHECK_INT(parsed, change);
    CHECK_U64(rights, expected);
}

void test_rights_role_stands_for_letters(void)
{
    check_change("reader", RIGHTS_REPLACE, "lrs");
    check_change("contributor", RIGHTS_REPLACE, "lrswip");
    check_change("editor", RIGHTS_REPLACE, "lrswipkte");
    check_change("manager", RIGHTS_REPLACE, "lrswipkxtea");
    check_change("+editor", RIGHTS_ADD, "lrswipkte");
    check_change("-contributor", RIGHTS_REMOVE, "lrswip");
}

void test_rights_role_leaves_letters_alone(void)
{
    check_change("lrs", RIGHTS_REPLACE, "lrs");
    check_change("+w", RIGHTS_ADD, "w");
    check_change("-d", RIGHTS_REMOVE, "te");
    check_change("", RIGHTS_REPLACE, "");
    check_change("reade", RIGHTS_REPLACE, "rate");
}

void test_rights_role_refuses_other_words(void)
{
    static const char *const wrong[] = {"owner", "Reader", "readings", "++reader", "reader,editor"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        enum rights_change change = RIGHTS_ADD;
        rights_mask rights = 42;
        CHECK_ERR(rights_change_parse_role(slice_cstr(wrong[i]), &change, &rights), ERR_INVALID);
        CHECK_U64(rights, 42);
    }
}

void test_rights_role_has_more_rights_than_the_one_before(void)
{
    rights_mask before = RIGHTS_NONE;
    for (const struct rights_role *role = rights_roles_all(); role->name; role++) {
        CHECK_U64(role->rights & before, before);
        CHECK(role->rights != before);
        CHECK_STR(rights_role_name(role->rights), role->name);
        before = role->rights;
    }
    CHECK_U64(before, RIGHTS_ALL);
    CHECK(rights_role_name(RIGHT_LOOKUP) == NULL);
}
