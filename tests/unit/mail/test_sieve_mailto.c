#include <stdio.h>
#include <stdlib.h>

#include "sieve/mailto.h"
#include "sieve/notification.h"
#include "support/check.h"

static struct arena arena = {.max = ARENA_MAX_DEFAULT};

/* "to:a@b cc:c@d subject=…|body=…|X-a=…|" */
static void check_parsed(struct slice uri, const char *expected)
{
    static const char *const kinds[] = {"to", "cc", "bcc"};
    struct sieve_mailto mailto = {.recipient_count = 0};
    struct buffer text;
    buffer_init(&text, 0);
    CHECK_OK(sieve_mailto_parse(uri, &arena, &mailto));
    for (size_t i = 0; i < mailto.recipient_count; i++)
        buffer_printf(&text, "%s:%.*s ", kinds[mailto.recipients[i].kind],
                      SLICE_ARGS(mailto.recipients[i].address));
    if (mailto.subject.data)
        buffer_printf(&text, "subject=%.*s|", SLICE_ARGS(mailto.subject));
    if (mailto.body.data)
        buffer_printf(&text, "body=%.*s|", SLICE_ARGS(mailto.body));
    for (size_t i = 0; i < mailto.field_count; i++)
        buffer_printf(&text, "%.*s=%.*s|", SLICE_ARGS(mailto.fields[i].name),
                      SLICE_ARGS(mailto.fields[i].text));
    check_slice(buffer_slice(&text), slice_cstr(expected), "mailto", __FILE__, __LINE__);
    buffer_clear(&text);
    arena_clear(&arena);
}

/* RFC 6068 section 6. */
void test_sieve_mailto_of_the_rfc(void)
{
    check_parsed(SLICE("mailto:chris@example.com"), "to:chris@example.com ");
    check_parsed(SLICE("mailto:infobot@example.com?subject=current-issue"),
                 "to:infobot@example.com subject=current-issue|");
    check_parsed(SLICE("mailto:infobot@example.com?body=send%20current-issue"),
                 "to:infobot@example.com body=send current-issue|");
    check_parsed(SLICE("mailto:infobot@example.com?body=send%20a%0D%0Asend%20index"),
                 "to:infobot@example.com body=send a\r\nsend index|");
    check_parsed(SLICE("mailto:list@example.org?In-Reply-To=%3C3469A91.D10AF4C@example.com%3E"),
                 "to:list@example.org ");
    check_parsed(SLICE("mailto:majordomo@example.com?body=subscribe%20bamboo-l"),
                 "to:majordomo@example.com body=subscribe bamboo-l|");
    check_parsed(SLICE("mailto:joe@example.com?cc=bob@example.com&body=hello"),
                 "to:joe@example.com cc:bob@example.com body=hello|");
    check_parsed(SLICE("mailto:gorby%25kremvax@example.com"), "to:gorby%kremvax@example.com ");
    check_parsed(SLICE("mailto:unlikely%3Faddress@example.com?blat=foop"),
                 "to:unlikely?address@example.com ");
    check_parsed(SLICE("mailto:Mike%26family@example.org"), "to:Mike&family@example.org ");
    check_parsed(SLICE("mailto:%22not%40me%22@example.org"), "to:\"not@me\"@example.org ");
    check_parsed(SLICE("mailto:?to=addr1@an.example,addr2@an.example"),
                 "to:addr1@an.example to:addr2@an.example ");
    check_parsed(SLICE("mailto:addr1@an.example?to=addr2@an.example"),
                 "to:addr1@an.example to:addr2@an.example ");
    check_parsed(SLICE("MAILTO:user@example.org?subject=caf%C3%A9"),
                 "to:user@example.org subject=caf\xc3\xa9|");
}

void test_sieve_mailto_keeps_to_harmless_fields(void)
{
    check_parsed(SLICE("mailto:a@b.example?from=x@y.example&X-One=1&Keywords=k&Received=r"
                       "&Auto-Submitted=no&BCC=c@d.example&resent-to=e@f.example#frag"),
                 "to:a@b.example bcc:c@d.example X-One=1|Keywords=k|");
}

static void check_refused(struct slice uri, enum err expected)
{
    struct sieve_mailto mailto = {.recipient_count = 77};
    CHECK_ERR(sieve_mailto_parse(uri, &arena, &mailto), expected);
    CHECK_U64(mailto.recipient_count, 77);
    arena_clear(&arena);
}

