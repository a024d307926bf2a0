#include "proto/lexer.h"
#include "support/check.h"

/* A lexer over a text. Dates need no memory. */
struct bench {
    struct arena arena;
    struct lexer lexer;
};

static void bench_init(struct bench *bench, const char *text)
{
    arena_init(&bench->arena, 0);
    lexer_init(&bench->lexer, slice_cstr(text), &bench->arena);
}

void test_lexer_date(void)
{
    static const struct {
        const char *text;
        int64_t day;
    } cases[] = {
        {"1-Jan-1970", 0},      {"01-Jan-1970", 0},       {"\"2-Jan-1970\"", 1},
        {"31-dec-1969", -1},    {"1-Feb-1994", 8797},     {"29-FEB-2024", 19782},
        {"29-Feb-2000", 11016}, {"31-Dec-9999", 2932896},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench bench;
        int64_t day = 0;
        bench_init(&bench, cases[i].text);
        CHECK_OK(lexer_date(&bench.lexer, &day));
        CHECK_INT(day, cases[i].day);
        CHECK(lexer_at_end(&bench.lexer));
    }
}

void test_lexer_date_refuses(void)
{
    static const char *const texts[] = {"",
                                        "0-Jan-1970",
                                        "32-Jan-1970",
                                        "31-Apr-1970",
                                        "31-Feb-1970",
                                        "30-Feb-2024",
                                        "29-Feb-2023",
                                        "29-Feb-1900",
                                        "1-Jan-70",
                                        "1-Jan-19700",
                                        "1-January-1970",
                                        "1 Jan 1970",
                                        "1-Foo-1970",
                                        "001-Jan-1970",
                                        "\"1-Jan-1970",
                                        "-1-Jan-1970",
                                        "1-01-1970",
                                        " 1-Jan-1970",
                                        "1-Jan-",
                                        "1-Jan",
                                        "1--1970"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct bench bench;
        int64_t day = 99;
        bench_init(&bench, texts[i]);
        check_error(lexer_date(&bench.lexer, &day), ERR_SYNTAX, texts[i], __FILE__, __LINE__);
        CHECK_INT(day, 99);
    }
}

void test_lexer_date_time(void)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {
        {"\"01-Jan-1970 00:00:00 +0000\"", 0},
        {"\" 1-Jan-1970 00:00:00 +0000\"", 0},
        {"\"1-Jan-1970 00:00:01 -0000\"", 1},
        {"\"17-Jul-1996 02:44:25 -0700\"", 837596665},
        {"\"17-JUL-1996 09:44:25 +0000\"", 837596665},
        {"\"01-Jan-1970 05:30:00 +0530\"", 0},
        {"\"31-Dec-1969 23:59:60 +0000\"", 0},
        {"\"29-Feb-2024 23:59:59 +0000\"", 1709251199},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench bench;
        int64_t micros = 0;
        bench_init(&bench, cases[i].text);
        check_error(lexer_date_time(&bench.lexer, &micros), ERR_NONE, cases[i].text, __FILE__,
                    __LINE__);
        CHECK_INT(micros, cases[i].seconds * 1000000);
        CHECK(lexer_at_end(&bench.lexer));
    }
}

void test_lexer_date_time_refuses(void)
{
    static const char *const texts[] = {
        "",
        "01-Jan-1970 00:00:00 +0000",
        "\"01-Jan-1970 00:00:00 +0000",
        "\"01-Jan-1970 24:00:00 +0000\"",
        "\"01-Jan-1970 00:60:00 +0000\"",
        "\"01-Jan-1970 00:00:61 +0000\"",
        "\"01-Jan-1970 0:00:00 +0000\"",
        "\"01-Jan-1970 00:00 +0000\"",
        "\"01-Jan-1970 00:00:00\"",
        "\"01-Jan-1970 00:00:00 0000\"",
        "\"01-Jan-1970 00:00:00 +00000\"",
        "\"01-Jan-1970 00:00:00 +000\"",
        "\"01-Jan-1970 00:00:00 +0060\"",
        "\"01-Jan-1970 00:00:00 +2400\"",
        "\"01-Jan-1970 00:00:00 GMT\"",
        "\"31-Feb-1970 00:00:00 +0000\"",
        "\"01-Jan-0000 00:00:00 +0001\"",
        "\"31-Dec-9999 23:59:59 -0001\"",
        "\"Thu, 01-Jan-1970 00:00:00 +0000\"",
        "\"\"",
        "\"",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct bench bench;
        int64_t micros = 99;
        bench_init(&bench, texts[i]);
        check_error(lexer_date_time(&bench.lexer, &micros), ERR_SYNTAX, texts[i], __FILE__,
                    __LINE__);
        CHECK_INT(micros, 99);
    }
}
