#include "mail/special_use.h"

#include "support/check.h"

static void check_uses(struct slice text, size_t count)
{
    struct special_uses uses;
    if (CHECK_OK(special_uses_parse(text, &uses)))
        CHECK_INT(uses.count, count);
}

void test_special_use_is_read_from_words(void)
{
    check_uses(SLICE("\\Sent"), 1);
    check_uses(SLICE("  \\sent \\Drafts  \\SENT "), 2);
    check_uses(SLICE("\\Archive \\Drafts \\Junk \\Sent \\Trash"), 5);
    check_uses(SLICE(""), 0);
    check_uses((struct slice){NULL, 0}, 0);
}

void test_special_use_is_told_in_its_spelling(void)
{
    struct special_uses uses = {.count = 0};
    CHECK_OK(special_uses_add(&uses, SLICE("\\dRAFTS")));
    CHECK_SLICE(uses.uses[0], "\\Drafts");
}

void test_special_use_that_is_not_offered(void)
{
    struct special_uses uses = {.count = 0};
    CHECK_ERR(special_uses_parse(SLICE("\\Sent \\All"), &uses), ERR_INVALID);
    CHECK_ERR(special_uses_parse(SLICE("Sent"), &uses), ERR_INVALID);
    CHECK_ERR(special_uses_add(&uses, SLICE("")), ERR_INVALID);
    CHECK_INT(uses.count, 0);
}
