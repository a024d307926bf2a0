#include "model/rights.h"

#include "support/check.h"

static void check_rendered(rights_mask rights, bool legacy, struct slice expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    rights_render(rights, legacy, &out);
    check_slice(buffer_slice(&out), expected, "rendered rights", __FILE__, __LINE__);
    buffer_clear(&out);
}

void test_rights_parse_knows_each_letter(void)
{
    static const char letters[] = "lrswipkxtea";
    rights_mask all = 0;
    for (size_t i = 0; letters[i]; i++) {
        rights_mask rights = 0;
        CHECK_OK(rights_parse(slice_of(&letters[i], 1), &rights));
        CHECK_U64(rights, 1u << i);
        check_rendered(rights, false, slice_of(&letters[i], 1));
        all |= rights;
    }
    CHECK_U64(all, RIGHTS_ALL);
    CHECK_OK(rights_parse(SLICE(""), &all));
    CHECK_U64(all, RIGHTS_NONE);
}

void test_rights_parse_takes_any_order_and_repetition(void)
{
    rights_mask rights = 0;
    CHECK_OK(rights_parse(SLICE("srlrs"), &rights));
    CHECK_U64(rights, RIGHT_LOOKUP | RIGHT_READ | RIGHT_SEEN);
}

void test_rights_parse_divides_the_legacy_rights(void)
{
    rights_mask rights = 0;
    CHECK_OK(rights_parse(SLICE("c"), &rights));
    CHECK_U64(rights, RIGHT_CREATE | RIGHT_DELETE_MAILBOX);
    CHECK_OK(rights_parse(SLICE("d"), &rights));
    CHECK_U64(rights, RIGHT_EXPUNGE | RIGHT_DELETE_MESSAGES);
    CHECK_OK(rights_parse(SLICE("lrswipcda"), &rights));
    CHECK_U64(rights, RIGHTS_ALL);
}

void test_rights_parse_refuses_other_letters(void)
{
    static const char *const wrong[] = {"L", "lrq", "l r", "0", "l\x01", "\xc3\xa9", "+l"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        rights_mask rights = 42;
        CHECK_ERR(rights_parse(slice_cstr(wrong[i]), &rights), ERR_INVALID);
        CHECK_U64(rights, 42);
    }
    rights_mask rights;
    CHECK_ERR(rights_parse(SLICE("lrq"), &rights), ERR_INVALID);
    CHECK_STR(last_error()->text, "\"q\" is not a right");
    CHECK_ERR(rights_parse(SLICE("l\0"), &rights), ERR_INVALID);
}

void test_rights_render_shows_them_in_order(void)
{
    check_rendered(RIGHTS_ALL, false, SLICE("lrswipkxtea"));
    check_rendered(RIGHTS_NONE, false, SLICE(""));
    check_rendered(RIGHTS_ALL, true, SLICE("lrswipkxteacd"));
    check_rendered(RIGHT_LOOKUP | RIGHT_READ, true, SLICE("lr"));
}

/* RFC 4314 section 2.1.1: any member right brings the virtual right. */
void test_rights_render_shows_legacy_for_any_member(void)
{
    check_rendered(RIGHT_CREATE, true, SLICE("kc"));
    check_rendered(RIGHT_DELETE_MAILBOX, true, SLICE("xc"));
    check_rendered(RIGHT_DELETE_MESSAGES, true, SLICE("td"));
    check_rendered(RIGHT_EXPUNGE, true, SLICE("ed"));
}

void test_rights_change_parse_and_apply(void)
{
    static const struct {
        struct slice text;
        rights_mask before, after;
    } rows[] = {
        {{"lr", 2}, RIGHTS_ALL, RIGHT_LOOKUP | RIGHT_READ},
        {{"", 0}, RIGHTS_ALL, RIGHTS_NONE},
        {{"+w", 2}, RIGHT_LOOKUP, RIGHT_LOOKUP | RIGHT_WRITE},
        {{"+l", 2}, RIGHT_LOOKUP, RIGHT_LOOKUP},
        {{"+", 1}, RIGHT_LOOKUP, RIGHT_LOOKUP},
        {{"-te", 3}, RIGHTS_ALL, RIGHTS_ALL & ~(RIGHT_DELETE_MESSAGES | RIGHT_EXPUNGE)},
        {{"-d", 2}, RIGHTS_ALL, RIGHTS_ALL & ~(RIGHT_DELETE_MESSAGES | RIGHT_EXPUNGE)},
        {{"-w", 2}, RIGHT_LOOKUP, RIGHT_LOOKUP},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum rights_change change = RIGHTS_REPLACE;
        rights_mask rights = 0;
        CHECK_OK(rights_change_parse(rows[i].text, &change, &rights));
        CHECK_U64(rights_change_apply(rows[i].before, change, rights), rows[i].after);
    }
}

void test_rights_change_parse_leaves_outputs_on_failure(void)
{
    enum rights_change change = RIGHTS_ADD;
    rights_mask rights = 42;
    CHECK_ERR(rights_change_parse(SLICE("-lz"), &change, &rights), ERR_INVALID);
    CHECK_ERR(rights_change_parse(SLICE("+-l"), &change, &rights), ERR_INVALID);
    CHECK_ERR(rights_change_parse(SLICE("l+r"), &change, &rights), ERR_INVALID);
    CHECK_INT(change, RIGHTS_ADD);
    CHECK_U64(rights, 42);
}
