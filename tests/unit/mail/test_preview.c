#include "mail/preview.h"

#include "mime_fixture.h"
#include "support/check.h"

static void check_preview(struct slice message, const char *expected)
{
    struct mime_fixture fixture;
    struct buffer out;
    mime_fixture_init(&fixture, message, NULL);
    buffer_init(&out, 0);
    CHECK_OK(preview_make(fixture.tree, message, &out));
    check_slice(buffer_slice(&out), slice_cstr(expected), "preview", __FILE__, __LINE__);
    buffer_clear(&out);
    mime_fixture_clear(&fixture);
}

#define PART(type, text) "--b\r\nContent-Type: " type "\r\n\r\n" text "\r\n"
#define MULTIPART(subtype, parts)                                                                  \
    SLICE("Content-Type: multipart/" subtype "; boundary=b\r\n\r\n" parts "--b--\r\n")

void test_preview_is_the_text_in_one_line(void)
{
    check_preview(SLICE("Subject: x\r\n\r\n  Hello\t\r\n\r\nthere,\r\nyou. \r\n"),
                  "Hello there, you.");
    check_preview(SLICE("Subject: x\r\n\r\n"), "");
    check_preview(SLICE("Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n"), "hello");
    check_preview(SLICE("Content-Type: text/plain; charset=iso-8859-1\r\n\r\ncaf\xe9"),
                  "caf\xc3\xa9");
}

void test_preview_reads_html(void)
{
    check_preview(
        SLICE(
            "Content-Type: text/html\r\n\r\n<style>p { x }</style><p>One<p>two &amp; <b>three</b>"),
        "One two & three");
}

void test_preview_takes_the_first_part_with_text(void)
{
    check_preview(MULTIPART("alternative", PART("text/plain", "plain") PART("text/html", "html")),
                  "plain");
    check_preview(MULTIPART("alternative", PART("text/plain", " \t") PART("text/html", "html")),
                  "html");
    check_preview(MULTIPART("mixed", PART("image/png", "png")
                                         PART("text/plain\r\nContent-Disposition: attachment", "no")
                                             PART("message/rfc822", "Subject: y\r\n\r\ninner")),
                  "");
}

void test_preview_leaves_out_what_is_quoted(void)
{
    check_preview(SLICE("\r\n> said\r\n>> before\r\nI agree.\r\n"), "I agree.");
}

void test_preview_shows_nothing_of_what_is_encrypted(void)
{
    check_preview(MULTIPART("encrypted; protocol=\"application/pgp-encrypted\"",
                            PART("text/plain", "Version: 1")),
                  "");
    check_preview(SLICE("Content-Type: application/pkcs7-mime\r\n\r\nMIAG"), "");
    check_preview(SLICE("\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n"), "");
}

void test_preview_has_200_characters_and_no_half_ones(void)
{
    struct buffer message, expected;
    buffer_init(&message, 0);
    buffer_init(&expected, 0);
    buffer_add_cstr(&message, "Content-Type: text/plain; charset=utf-8\r\n\r\n");
    for (int i = 0; i < 300; i++)
        buffer_add_cstr(&message, "\xe2\x82\xac");
    for (int i = 0; i < PREVIEW_CHARACTERS; i++)
        buffer_add_cstr(&expected, "\xe2\x82\xac");
    buffer_add_char(&expected, '\0');
    check_preview(buffer_slice(&message), expected.data);
    buffer_clear(&message);
    buffer_clear(&expected);
}

/* Only the beginning of a large message is there. */
void test_preview_needs_only_the_beginning(void)
{
    struct slice message =
        MULTIPART("mixed", PART("text/plain", "line one\r\nline two") PART("text/plain", "more"));
    struct mime_fixture fixture;
    mime_fixture_init(&fixture, message, NULL);
    for (size_t len = 0; len <= message.len; len++) {
        struct buffer out;
        buffer_init(&out, 0);
        CHECK_OK(preview_make(fixture.tree, slice_sub(message, 0, len), &out));
        CHECK(slice_starts_with(SLICE("line one line two"), buffer_slice(&out)));
        buffer_clear(&out);
    }
    mime_fixture_clear(&fixture);
}
