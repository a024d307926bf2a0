#include "sieve/field.h"
#include "sieve/header_edit.h"
#include "support/check.h"

static struct arena arena = {.max = ARENA_MAX_DEFAULT};

static const char header_text[] = "From: a\r\nX: 1\n x\nTo: b\r\nx: 2\r\n\r\n";
static const struct slice header = {header_text, sizeof header_text - 1};

static void check_added(struct slice before, bool last, const char *expected)
{
    struct slice after = SLICE_EMPTY;
    CHECK_OK(sieve_header_add(before, SLICE("X-New"), SLICE("n\xc3\xa9w\r\n\r\nbody"), last, &arena,
                              &after));
    check_slice(after, slice_cstr(expected), "header", __FILE__, __LINE__);
    arena_clear(&arena);
}

/* RFC 5293 section 4. */
void test_sieve_header_edit_adds(void)
{
    check_added(header, false,
                "X-New: =?UTF-8?B?bsOpdw==?= body\r\nFrom: a\r\nX: 1\n x\nTo: b\r\nx: 2\r\n\r\n");
    check_added(header, true,
                "From: a\r\nX: 1\n x\nTo: b\r\nx: 2\r\nX-New: =?UTF-8?B?bsOpdw==?= body\r\n\r\n");
    check_added(SLICE(""), true, "X-New: =?UTF-8?B?bsOpdw==?= body\r\n");
    check_added(SLICE("\r\n"), true, "X-New: =?UTF-8?B?bsOpdw==?= body\r\n\r\n");
    check_added(SLICE("A: b"), true, "A: b\r\nX-New: =?UTF-8?B?bsOpdw==?= body\r\n");
}

static void check_deleted(struct sieve_occurrence occurrence, const char *expected)
{
    struct mime_field *fields = NULL;
    size_t count = 0;
    struct slice after = SLICE_EMPTY;
    CHECK_OK(sieve_fields_find(header, SLICE("X"), &occurrence, &arena, &fields, &count));
    CHECK_OK(sieve_header_without(header, fields, count, &arena, &after));
    check_slice(after, slice_cstr(expected), "header", __FILE__, __LINE__);
    arena_clear(&arena);
}

/* RFC 5293 section 5. */
void test_sieve_header_edit_deletes(void)
{
    check_deleted((struct sieve_occurrence){0, false}, "From: a\r\nTo: b\r\n\r\n");
    check_deleted((struct sieve_occurrence){1, false}, "From: a\r\nTo: b\r\nx: 2\r\n\r\n");
    check_deleted((struct sieve_occurrence){1, true}, "From: a\r\nX: 1\n x\nTo: b\r\n\r\n");
    check_deleted((struct sieve_occurrence){3, true}, "From: a\r\nX: 1\n x\nTo: b\r\nx: 2\r\n\r\n");
}

/* RFC 5293 section 6. */
void test_sieve_header_edit_leaves_the_trace(void)
{
    CHECK(!sieve_header_may_delete(SLICE("received")));
    CHECK(!sieve_header_may_delete(SLICE("Auto-Submitted")));
    CHECK(sieve_header_may_delete(SLICE("Subject")));
}
