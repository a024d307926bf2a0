#include <stdlib.h>

#include "sieve/reply.h"
#include "support/check.h"

static const struct sieve_letterhead head = {
    .address = {"Alice <alice@example.org>", 25},
    .message_id = {"<1@example.org>", 15},
    .now = 1186288509,
    .zone_minutes = 120,
};

static void check_reply(const struct sieve_action *action, struct slice header,
                        const char *expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    CHECK_OK(sieve_reply_render(action, header, &head, &out));
    check_slice(buffer_slice(&out), slice_cstr(expected), "reply", __FILE__, __LINE__);
    buffer_clear(&out);
}

#define SLICE_OF(literal)                                                                          \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

static const struct sieve_action plain = {
    .kind = SIEVE_VACATION,
    .address = SLICE_OF("bob@example.com"),
    .subject = SLICE_OF("Auto: caf\xc3\xa9"),
    .text = SLICE_OF("I am away.\nBye.\r\n"),
};

/* RFC 5230 section 5. */
void test_sieve_reply_answers(void)
{
    check_reply(&plain, SLICE("Message-ID: <m@b>\r\nReferences: <a@b>\r\n <c@d>\r\n\r\n"),
                "From: Alice <alice@example.org>\r\n"
                "To: bob@example.com\r\n"
                "Subject: Auto: =?UTF-8?B?Y2Fmw6k=?=\r\n"
                "Date: Sun, 05 Aug 2007 06:35:09 +0200\r\n"
                "Message-ID: <1@example.org>\r\n"
                "In-Reply-To: <m@b>\r\n"
                "References: <a@b> <c@d> <m@b>\r\n"
                "Auto-Submitted: auto-replied\r\n"
                "MIME-Version: 1.0\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n"
                "Content-Transfer-Encoding: 7bit\r\n"
                "\r\n"
                "I am away.\r\nBye.\r\n");
}

void test_sieve_reply_as_somebody_else(void)
{
    struct sieve_action action = plain;
    action.from = SLICE("\"J\xc3\xb6rg\" <j@k.example>");
    action.text = SLICE("\xc3\xa4");
    check_reply(&action, SLICE("Message-ID: x\r\n\r\n"),
                "From: =?UTF-8?B?SsO2cmc=?= <j@k.example>\r\n"
                "To: bob@example.com\r\n"
                "Subject: Auto: =?UTF-8?B?Y2Fmw6k=?=\r\n"
                "Date: Sun, 05 Aug 2007 06:35:09 +0200\r\n"
                "Message-ID: <1@example.org>\r\n"
                "Auto-Submitted: auto-replied\r\n"
                "MIME-Version: 1.0\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n"
                "Content-Transfer-Encoding: quoted-printable\r\n"
                "\r\n"
                "=C3=A4\r\n");
}

/* What is written in MIME says what it is, and nothing about whom it goes to. */
void test_sieve_reply_in_mime(void)
{
    struct sieve_action action = plain;
    action.text_is_mime = true;
    action.text = SLICE("Bcc: x@y\nContent-Type: text/html;\n charset=us-ascii\n\n<p>Away\n\n");
    check_reply(&action, SLICE("Message-ID: <m@b>\r\nIn-Reply-To: <a@b>\r\n\r\n"),
                "From: Alice <alice@example.org>\r\n"
                "To: bob@example.com\r\n"
                "Subject: Auto: =?UTF-8?B?Y2Fmw6k=?=\r\n"
                "Date: Sun, 05 Aug 2007 06:35:09 +0200\r\n"
                "Message-ID: <1@example.org>\r\n"
                "In-Reply-To: <m@b>\r\n"
                "References: <a@b> <m@b>\r\n"
                "Auto-Submitted: auto-replied\r\n"
                "MIME-Version: 1.0\r\n"
                "Content-Type: text/html;\r\n"
                " charset=us-ascii\r\n"
                "\r\n"
                "<p>Away\r\n\r\n");
}

/* However long the thread, the reply names so many only, the newest. */
void test_sieve_reply_names_the_newest_references(void)
{
    struct buffer header, out;
    buffer_init(&header, 0);
    buffer_init(&out, 0);
    buffer_add_cstr(&header, "Message-ID: <m@b>\r\nReferences:");
    for (int i = 0; i < 1000; i++)
        buffer_printf(&header, " <%d@b>", i);
    buffer_add_cstr(&header, "\r\n\r\n");
    CHECK_OK(sieve_reply_render(&plain, buffer_slice(&header), &head, &out));
    CHECK(slice_search(buffer_slice(&out), SLICE("<969@b>")) == SIZE_MAX);
    CHECK(slice_search(buffer_slice(&out), SLICE("References: <970@b>")) != SIZE_MAX);
    CHECK(slice_search(buffer_slice(&out), SLICE("<999@b> <m@b>\r\n")) != SIZE_MAX);
    buffer_clear(&header);
    buffer_clear(&out);
}
