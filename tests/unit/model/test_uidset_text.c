#include "model/uidset.h"
#include "support/check.h"

static void check_multirange(struct slice text)
{
    struct uidset set;
    struct buffer out;
    uidset_init(&set);
    buffer_init(&out, 0);
    CHECK_OK(uidset_parse_multirange(text, &set));
    uidset_render_multirange(&set, &out);
    check_slice(buffer_slice(&out), text, "multirange", __FILE__, __LINE__);
    buffer_clear(&out);
    uidset_clear(&set);
}

void test_uidset_text_multirange_goes_both_ways(void)
{
    check_multirange(SLICE("{}"));
    check_multirange(SLICE("{[1,2)}"));
    check_multirange(SLICE("{[1,4),[5,6),[4294967295,4294967296)}"));
    check_multirange(SLICE("{[1,4294967296)}"));
}

void test_uidset_text_multirange_replaces_the_contents(void)
{
    struct uidset set;
    uidset_init(&set);
    CHECK_OK(uidset_add(&set, 99));
    CHECK_OK(uidset_parse_multirange(SLICE("{[1,3)}"), &set));
    CHECK_U64(uidset_size(&set), 2);
    CHECK(!uidset_contains(&set, 99) && uidset_contains(&set, 2));
    CHECK_ERR(uidset_parse_multirange(SLICE("{[7,9),[x,3)}"), &set), ERR_CORRUPT);
    CHECK_U64(uidset_size(&set), 2);
    uidset_clear(&set);
}

void test_uidset_text_multirange_refuses_everything_else(void)
{
    static const char *const wrong[] = {
        "",
        "{",
        "}",
        "{}x",
        "{[1,4)",
        "[1,4)",
        "{[1,4]}",
        "{(0,4)}",
        "{[4,4)}",
        "{[4,1)}",
        "{[,4)}",
        "{[1,)}",
        "{[1)}",
        "{[-1,4)}",
        "{[1,4),}",
        "{,[1,4)}",
        "{[1,4)[5,6)}",
        "{ [1,4)}",
        "{empty}",
        "{[a,b)}",
        "{[1,4),{}}",
        "{[1,4294967297)}",
    };
    struct uidset set;
    uidset_init(&set);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (!CHECK_ERR(uidset_parse_multirange(slice_cstr(wrong[i]), &set), ERR_CORRUPT))
            CHECK_STR(wrong[i], "");
    }
    CHECK(uidset_is_empty(&set));
}

void test_uidset_text_multirange_cut_anywhere_is_refused(void)
{
    struct slice text = SLICE("{[1,4),[15,16)}");
    struct uidset set;
    uidset_init(&set);
    for (size_t length = 0; length < text.len; length++)
        CHECK_ERR(uidset_parse_multirange(slice_sub(text, 0, length), &set), ERR_CORRUPT);
    CHECK_OK(uidset_parse_multirange(text, &set));
    uidset_clear(&set);
}
