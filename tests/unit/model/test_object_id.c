#include "model/object_id.h"

#include "support/check.h"

static void check_rendered(enum object_kind kind, int64_t id, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    object_id_render(kind, id, &out);
    CHECK(slice_equal(buffer_slice(&out), slice_cstr(expected)));
    buffer_clear(&out);
}

static int64_t parsed(const char *text)
{
    int64_t id = -1;
    CHECK_OK(object_id_parse(slice_cstr(text), OBJECT_EMAIL, &id));
    return id;
}

static int64_t parsed_thread(const char *text)
{
    int64_t id = -1;
    CHECK_OK(object_id_parse(slice_cstr(text), OBJECT_THREAD, &id));
    return id;
}

static int parse(const char *text, size_t len)
{
    int64_t id;
    return object_id_parse(slice_of(text, len), OBJECT_EMAIL, &id);
}

void test_object_id_says_of_what_it_is(void)
{
    check_rendered(OBJECT_MAILBOX, 7, "F7");
    check_rendered(OBJECT_MAILBOX, -7, "D7");
    check_rendered(OBJECT_EMAIL, INT64_MAX, "M9223372036854775807");
    check_rendered(OBJECT_THREAD, 7, "T7");
    check_rendered(OBJECT_THREAD, -7, "S7");
}

void test_object_id_reads_what_it_has_written(void)
{
    CHECK_INT(parsed("M1"), 1);
    CHECK_INT(parsed("M9223372036854775807"), INT64_MAX);
    CHECK_INT(parsed_thread("T7"), 7);
    CHECK_INT(parsed_thread("S7"), -7);
    CHECK_INT(parsed_thread("M7"), 0);
}

void test_object_id_of_others_is_of_nothing(void)
{
    static const char *const foreign[] = {"F1",  "M",    "M01", "M1x",  "m1",
                                          "M-1", "Xy_9", "M0",  "9999", "M9223372036854775808"};
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        CHECK_INT(parsed(foreign[i]), 0);
}

void test_object_id_refuses_what_is_none(void)
{
    char longest[256];
    memset(longest, 'M', sizeof longest);
    CHECK_OK(parse(longest, 255));
    CHECK_ERR(parse(longest, 256), ERR_SYNTAX);
    CHECK_ERR(parse("", 0), ERR_SYNTAX);
    CHECK_ERR(parse("M 1", 3), ERR_SYNTAX);
    CHECK_ERR(parse("M1.", 3), ERR_SYNTAX);
    CHECK_ERR(parse("M\xc3\xa9", 3), ERR_SYNTAX);
}
