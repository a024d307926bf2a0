#include "mime_fixture.h"
#include "support/check.h"

#define CRLF  "\r\n"
#define PLAIN "\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\""

static void check_structure(struct slice message, const char *structure, const char *body)
{
    struct mime_fixture fixture;
    mime_fixture_init(&fixture, message, NULL);
    check_slice(mime_fixture_bodystructure(&fixture), slice_cstr(structure), "bodystructure",
                __FILE__, __LINE__);
    check_slice(mime_fixture_body(&fixture), slice_cstr(body), "body", __FILE__, __LINE__);
    mime_fixture_clear(&fixture);
}

void test_mime_bodystructure_defaults_to_plain_text(void)
{
    check_structure(SLICE("A: b" CRLF CRLF "one" CRLF "two"), "(" PLAIN " 8 1 NIL NIL NIL NIL)",
                    "(" PLAIN " 8 1)");
    check_structure(SLICE("Content-Type: nonsense" CRLF CRLF), "(" PLAIN " 0 0 NIL NIL NIL NIL)",
                    "(" PLAIN " 0 0)");
    check_structure(SLICE("Content-Type: text/plain" CRLF "Content-Type: image/png" CRLF CRLF),
                    "(\"text\" \"plain\" NIL NIL NIL \"7BIT\" 0 0 NIL NIL NIL NIL)",
                    "(\"text\" \"plain\" NIL NIL NIL \"7BIT\" 0 0)");
}

void test_mime_bodystructure_takes_only_a_word_for_an_encoding(void)
{
    check_structure(SLICE("Content-Transfer-Encoding: 8 bit" CRLF CRLF),
                    "(" PLAIN " 0 0 NIL NIL NIL NIL)", "(" PLAIN " 0 0)");
    check_structure(SLICE("Content-Type: a/b" CRLF "Content-Transfer-Encoding: base64 ;" CRLF CRLF),
                    "(\"a\" \"b\" NIL NIL NIL \"base64\" 0 NIL NIL NIL NIL)",
                    "(\"a\" \"b\" NIL NIL NIL \"base64\" 0)");
}

void test_mime_bodystructure_has_every_field_of_a_part(void)
{
    check_structure(SLICE("Content-Type: Image/PNG; name=\"a b.png\"; x-y=1" CRLF
                          "Content-Transfer-Encoding: BASE64 (really)" CRLF "Content-ID: <1@b>" CRLF
                          "Content-Description: a" CRLF "  \"picture\"" CRLF
                          "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==" CRLF
                          "Content-Disposition: attachment; filename*=utf-8''a%20b.png" CRLF
                          "Content-Language: en, de-AT" CRLF
                          "Content-Location: http://example.com/a.png" CRLF CRLF "aGVsbG8=" CRLF),
                    "(\"Image\" \"PNG\" (\"name\" \"a b.png\" \"x-y\" \"1\") \"<1@b>\" "
                    "\"a  \\\"picture\\\"\" \"BASE64\" 10 \"Q2hlY2sgSW50ZWdyaXR5IQ==\" "
                    "(\"attachment\" (\"filename*\" \"utf-8''a%20b.png\")) (\"en\" \"de-AT\") "
                    "\"http://example.com/a.png\")",
                    "(\"Image\" \"PNG\" (\"name\" \"a b.png\" \"x-y\" \"1\") \"<1@b>\" "
                    "\"a  \\\"picture\\\"\" \"BASE64\" 10)");
}

void test_mime_bodystructure_shows_multiparts(void)
{
    check_structure(
        SLICE("Content-Type: multipart/mixed; boundary=\"b\"" CRLF
              "Content-Disposition: inline" CRLF "Content-Language: fr" CRLF CRLF "--b" CRLF CRLF
              "one" CRLF "--b" CRLF "Content-Type: text/html; charset=utf-8" CRLF CRLF
              "two" CRLF CRLF "--b--"),
        "((" PLAIN " 3 0 NIL NIL NIL NIL)"
        "(\"text\" \"html\" (\"charset\" \"utf-8\") NIL NIL \"7BIT\" 5 1 NIL NIL NIL NIL)"
        " \"mixed\" (\"boundary\" \"b\") (\"inline\" NIL) (\"fr\") NIL)",
        "((" PLAIN
        " 3 0)(\"text\" \"html\" (\"charset\" \"utf-8\") NIL NIL \"7BIT\" 5 1) \"mixed\")");
}

