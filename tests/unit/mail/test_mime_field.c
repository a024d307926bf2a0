#include <stdlib.h>

#include "base/buffer.h"
#include "mail/mime.h"
#include "mime_invariants.h"
#include "support/check.h"

#define CRLF "\r\n"

static const char header_text[] =
    "From x Mon Jan  1\n folded junk\nSubject: one\r\n two\r\nno colon\r\nX-Empty:\r\nTo \t: a@b\n"
    "SUBJECT:three\r\n\r\nbody: x\r\n";
static const struct slice header = {header_text, sizeof header_text - 1};

void test_mime_field_iterates(void)
{
    struct mime_field field;
    size_t cursor = 0;
    CHECK(mime_field_next(header, &cursor, &field));
    CHECK_SLICE(field.name, "Subject");
    CHECK_SLICE(field.value, "one\r\n two");
    CHECK_SLICE(field.line, "Subject: one\r\n two\r\n");
    CHECK(mime_field_next(header, &cursor, &field));
    CHECK_SLICE(field.name, "X-Empty");
    CHECK_SLICE(field.value, "");
    CHECK(mime_field_next(header, &cursor, &field));
    CHECK_SLICE(field.name, "To");
    CHECK_SLICE(field.value, "a@b");
    CHECK(mime_field_next(header, &cursor, &field));
    CHECK_SLICE(field.value, "three");
    CHECK(!mime_field_next(header, &cursor, &field));
    CHECK(!mime_field_next(header, &cursor, &field));
}

void test_mime_field_finds_the_first(void)
{
    struct slice value = SLICE("untouched");
    CHECK(!mime_field_find(header, SLICE("body"), &value));
    CHECK_SLICE(value, "untouched");
    CHECK(mime_field_find(header, SLICE("sUBJECT"), &value));
    CHECK_SLICE(value, "one\r\n two");
}

static void check_fields(struct slice text, bool except, const char *expected)
{
    static const struct slice names[] = {{"TO", 2}, {"Subject", 7}, {"X-None", 6}};
    struct buffer fields;
    buffer_init(&fields, 0);
    mime_header_fields(text, names, 3, except, &fields);
    check_slice(buffer_slice(&fields), slice_cstr(expected), "fields", __FILE__, __LINE__);
    buffer_clear(&fields);
}

void test_mime_header_fields_picks_and_leaves(void)
{
    check_fields(header, false, "Subject: one\r\n two\r\nTo \t: a@b\nSUBJECT:three\r\n\r\n");
    check_fields(header, true, "X-Empty:\r\n\r\n");
    check_fields(SLICE("To: cut off"), false, "To: cut off\r\n\r\n");
    check_fields(SLICE(""), false, "\r\n");
    struct buffer all;
    buffer_init(&all, 0);
    mime_header_fields(SLICE("A: b" CRLF CRLF), NULL, 0, true, &all);
    CHECK_SLICE(buffer_slice(&all), "A: b" CRLF CRLF);
    buffer_clear(&all);
}

void test_mime_header_fields_is_quick_with_many_names(void)
{
    enum { COUNT = 20000 };
    struct buffer text, fields;
    buffer_init(&text, 0);
    buffer_init(&fields, 0);
    for (int i = 0; i < COUNT; i++)
        buffer_printf(&text, "x-%07d: 1" CRLF, i);
    struct slice *names = malloc(COUNT * sizeof *names);
    if (!CHECK(names != NULL))
        return;
    for (int i = 0; i < COUNT; i++)
        names[i] = slice_of(text.data + (size_t)(COUNT - 1 - i) * 14, 9);
    mime_header_fields(buffer_slice(&text), names, COUNT, false, &fields);
    CHECK_U64(fields.len, text.len + 2);
    free(names);
    buffer_clear(&text);
    buffer_clear(&fields);
}

static void check_date(const char *value, const char *expected)
{
    int64_t day = -1, instant = -1;
    struct buffer actual;
    buffer_init(&actual, 0);
    if (mime_parse_date(slice_cstr(value), &day, &instant))
        buffer_printf(&actual, "%lld %lld", (long long)day, (long long)instant);
    else
        buffer_printf(&actual, "no %lld %lld", (long long)day, (long long)instant);
    check_slice(buffer_slice(&actual), slice_cstr(expected), value, __FILE__, __LINE__);
    buffer_clear(&actual);
}

