#include "sieve/mime_value.h"
#include "support/check.h"

static void check_value(struct slice value, enum sieve_mime_option option, const char *parameter,
                        const char *expected)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct slice text = SLICE_EMPTY;
    bool exists = false;
    CHECK_OK(sieve_mime_value(value, option, slice_cstr(parameter), &arena, &text, &exists));
    CHECK_INT(exists, expected != NULL);
    if (expected)
        check_slice(text, slice_cstr(expected), "value", __FILE__, __LINE__);
    arena_clear(&arena);
}

/* RFC 5703 section 4.1. */
void test_sieve_mime_value_of_content_type(void)
{
    struct slice value = SLICE("Text/Plain (x); charset=\"utf\\-8\";\r\n name*0=a; name*1=b");
    check_value(value, SIEVE_MIME_TYPE, "", "Text");
    check_value(value, SIEVE_MIME_SUBTYPE, "", "Plain");
    check_value(value, SIEVE_MIME_CONTENTTYPE, "", "Text/Plain");
    check_value(value, SIEVE_MIME_PARAM, "CHARSET", "utf-8");
    check_value(value, SIEVE_MIME_PARAM, "name", "ab");
    check_value(value, SIEVE_MIME_PARAM, "boundary", NULL);
}

void test_sieve_mime_value_of_content_disposition(void)
{
    struct slice value = SLICE("attachment; filename=notes.exe");
    check_value(value, SIEVE_MIME_TYPE, "", "attachment");
    check_value(value, SIEVE_MIME_SUBTYPE, "", "");
    check_value(value, SIEVE_MIME_CONTENTTYPE, "", "attachment");
    check_value(value, SIEVE_MIME_PARAM, "filename", "notes.exe");
}

void test_sieve_mime_value_of_nothing(void)
{
    check_value(SLICE(""), SIEVE_MIME_TYPE, "", NULL);
    check_value(SLICE("; a=b"), SIEVE_MIME_CONTENTTYPE, "", NULL);
    check_value(SLICE("; a=b"), SIEVE_MIME_PARAM, "a", "b");
}
