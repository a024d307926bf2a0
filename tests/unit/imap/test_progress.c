#include "progress.h"

#include "support/check.h"

struct progress_case {
    const char *tag;
    struct progress_count count;
    const char *expected;
};

/* The forms of RFC 9585 section 4. */
static const struct progress_case progress_cases[] = {
    {"A001", {454, 1000}, "* OK [INPROGRESS (\"A001\" 454 1000)] Still at work\r\n"},
    {"A001", {0, 1000}, "* OK [INPROGRESS (\"A001\" 0 1000)] Still at work\r\n"},
    {"A001", {1000, 1000}, "* OK [INPROGRESS (\"A001\" 999 1000)] Still at work\r\n"},
    {"A001", {1001, 1}, "* OK [INPROGRESS (\"A001\" 0 1)] Still at work\r\n"},
    {"A001", {175, 0}, "* OK [INPROGRESS (\"A001\" 175 NIL)] Still at work\r\n"},
    {"A001", {0, 0}, "* OK [INPROGRESS (\"A001\" NIL NIL)] Still at work\r\n"},
    {"A]1", {1, 2}, "* OK [INPROGRESS (NIL 1 2)] Still at work\r\n"},
};

void test_progress_is_below_its_goal_and_its_tag_without_brackets(void)
{
    for (size_t i = 0; i < sizeof progress_cases / sizeof progress_cases[0]; i++) {
        const struct progress_case *c = &progress_cases[i];
        struct buffer line;
        buffer_init(&line, 0);
        progress_render(slice_cstr(c->tag), &c->count, &line);
        check_slice(buffer_slice(&line), slice_cstr(c->expected), c->tag, __FILE__, __LINE__);
        buffer_clear(&line);
    }
}