void test_mime_bodystructure_shows_messages(void)
{
    check_structure(
        SLICE("Content-Type: message/rfc822" CRLF "Content-Description: d" CRLF CRLF
              "Subject: in" CRLF "Content-Type: multipart/alternative; boundary=b" CRLF CRLF
              "--b" CRLF CRLF "x" CRLF "--b--" CRLF),
        "(\"message\" \"rfc822\" NIL NIL \"d\" \"7BIT\" 81 "
        "(NIL \"in\" NIL NIL NIL NIL NIL NIL NIL NIL) "
        "((" PLAIN " 1 0 NIL NIL NIL NIL) \"alternative\" (\"boundary\" \"b\") NIL NIL NIL) 7 "
        "NIL NIL NIL NIL)",
        "(\"message\" \"rfc822\" NIL NIL \"d\" \"7BIT\" 81 "
        "(NIL \"in\" NIL NIL NIL NIL NIL NIL NIL NIL) ((" PLAIN " 1 0) \"alternative\") 7)");
}

void test_mime_bodystructure_shows_digests(void)
{
    check_structure(SLICE("Content-Type: multipart/digest; boundary=b" CRLF CRLF "--b" CRLF CRLF
                          "Subject: in" CRLF CRLF "x" CRLF "--b--" CRLF),
                    "((\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 16 "
                    "(NIL \"in\" NIL NIL NIL NIL NIL NIL NIL NIL) (" PLAIN
                    " 1 0 NIL NIL NIL NIL) 2 "
                    "NIL NIL NIL NIL) \"digest\" (\"boundary\" \"b\") NIL NIL NIL)",
                    "((\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 16 "
                    "(NIL \"in\" NIL NIL NIL NIL NIL NIL NIL NIL) (" PLAIN " 1 0) 2) \"digest\")");
}

void test_mime_bodystructure_gives_an_empty_multipart_a_part(void)
{
    check_structure(SLICE("Content-Type: multipart/mixed; boundary=b" CRLF CRLF "none" CRLF),
                    "((" PLAIN " 0 0 NIL NIL NIL NIL) \"mixed\" (\"boundary\" \"b\") NIL NIL NIL)",
                    "((" PLAIN " 0 0) \"mixed\")");
}

void test_mime_bodystructure_calls_a_multipart_without_boundary_text(void)
{
    check_structure(SLICE("Content-Type: multipart/mixed" CRLF CRLF "text" CRLF),
                    "(" PLAIN " 6 1 NIL NIL NIL NIL)", "(" PLAIN " 6 1)");
}

void test_mime_bodystructure_shows_an_encoded_message_without_its_inside(void)
{
    check_structure(SLICE("Content-Type: message/rfc822" CRLF
                          "Content-Transfer-Encoding: base64" CRLF CRLF "U3Vi" CRLF),
                    "(\"message\" \"rfc822\" NIL NIL NIL \"base64\" 6 "
                    "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (" PLAIN " 0 0 NIL NIL NIL NIL) 1 "
                    "NIL NIL NIL NIL)",
                    "(\"message\" \"rfc822\" NIL NIL NIL \"base64\" 6 "
                    "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (" PLAIN " 0 0) 1)");
}

/* In RFC 3501 only message/rfc822 has an envelope. */
void test_mime_bodystructure_shows_a_global_message_as_a_basic_type(void)
{
    check_structure(SLICE("Content-Type: message/global" CRLF CRLF "A: b" CRLF CRLF "x"),
                    "(\"message\" \"global\" NIL NIL NIL \"7BIT\" 9 NIL NIL NIL NIL)",
                    "(\"message\" \"global\" NIL NIL NIL \"7BIT\" 9)");
}

static void check_revision_2(struct slice message, const char *structure, const char *body)
{
    struct mime_fixture fixture;
    mime_fixture_init(&fixture, message, NULL);
    struct buffer whole, short_form;
    buffer_init(&whole, 0);
    buffer_init(&short_form, 0);
    CHECK_OK(mime_render_bodystructure(fixture.tree, MIME_REV2, &whole));
    check_slice(buffer_slice(&whole), slice_cstr(structure), "bodystructure", __FILE__, __LINE__);
    CHECK_OK(mime_body_from_bodystructure(buffer_slice(&whole), &short_form));
    check_slice(buffer_slice(&short_form), slice_cstr(body), "body", __FILE__, __LINE__);
    buffer_clear(&short_form);
    buffer_clear(&whole);
    mime_fixture_clear(&fixture);
}

