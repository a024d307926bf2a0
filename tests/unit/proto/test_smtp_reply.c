#include "proto/smtp_reply.h"
#include "support/check.h"

static struct smtp_reply reply;

/* The end is where it is, however much of it has come. */
static void check_parses(struct slice input, int code, size_t length)
{
    bool complete = true;
    for (size_t size = 0; size < length; size++) {
        if (CHECK_OK(smtp_reply_parse(slice_sub(input, 0, size), &complete, &reply)))
            CHECK(!complete);
    }
    CHECK_OK(smtp_reply_parse(input, &complete, &reply));
    CHECK(complete);
    CHECK_INT(reply.code, code);
    CHECK_INT(reply.length, length);
}

void test_smtp_reply_ends_with_its_last_line(void)
{
    check_parses(SLICE("220 hello\r\n250 next\r\n"), 220, 11);
    check_parses(SLICE("250-one\r\n250-two\r\n250 three\r\n"), 250, 29);
    check_parses(SLICE("354\r\n"), 354, 5);
    check_parses(SLICE("550 5.1.1 no\n"), 550, 13);
}

void test_smtp_reply_has_lines(void)
{
    struct slice text;
    size_t at = 0;
    check_parses(SLICE("250-one\r\n250\r\n"), 250, 14);
    CHECK(smtp_reply_line(&reply, &at, &text));
    CHECK_SLICE(text, "one");
    CHECK(smtp_reply_line(&reply, &at, &text));
    CHECK_SLICE(text, "");
    CHECK(!smtp_reply_line(&reply, &at, &text));
}

void test_smtp_reply_offers_extensions(void)
{
    struct slice value = SLICE_EMPTY;
    check_parses(SLICE("250-SIZE\r\n250-size 1000\r\n250 8BITMIME\r\n"), 250, 39);
    CHECK(smtp_reply_offers(&reply, SLICE("SIZE"), &value));
    CHECK_SLICE(value, "1000");
    CHECK(smtp_reply_offers(&reply, SLICE("8BITMIME"), NULL));
    CHECK(!smtp_reply_offers(&reply, SLICE("SMTPUTF8"), NULL));
}

void test_smtp_reply_refuses_what_is_none(void)
{
    static const char *const texts[] = {"\r\n",     "25\r\n",       "999 x\r\n", "HTTP/1.1 200\r\n",
                                        "250x\r\n", "250-a\r\n\r\n"};
    bool complete;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CHECK_ERR(smtp_reply_parse(slice_cstr(texts[i]), &complete, &reply), ERR_SYNTAX);
    static char endless[SMTP_REPLY_MAX + 2];
    memset(endless, '2', sizeof endless);
    CHECK_ERR(smtp_reply_parse(slice_of(endless, sizeof endless), &complete, &reply), ERR_LIMIT);
}