void test_mime_date_reads_the_forms_of_the_rfc(void)
{
    check_date("Fri, 21 Nov 1997 09:55:06 -0600", "10186 880127706");
    check_date("21 Nov 1997 09:55 -0600", "10186 880127700");
    check_date("Thu,\r\n 13\r\n Feb\r\n 1969\r\n 23:32\r\n -0330 (Newfoundland Time)",
               "-322 -27723480");
    check_date("21 Nov 97 09:55:06 GMT", "10186 880106106");
    check_date("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "10186 880127706");
    check_date("1 Jan 2000 00:00:00 +0100", "10957 946681200"); /* local day, not UTC's */
    check_date("31 Dec 1999 23:00:00 EST", "10956 946699200");
    check_date("1 Jan 49 00:00:00 Z", "28855 2493072000");
    check_date("1 Jan 50 00:00:00 Z", "-7305 -631152000");
    check_date("1 Jan 100 00:00:00 Z", "10957 946684800");
    check_date("29 Feb 2000 23:59:60 +0000", "11016 951868800");
}

void test_mime_date_reads_what_mailers_make_up(void)
{
    check_date("Fri Nov 21 09:55:06 1997", "10186 880106106");
    check_date("Fri Nov 21 09:55:06 EST 1997", "10186 880124106");
    check_date("21-Nov-1997 09:55:06 +0000", "10186 880106106");
    check_date("FRIDAY, 21 NOVEMBER 1997", "10186 880070400");
}

void test_mime_date_refuses_nonsense(void)
{
    check_date("", "no -1 -1");
    check_date("yesterday", "no -1 -1");
    check_date("31 Feb 2001 10:00:00 +0000", "no -1 -1");
    check_date("0 Jan 2001", "no -1 -1");
    check_date("1 Jan 2001 24:00:00", "no -1 -1");
    check_date("1 Jan 2001 10:00:00 +0099", "no -1 -1");
    check_date("1 Jan 99999", "no -1 -1");
    check_date("1 Foo 2001", "no -1 -1");
    check_date("2001-01-01T10:00:00Z", "no -1 -1");
}

static void check_decoded(struct slice value, const char *expected)
{
    struct buffer decoded;
    buffer_init(&decoded, 0);
    mime_decode_header(value, &decoded);
    check_slice(buffer_slice(&decoded), slice_cstr(expected), "decoded", __FILE__, __LINE__);
    buffer_clear(&decoded);
}

/* RFC 2047 section 8. */
void test_mime_decode_header_reads_the_examples_of_the_rfc(void)
{
    check_decoded(SLICE("=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>"),
                  "Keith Moore <moore@cs.utk.edu>");
    check_decoded(SLICE("=?ISO-8859-1?Q?Andr=E9?= Pirard"), "Andr\303\251 Pirard");
    check_decoded(SLICE("=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n"
                        "    =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?="),
                  "If you can read this you understand the example.");
    check_decoded(SLICE("(=?ISO-8859-1?Q?a?= b)"), "(a b)");
    check_decoded(SLICE("(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)"), "(ab)");
    check_decoded(SLICE("(=?ISO-8859-1?Q?a_b?=)"), "(a b)");
    check_decoded(SLICE("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)"), "(a b)");
}

void test_mime_decode_header_takes_what_mailers_write(void)
{
    check_decoded(SLICE("=?utf-8?q?caf=C3?= =?utf-8?q?=A9?="), "caf\303\251"); /* split character */
    check_decoded(SLICE("\"=?utf-8*en?b?w6k=?=\""), "\"\303\251\"");
    check_decoded(SLICE("=?unknown-8bit?q?=E9t=E9?="), "\303\251t\303\251");
    check_decoded(SLICE("caf\351 \200"), "caf\303\251 \342\202\254");
    check_decoded(SLICE("caf\303\251"), "caf\303\251");
    check_decoded(SLICE("a\r\n b\0c"), "a bc");
    check_decoded(SLICE("=?utf-8?x?a?= =?utf-8?q?a =? ==?q?"),
                  "=?utf-8?x?a?= =?utf-8?q?a =? ==?q?");
    check_decoded(SLICE("=?iso-2022-jp?B?GyRCJCIbKEI=?="), "\343\201\202");
    check_decoded(SLICE("=?utf-8?q?"
                        "?=x"),
                  "x");
}

static void check_text(struct slice part_header, struct slice body, const char *expected)
{
    struct buffer text;
    buffer_init(&text, 0);
    if (!mime_decode_text(part_header, body, &text))
        buffer_add_cstr(&text, "no text");
    check_slice(buffer_slice(&text), slice_cstr(expected), "text", __FILE__, __LINE__);
    buffer_clear(&text);
}

void test_mime_decode_text_undoes_encoding_and_charset(void)
{
    check_text(SLICE(""), SLICE("caf\303\251"), "caf\303\251");
    check_text(SLICE("Content-Type: text/plain; charset=us-ascii" CRLF CRLF), SLICE("caf\351"),
               "caf\303\251");
    check_text(SLICE("Content-Type: text/html; charset=\"ISO-8859-15\"" CRLF
                     "Content-Transfer-Encoding: Quoted-Printable" CRLF CRLF),
               SLICE("a=A4=\r\nb= \t\n_=3D =3d=zz="), "a\342\202\254b_= ==zz");
    check_text(SLICE("Content-Type: text/plain; charset*=us-ascii'en'utf-8" CRLF
                     "Content-Transfer-Encoding: base64" CRLF CRLF),
               SLICE("Y2Fm\r\nw6k=\r\n*IQ=="), "caf\303\251!");
    check_text(SLICE("Content-Type: message/delivery-status" CRLF CRLF),
               SLICE("Action: failed" CRLF), "Action: failed" CRLF);
    check_text(SLICE("Content-Type: text/plain; charset=no-such" CRLF CRLF), SLICE("\351"),
               "\303\251");
    check_text(SLICE("Content-Type: image/png" CRLF CRLF), SLICE("x"), "no text");
}

void test_mime_summarise_takes_sort_keys(void)
{
    struct arena arena;
    struct mime_summary summary;
    arena_init(&arena, 0);
    mime_summarise(SLICE("Subject: Re:\r\n =?utf-8?q?x?=" CRLF
                         "Date: 1 Jan 2000 00:00:00 +0100" CRLF
                         "Message-ID: (c) <a\r\n @b> <c@d>" CRLF CRLF),
                   &arena, &summary);
    CHECK_SLICE(summary.subject, "Re: =?utf-8?q?x?=");
    CHECK_SLICE(summary.message_id, "<a@b>");
    CHECK_INT(summary.sent_day, 10957);
    CHECK_INT(summary.sent_instant, 946681200);
    mime_summarise(SLICE("Message-ID: none" CRLF "Date: never" CRLF CRLF), &arena, &summary);
    CHECK_SLICE(summary.subject, "");
    CHECK_SLICE(summary.message_id, "");
    CHECK_INT(summary.sent_day, INT64_MIN);
    CHECK_INT(summary.sent_instant, INT64_MIN);
    arena_clear(&arena);
}
