#include "base/buffer.h"
#include "mail/mime.h"
#include "mime_invariants.h"
#include "support/check.h"

#define CRLF "\r\n"

static void check_rendered(struct slice header, struct slice expected)
{
    struct buffer envelope;
    buffer_init(&envelope, 0);
    mime_render_envelope(header, &envelope);
    check_slice(buffer_slice(&envelope), expected, "envelope", __FILE__, __LINE__);
    buffer_clear(&envelope);
    const char *broken = mime_header_broken(header);
    CHECK_STR(broken ? broken : "", "");
}

/* The value of a To: field, and what ENVELOPE has for it. */
static void check_to(struct slice value, const char *expected)
{
    struct buffer header, envelope;
    buffer_init(&header, 0);
    buffer_init(&envelope, 0);
    buffer_add_cstr(&header, "To: ");
    buffer_add(&header, value);
    buffer_add_cstr(&header, CRLF CRLF);
    buffer_printf(&envelope, "(NIL NIL NIL NIL NIL %s NIL NIL NIL NIL)", expected);
    check_rendered(buffer_slice(&header), buffer_slice(&envelope));
    buffer_clear(&header);
    buffer_clear(&envelope);
}

#define CHECK_TO(value, expected)        check_to(SLICE(value), expected)
#define CHECK_ENVELOPE(header, expected) check_rendered(header, slice_cstr(expected))

/* RFC 3501 section 8. */
void test_mime_envelope_is_that_of_the_rfc(void)
{
    CHECK_ENVELOPE(SLICE("Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" CRLF
                         "From: Terry Gray <gray@cac.washington.edu>" CRLF
                         "Subject: IMAP4rev1 WG mtg summary and minutes" CRLF
                         "To: imap@cac.washington.edu" CRLF
                         "cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>" CRLF
                         "Message-Id: <B27397-0100000@cac.washington.edu>" CRLF
                         "MIME-Version: 1.0" CRLF
                         "Content-Type: TEXT/PLAIN; CHARSET=US-ASCII" CRLF CRLF),
                   "(\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" "
                   "\"IMAP4rev1 WG mtg summary and minutes\" "
                   "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
                   "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
                   "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
                   "((NIL NIL \"imap\" \"cac.washington.edu\")) "
                   "((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\")"
                   "(\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\")) NIL NIL "
                   "\"<B27397-0100000@cac.washington.edu>\")");
}

void test_mime_envelope_tells_absent_from_empty(void)
{
    CHECK_ENVELOPE(SLICE(""), "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)");
    CHECK_ENVELOPE(SLICE("Subject:" CRLF "Date: " CRLF "To: " CRLF "In-Reply-To:\t" CRLF
                         "Message-ID:" CRLF CRLF),
                   "(\"\" \"\" NIL NIL NIL NIL NIL NIL \"\" \"\")");
    CHECK_ENVELOPE(SLICE("From: a@b" CRLF "Sender: " CRLF "Reply-To: c@d" CRLF CRLF),
                   "(NIL NIL ((NIL NIL \"a\" \"b\")) ((NIL NIL \"a\" \"b\")) "
                   "((NIL NIL \"c\" \"d\")) NIL NIL NIL NIL NIL)");
}

void test_mime_envelope_undoes_folding_and_drops_nul(void)
{
    CHECK_ENVELOPE(SLICE("Subject:" CRLF " one" CRLF "\ttwo\n three " CRLF " " CRLF CRLF),
                   "(NIL \"one\ttwo three\" NIL NIL NIL NIL NIL NIL NIL NIL)");
    CHECK_ENVELOPE(SLICE("Subject: a\0b" CRLF CRLF),
                   "(NIL \"ab\" NIL NIL NIL NIL NIL NIL NIL NIL)");
    CHECK_ENVELOPE(SLICE("Subject: =?utf-8?q?x?=" CRLF CRLF),
                   "(NIL \"=?utf-8?q?x?=\" NIL NIL NIL NIL NIL NIL NIL NIL)");
}

void test_mime_envelope_uses_literals_where_quoting_cannot(void)
{
    CHECK_ENVELOPE(SLICE("Subject: caf\303\251" CRLF CRLF),
                   "(NIL {5}" CRLF "caf\303\251 NIL NIL NIL NIL NIL NIL NIL NIL)");
    CHECK_ENVELOPE(SLICE("Subject: a\rb \"q\" \\" CRLF CRLF),
                   "(NIL {9}" CRLF "a\rb \"q\" \\ NIL NIL NIL NIL NIL NIL NIL NIL)");
}