/* RFC 9051 section 9, media-message. */
void test_mime_bodystructure_of_revision_2_has_an_envelope_of_a_global_message(void)
{
    check_revision_2(SLICE("Content-Type: message/global" CRLF CRLF "Subject: b" CRLF CRLF "x"),
                     "(\"message\" \"global\" NIL NIL NIL \"7BIT\" 15 "
                     "(NIL \"b\" NIL NIL NIL NIL NIL NIL NIL NIL) (" PLAIN
                     " 1 0 NIL NIL NIL NIL) 2 NIL NIL NIL NIL)",
                     "(\"message\" \"global\" NIL NIL NIL \"7BIT\" 15 "
                     "(NIL \"b\" NIL NIL NIL NIL NIL NIL NIL NIL) (" PLAIN " 1 0) 2)");
    check_revision_2(SLICE("Content-Type: message/global" CRLF
                           "Content-Transfer-Encoding: base64" CRLF CRLF "U3Vi" CRLF),
                     "(\"message\" \"global\" NIL NIL NIL \"base64\" 6 "
                     "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (" PLAIN " 0 0 NIL NIL NIL NIL) 1 "
                     "NIL NIL NIL NIL)",
                     "(\"message\" \"global\" NIL NIL NIL \"base64\" 6 "
                     "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (" PLAIN " 0 0) 1)");
}

void test_mime_bodystructure_reads_parameters_as_mailers_write_them(void)
{
    check_structure(SLICE("Content-Type: text/plain (c); charset = us-ascii (Plain text);; ;" CRLF
                          " name=a (1) b.txt; n2=a(1).txt; =x; y; z=; q=\"a\\\"b\" junk; f=\"c" CRLF
                          "\td\"" CRLF CRLF),
                    "(\"text\" \"plain\" (\"charset\" \"us-ascii\" \"name\" \"a\" \"n2\" "
                    "\"a(1).txt\" \"z\" \"\" "
                    "\"q\" \"a\\\"b\" \"f\" \"c\td\") NIL NIL \"7BIT\" 0 0 NIL NIL NIL NIL)",
                    "(\"text\" \"plain\" (\"charset\" \"us-ascii\" \"name\" \"a\" \"n2\" "
                    "\"a(1).txt\" \"z\" \"\" "
                    "\"q\" \"a\\\"b\" \"f\" \"c\td\") NIL NIL \"7BIT\" 0 0)");
    check_structure(SLICE("Content-Type: application/pdf; name=my file.pdf" CRLF
                          "Content-Disposition: attachment; filename=\"caf\303\251\"" CRLF CRLF),
                    "(\"application\" \"pdf\" (\"name\" \"my file.pdf\") NIL NIL \"7BIT\" 0 NIL "
                    "(\"attachment\" (\"filename\" {5}" CRLF "caf\303\251)) NIL NIL)",
                    "(\"application\" \"pdf\" (\"name\" \"my file.pdf\") NIL NIL \"7BIT\" 0)");
}

