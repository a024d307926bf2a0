#include <errno.h>
#include <stdio.h>

#include "support/check.h"

void test_error_returns_the_negative_code(void)
{
    CHECK_INT(fail(ERR_SYNTAX, "line %d", 7), -ERR_SYNTAX);
    CHECK_INT(last_error()->code, ERR_SYNTAX);
    CHECK_STR(last_error()->text, "line 7");
}

void test_error_may_quote_the_text_before(void)
{
    (void)fail(ERR_IO, "disk");
    (void)fail(ERR_UNAVAILABLE, "can't open: %s", last_error()->text);
    CHECK_STR(last_error()->text, "can't open: disk");
}

void test_error_keeps_the_sqlstate_of_its_own_failure_only(void)
{
    CHECK_INT(fail_sql(ERR_EXISTS, "23505", "there is one"), -ERR_EXISTS);
    CHECK_STR(last_error()->sqlstate, "23505");
    (void)fail_sql(ERR_INTERNAL, "1234567", "too long");
    CHECK_STR(last_error()->sqlstate, "12345");
    (void)fail_sql(ERR_INTERNAL, NULL, "none");
    CHECK_STR(last_error()->sqlstate, "");
    (void)fail_sql(ERR_EXISTS, "23505", "there is one");
    (void)fail(ERR_LIMIT, "other");
    CHECK_STR(last_error()->sqlstate, "");
}

void test_error_adds_the_words_of_errno(void)
{
    errno = ENOENT;
    CHECK_INT(fail_errno(ERR_IO, "can't open %s", "/x"), -ERR_IO);
    CHECK_STR(last_error()->text, "can't open /x: No such file or directory");
}

void test_error_text_has_no_line_ends(void)
{
    (void)fail(ERR_SYNTAX, "a\r\nb\x01"
                           "c\x7f");
    CHECK_STR(last_error()->text, "a  b c ");
}

void test_error_cuts_long_text_at_a_character(void)
{
    char text[400];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    (void)fail(ERR_SYNTAX, "%s", text);
    CHECK_U64(strlen(last_error()->text), ERROR_TEXT_MAX - 1);

    for (size_t lead = 0; lead < 4; lead++) {
        memset(text, 'x', lead);
        for (size_t i = lead; i + 2 < sizeof text; i += 2)
            memcpy(text + i, "\xc3\xa9", 3);
        (void)fail(ERR_SYNTAX, "%s", text);
        size_t length = strlen(last_error()->text);
        CHECK(length >= ERROR_TEXT_MAX - 2);
        CHECK_U64((length - lead) % 2, 0);
    }
}

void test_error_names_every_code(void)
{
    for (int code = 0; code < ERR_COUNT; code++) {
        CHECK(err_name(code) != NULL && err_name(code)[0] != '\0');
        CHECK_STR(err_name(-code), err_name(code));
    }
    CHECK_STR(err_name(-ERR_NOT_FOUND), "not-found");
    CHECK_STR(err_name(ERR_COUNT), "unknown");
    CHECK_STR(err_name(-2147483647 - 1), "unknown");
}

void test_error_slots_are_apart(void)
{
    struct error other = {0};
    (void)fail(ERR_IO, "first");
    struct error *before = error_slot_swap(&other);
    CHECK_STR(last_error()->text, "");
    (void)fail(ERR_LIMIT, "second");
    CHECK(error_slot_swap(before) == &other);
    CHECK_STR(last_error()->text, "first");
    CHECK_STR(other.text, "second");
}