void test_mime_envelope_takes_the_first_field_but_all_destinations(void)
{
    CHECK_ENVELOPE(SLICE("Subject: one" CRLF "Subject: two" CRLF "From: a@b" CRLF "From: c@d" CRLF
                         "To: e@f" CRLF "To: g@h, i@j" CRLF "Cc: " CRLF "Cc: k@l" CRLF CRLF),
                   "(NIL \"one\" ((NIL NIL \"a\" \"b\")) ((NIL NIL \"a\" \"b\")) "
                   "((NIL NIL \"a\" \"b\")) "
                   "((NIL NIL \"e\" \"f\")(NIL NIL \"g\" \"h\")(NIL NIL \"i\" \"j\")) "
                   "((NIL NIL \"k\" \"l\")) NIL NIL NIL)");
}

void test_mime_envelope_stops_at_the_empty_line(void)
{
    CHECK_ENVELOPE(SLICE("Subject: one\n\nTo: a@b\n"),
                   "(NIL \"one\" NIL NIL NIL NIL NIL NIL NIL NIL)");
}

/* RFC 5322 appendices A.1 and A.5, A.6. */
void test_mime_address_reads_the_examples_of_the_rfc(void)
{
    CHECK_TO("\"Joe Q. Public\" <john.q.public@example.com>",
             "((\"Joe Q. Public\" NIL \"john.q.public\" \"example.com\"))");
    CHECK_TO("Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
             "((\"Mary Smith\" NIL \"mary\" \"x.test\")(NIL NIL \"jdoe\" \"example.org\")"
             "(\"Who?\" NIL \"one\" \"y.test\"))");
    CHECK_TO("<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
             "((NIL NIL \"boss\" \"nil.test\")"
             "(\"Giant; \\\"Big\\\" Box\" NIL \"sysservices\" \"example.net\"))");
    CHECK_TO("A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
             "((NIL NIL \"A Group\" NIL)(\"Ed Jones\" NIL \"c\" \"a.test\")"
             "(NIL NIL \"joe\" \"where.test\")(\"John\" NIL \"jdoe\" \"one.test\")"
             "(NIL NIL NIL NIL))");
    CHECK_TO("Undisclosed recipients:;",
             "((NIL NIL \"Undisclosed recipients\" NIL)(NIL NIL NIL NIL))");
    CHECK_TO("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
             "((\"Pete\" NIL \"pete\" \"silly.test\"))");
    CHECK_TO("A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n"
             "         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); (the end)",
             "((NIL NIL \"A Group\" NIL)(\"Chris Jones\" NIL \"c\" \"public.example\")"
             "(NIL NIL \"joe\" \"example.org\")(\"John\" NIL \"jdoe\" \"one.test\")"
             "(NIL NIL NIL NIL))");
    CHECK_TO("Mary Smith <@node.test:mary@example.net>, , jdoe@test   . example",
             "((\"Mary Smith\" \"@node.test\" \"mary\" \"example.net\")"
             "(NIL NIL \"jdoe\" \"test.example\"))");
    CHECK_TO("Joe Q. Public <john . q . public@example.com>",
             "((\"Joe Q. Public\" NIL \"john.q.public\" \"example.com\"))");
}

void test_mime_address_reads_routes_literals_and_quoted_mailboxes(void)
{
    CHECK_TO("<@a.test,@b.test:c@d>", "((NIL \"@a.test,@b.test\" \"c\" \"d\"))");
    CHECK_TO("x@[IPv6:2001:db8::1], y@[1.2.3.4]",
             "((NIL NIL \"x\" \"[IPv6:2001:db8::1]\")(NIL NIL \"y\" \"[1.2.3.4]\"))");
    CHECK_TO("\"john doe\"@example.com, <\"a@b\"@c>",
             "((NIL NIL \"john doe\" \"example.com\")(NIL NIL \"a@b\" \"c\"))");
}

void test_mime_address_takes_a_comment_for_the_name(void)
{
    CHECK_TO("joe@example.com (Joe (the man) Public)",
             "((\"Joe (the man) Public\" NIL \"joe\" \"example.com\"))");
    CHECK_TO("<joe@example.com> (Joe)", "((\"Joe\" NIL \"joe\" \"example.com\"))");
    CHECK_TO("Joe <joe@example.com> (work)", "((\"Joe\" NIL \"joe\" \"example.com\"))");
}

void test_mime_address_keeps_encoded_words_whole(void)
{
    CHECK_TO("=?utf-8?Q?Public,_Joe?= <joe@example.com>, =?x <a@b>",
             "((\"=?utf-8?Q?Public,_Joe?=\" NIL \"joe\" \"example.com\")"
             "(\"=?x\" NIL \"a\" \"b\"))");
    CHECK_TO("=?utf-8?B?Sm9l?=\r\n =?utf-8?B?Sm9l?= <joe@example.com>",
             "((\"=?utf-8?B?Sm9l?= =?utf-8?B?Sm9l?=\" NIL \"joe\" \"example.com\"))");
}

