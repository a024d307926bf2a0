#include "model/annotation_entry.h"

#include "support/check.h"

static void check_entry(const char *text, const char *expected)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct slice entry;
    if (CHECK_OK(annotation_entry_parse(slice_cstr(text), &arena, &entry)))
        check_slice(entry, slice_cstr(expected), text, __FILE__, __LINE__);
    arena_clear(&arena);
}

static void check_no_entry(struct slice text)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct slice entry;
    CHECK_ERR(annotation_entry_parse(text, &arena, &entry), ERR_SYNTAX);
    arena_clear(&arena);
}

void test_annotation_entry_is_in_small_letters(void)
{
    check_entry("/shared/comment", "/shared/comment");
    check_entry("/Private/VENDOR/Acme/x y", "/private/vendor/acme/x y");
    check_entry("/shared", "/shared");
    check_entry("/PRIVATE", "/private");
}

void test_annotation_entry_that_is_none(void)
{
    static const char *const texts[] = {"",
                                        "/",
                                        "shared",
                                        "/other/x",
                                        "/sharedx",
                                        "/shared/",
                                        "/shared//x",
                                        "/shared/x ",
                                        "/shared/x /y",
                                        "/shared/*",
                                        "/shared/%",
                                        "/shared/a\tb",
                                        "/shared/\x7f",
                                        "/shared/\xc3\xa4",
                                        "//shared/x"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_no_entry(slice_cstr(texts[i]));
    check_no_entry(SLICE("/shared/a\0b"));
}

void test_annotation_entry_has_an_end(void)
{
    char text[ANNOTATION_ENTRY_MAX + 1] = "/shared/";
    memset(text + 8, 'x', sizeof text - 8);
    struct arena arena;
    arena_init(&arena, 0);
    struct slice entry;
    CHECK_OK(annotation_entry_parse(slice_of(text, ANNOTATION_ENTRY_MAX), &arena, &entry));
    arena_clear(&arena);
    check_no_entry(slice_of(text, sizeof text));
}

void test_annotation_entry_that_has_a_value(void)
{
    CHECK_OK(annotation_entry_check_value(SLICE("/shared/comment")));
    CHECK_OK(annotation_entry_check_value(SLICE("/shared/vendors")));
    CHECK_OK(annotation_entry_check_value(SLICE("/private/vendor/acme/x")));
    CHECK_ERR(annotation_entry_check_value(SLICE("/shared")), ERR_SYNTAX);
    CHECK_ERR(annotation_entry_check_value(SLICE("/private/vendor")), ERR_SYNTAX);
    CHECK_ERR(annotation_entry_check_value(SLICE("/shared/vendor/acme")), ERR_SYNTAX);
}

void test_annotation_entry_knows_whose_it_is(void)
{
    CHECK(annotation_entry_is_private(SLICE("/private/comment")));
    CHECK(!annotation_entry_is_private(SLICE("/shared/comment")));
}