void test_sieve_mailto_refuses(void)
{
    check_refused(SLICE(""), ERR_SYNTAX);
    check_refused(SLICE("xmpp:a@b.example"), ERR_SYNTAX);
    check_refused(SLICE("mailto:"), ERR_SYNTAX);
    check_refused(SLICE("mailto:?subject=x"), ERR_SYNTAX);
    check_refused(SLICE("mailto:nobody"), ERR_SYNTAX);
    check_refused(SLICE("mailto:a b@c.example"), ERR_SYNTAX);
    check_refused(SLICE("mailto:a@b.example?subject"), ERR_SYNTAX);
    check_refused(SLICE("mailto:a@b.example?=x"), ERR_SYNTAX);
    check_refused(SLICE("mailto:a@b.example?subject=%4"), ERR_SYNTAX);
    check_refused(SLICE("mailto:a@b.example?subject=%00"), ERR_SYNTAX);
    check_refused(SLICE("mailto:a@b.example?subject=%ff"), ERR_SYNTAX);
    check_refused(SLICE("mailto:a@b.example?subject=%zz"), ERR_SYNTAX);
    check_refused(SLICE("mailto:a@b.c,a@b.c,a@b.c,a@b.c,a@b.c,a@b.c,a@b.c,a@b.c,a@b.c"), ERR_LIMIT);
}

static const struct sieve_letterhead head = {
    .address = {"alice@example.org", 17},
    .message_id = {"<1@example.org>", 15},
    .now = 1186288509,
};

static void check_rendered(struct sieve_action action, const char *expected)
{
    struct sieve_mailto mailto;
    struct buffer out;
    buffer_init(&out, 0);
    CHECK_OK(sieve_mailto_parse(action.address, &arena, &mailto));
    CHECK_OK(sieve_notification_render(
        &action, &mailto, SLICE("From: =?utf-8?q?J=C3=B6rg?= <j@k>\r\nSubject: Hi\r\n\r\n"), &head,
        &out));
    check_slice(buffer_slice(&out), slice_cstr(expected), "mail", __FILE__, __LINE__);
    buffer_clear(&out);
    arena_clear(&arena);
}

/* RFC 5436 section 2.7. */
void test_sieve_mailto_notification_says_what_the_script_says(void)
{
    struct sieve_action action = {
        .kind = SIEVE_NOTIFY,
        .address = SLICE("mailto:bob@example.com?cc=c@example.com&bcc=d@example.com&subject=no"
                         "&body=Look:%0A.&X-Pager=1"),
        .from = SLICE("carol@example.org"),
        .text = SLICE("caf\xc3\xa9"),
        .importance = SLICE("1"),
    };
    check_rendered(action, "From: carol@example.org\r\n"
                           "To: bob@example.com\r\n"
                           "Cc: c@example.com\r\n"
                           "Subject: =?UTF-8?B?Y2Fmw6k=?=\r\n"
                           "Date: Sun, 05 Aug 2007 04:35:09 +0000\r\n"
                           "Message-ID: <1@example.org>\r\n"
                           "X-Pager: 1\r\n"
                           "Importance: High\r\n"
                           "X-Priority: 1\r\n"
                           "Auto-Submitted: auto-notified; owner-email=\"alice@example.org\"\r\n"
                           "MIME-Version: 1.0\r\n"
                           "Content-Type: text/plain; charset=utf-8\r\n"
                           "Content-Transfer-Encoding: 7bit\r\n"
                           "\r\n"
                           "Look:\r\n.\r\n");
}

void test_sieve_mailto_notification_of_its_own(void)
{
    struct sieve_action action = {
        .kind = SIEVE_NOTIFY, .address = SLICE("mailto:bob@example.com"), .importance = SLICE("2")};
    check_rendered(action, "From: alice@example.org\r\n"
                           "To: bob@example.com\r\n"
                           "Subject: Hi\r\n"
                           "Date: Sun, 05 Aug 2007 04:35:09 +0000\r\n"
                           "Message-ID: <1@example.org>\r\n"
                           "Auto-Submitted: auto-notified; owner-email=\"alice@example.org\"\r\n"
                           "MIME-Version: 1.0\r\n"
                           "Content-Type: text/plain; charset=utf-8\r\n"
                           "Content-Transfer-Encoding: quoted-printable\r\n"
                           "\r\n"
                           "There is new mail.\r\n\r\n"
                           "From: J=C3=B6rg <j@k>\r\nSubject: Hi\r\n");
}

/* RFC 5436 section 2.7.1. */
void test_sieve_mailto_notification_goes_round_only_once(void)
{
    CHECK(sieve_notification_is_due(SLICE("To: x\r\n\r\n")));
    CHECK(sieve_notification_is_due(SLICE("Auto-Submitted: no\r\n\r\n")));
    CHECK(!sieve_notification_is_due(SLICE("Auto-Submitted: auto-notified\r\n\r\n")));
    CHECK(!sieve_notification_is_due(SLICE("Auto-Submitted: auto-replied; x=y\r\n\r\n")));
}