void test_mime_address_survives_broken_forms(void)
{
    CHECK_TO("joe", "((NIL NIL \"joe\" \"\"))");
    CHECK_TO("Joe Q. Public", "((\"Joe Q. Public\" NIL \"\" \"\"))");
    CHECK_TO("Joe joe@example.com", "((\"Joe\" NIL \"joe\" \"example.com\"))");
    CHECK_TO("\"Joe P.\" joe@example.com", "((\"Joe P.\" NIL \"joe\" \"example.com\"))");
    CHECK_TO("a@b c@d", "((NIL NIL \"a\" \"b\"))");
    CHECK_TO("a@b Joe <c@d>", "((\"a@b Joe\" NIL \"c\" \"d\"))");
    CHECK_TO("<joe q@example.com>", "((NIL NIL \"joe q\" \"example.com\"))");
    CHECK_TO("joe@", "((NIL NIL \"joe\" \"\"))");
    CHECK_TO("@example.com", "((NIL NIL \"\" \"example.com\"))");
    CHECK_TO("<>", "((NIL NIL \"\" \"\"))");
    CHECK_TO("<@example.com>", "((NIL NIL \"\" \"example.com\"))");
    CHECK_TO("<joe@example.com", "((NIL NIL \"joe\" \"example.com\"))");
    CHECK_TO("Joe <joe@example.com, b@c",
             "((\"Joe\" NIL \"joe\" \"example.com\")(NIL NIL \"b\" \"c\"))");
    CHECK_TO("joe@example.com <joe@example.com>",
             "((\"joe@example.com\" NIL \"joe\" \"example.com\"))");
    CHECK_TO("Public, Joe <joe@example.com>",
             "((NIL NIL \"Public\" \"\")(\"Joe\" NIL \"joe\" \"example.com\"))");
    CHECK_TO("a@b; c@d", "((NIL NIL \"a\" \"b\")(NIL NIL \"c\" \"d\"))");
    CHECK_TO("Joe <a@b> <c@d> junk", "((\"Joe\" NIL \"a\" \"b\"))");
    CHECK_TO("a@b@c", "((NIL NIL \"a@b\" \"c\"))");
    CHECK_TO("g: a@b, h: c@d;",
             "((NIL NIL \"g\" NIL)(NIL NIL \"a\" \"b\")(\"h:\" NIL \"c\" \"d\")(NIL NIL NIL NIL))");
    CHECK_TO("g: a@b", "((NIL NIL \"g\" NIL)(NIL NIL \"a\" \"b\")(NIL NIL NIL NIL))");
    CHECK_TO("\"open <a@b>", "((NIL NIL \"open <a@b>\" \"\"))");
    CHECK_TO("(open a@b", "NIL");
    CHECK_TO(",, ;,", "NIL");
    CHECK_TO(":", "((NIL NIL \"\" NIL)(NIL NIL NIL NIL))");
    CHECK_TO("Jos\351 <jose@example.com>", "(({4}" CRLF "Jos\351 NIL \"jose\" \"example.com\"))");
}

void test_mime_address_lists_are_bounded(void)
{
    struct buffer header, envelope;
    buffer_init(&header, 0);
    buffer_init(&envelope, 0);
    buffer_add_cstr(&header, "From: g:");
    for (int i = 0; i < 400000; i++)
        buffer_add_cstr(&header, "a,");
    mime_render_envelope(buffer_slice(&header), &envelope);
    CHECK(envelope.len > 3 * 10000 * 16 && envelope.len < 3 * 10100 * 18);
    CHECK(mime_header_broken(buffer_slice(&header)) == NULL);
    buffer_clear(&header);
    buffer_clear(&envelope);
}

/* Anything quadratic would take minutes. */
void test_mime_header_readers_are_linear(void)
{
    static const char *const pieces[] = {"(",     "[",         "\"",    "=?",     "<",  "@",
                                         ":",     ";",         "\\",    "=?a?q?", "a,", "x@",
                                         "\r\n ", "\r\nTo: a", "\r\n:", "a=b;",   "1 "};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct buffer header;
        buffer_init(&header, 0);
        buffer_add_cstr(&header, "To: ");
        while (header.len < 300000)
            buffer_add_cstr(&header, pieces[i]);
        CHECK(mime_header_broken(buffer_slice(&header)) == NULL);
        buffer_clear(&header);
    }
}