/* RFC 2231 section 6: continuations are put together; what is encoded stays so. */
void test_mime_bodystructure_joins_continued_parameters(void)
{
    static const char *const cases[][2] = {
        {"baz*0=\"a b\"; baz*1=cd;" CRLF "\tBAZ*2=\"e\\\"f\"; x=y",
         "\"baz\" \"a bcde\\\"f\" \"x\" \"y\""},
        {"foo*0*=utf-8'en'caf%C3%A9; foo*1*=%20b; foo*2=\"50%\"; foo=plain",
         "\"foo*\" \"utf-8'en'caf%C3%A9%20b50%25\" \"foo\" \"plain\""},
        {"a*0=1%; a*1*=%41; b*0=2; b*=utf-8''3", "\"a*\" \"''1%25%41\" \"b\" \"2\" \"b*\" "
                                                 "\"utf-8''3\""},
        {"a*1=1; a*0=0; a*2=2; *0=x; b*x=y; c*0=",
         "\"a*1\" \"1\" \"a\" \"0\" \"a*2\" \"2\" \"*0\" \"x\" \"b*x\" \"y\" \"c\" \"\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer message, whole, body;
        buffer_init(&message, 0);
        buffer_init(&whole, 0);
        buffer_init(&body, 0);
        buffer_printf(&message, "Content-Type: a/b; %s" CRLF CRLF, cases[i][0]);
        buffer_printf(&body, "(\"a\" \"b\" (%s) NIL NIL \"7BIT\" 0)", cases[i][1]);
        buffer_printf(&whole, "(\"a\" \"b\" (%s) NIL NIL \"7BIT\" 0 NIL NIL NIL NIL)", cases[i][1]);
        buffer_add_char(&whole, '\0');
        buffer_add_char(&body, '\0');
        check_structure(buffer_slice(&message), whole.data, body.data);
        buffer_clear(&body);
        buffer_clear(&whole);
        buffer_clear(&message);
    }
}

void test_mime_bodystructure_survives_deep_nesting_and_parameter_bombs(void)
{
    struct mime_fixture fixture;
    struct buffer message;
    buffer_init(&message, 0);
    for (int i = 0; i < 300; i++)
        buffer_add_cstr(&message, "Content-Type: message/rfc822" CRLF CRLF);
    mime_fixture_init(&fixture, buffer_slice(&message), NULL);
    CHECK_U64(fixture.tree->count, 101);
    mime_fixture_clear(&fixture);
    buffer_reset(&message);
    buffer_add_cstr(&message, "Content-Type: multipart/mixed");
    for (int i = 0; i < 100000; i++)
        buffer_add_cstr(&message, ";boundar*1=x");
    mime_fixture_init(&fixture, buffer_slice(&message), NULL);
    CHECK_U64(fixture.tree->count, 1);
    mime_fixture_clear(&fixture);
    buffer_clear(&message);
}

void test_mime_bodystructure_needs_the_headers(void)
{
    struct mime_fixture fixture;
    struct mime_tree decoded;
    mime_fixture_init(&fixture, SLICE("A: b" CRLF CRLF), NULL);
    mime_tree_encode(fixture.tree, &fixture.text);
    CHECK_OK(mime_tree_decode(&fixture.arena, buffer_slice(&fixture.text), &decoded));
    CHECK_ERR(mime_render_bodystructure(&decoded, MIME_REV1, &fixture.text), ERR_INTERNAL);
    mime_fixture_clear(&fixture);
}

void test_mime_body_refuses_what_is_no_bodystructure(void)
{
    static const char *const broken[] = {
        "",
        "(",
        ")",
        "()",
        "NIL",
        "(\"TEXT\" \"PLAIN\")",
        "(" PLAIN " 0 0",
        "(" PLAIN " 0)",
        "(" PLAIN " 0 0))",
        "((" PLAIN " 0 0))",
        "((" PLAIN " 0 0) \"mixed\"",
        "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 0 NIL NIL 0)",
        "(\"image\" {9}\r\npng NIL NIL NIL \"7bit\" 0)",
        "(\"image\" {3}png NIL NIL NIL \"7bit\" 0)",
        "(\"image\" \"png NIL NIL NIL)",
        "(\"a\" \"b\" (\"c\" NIL NIL \"7bit\" 0)",
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct buffer body;
        buffer_init(&body, 0);
        buffer_add_char(&body, '.');
        CHECK_ERR(mime_body_from_bodystructure(slice_cstr(broken[i]), &body), ERR_CORRUPT);
        CHECK_SLICE(buffer_slice(&body), ".");
        buffer_clear(&body);
    }
}

void test_mime_body_steps_over_literals(void)
{
    struct buffer body;
    buffer_init(&body, 0);
    CHECK_OK(mime_body_from_bodystructure(SLICE("(\"image\" \"png\" (\"name\" {3}\r\n)\"() NIL "
                                                "{0}\r\n \"7bit\" 1 {2}\r\n)) NIL NIL NIL)"),
                                          &body));
    CHECK_SLICE(buffer_slice(&body),
                "(\"image\" \"png\" (\"name\" {3}\r\n)\"() NIL {0}\r\n \"7bit\" 1)");
    buffer_clear(&body);
}
