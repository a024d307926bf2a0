#include "sieve_script.h"

static const char mail[] = "Subject: x\r\n"
                           "Content-Type: multipart/mixed; boundary=b\r\n"
                           "\r\n"
                           "MAKE MONEY FAST\r\n"
                           "--b\r\n"
                           "Content-Type: text/plain; charset=utf-8\r\n"
                           "Content-Transfer-Encoding: base64\r\n"
                           "\r\n"
                           "VGhlIG1pc3NpbGUgZsO8cg==\r\n"
                           "--b\r\n"
                           "Content-Type: text/html\r\n"
                           "\r\n"
                           "<p>pro<b>ject</b> sched&#117;le\r\n"
                           "--b\r\n"
                           "Content-Type: message/rfc822\r\n"
                           "\r\n"
                           "Subject: inner\r\n"
                           "\r\n"
                           "deep\r\n"
                           "--b--\r\n";

#define REQUIRE "require [\"body\", \"fileinto\", \"variables\", \"relational\"];\n"
#define YES     "fileinto x\n"
#define NO      "keep\n"
#define CHECK_TEST(test, expected)                                                                 \
    CHECK_SIEVE(REQUIRE "if " test " { fileinto \"x\"; }", mail, expected)

/* RFC 5173 section 5.1. */
void test_sieve_rows_body_raw(void)
{
    CHECK_TEST("body :raw :contains \"MAKE MONEY FAST\"", YES);
    CHECK_TEST("body :raw :contains \"VGhlIG1pc\"", YES);
    CHECK_TEST("body :raw :contains \"missile\"", NO);
    CHECK_TEST("body :raw :contains \"boundary\"", NO);
}

/* RFC 5173 section 5.2. */
void test_sieve_rows_body_content(void)
{
    CHECK_TEST("body :content \"text\" :contains [\"missile\", \"coordinates\"]", YES);
    CHECK_TEST("body :content \"audio/mp3\" :contains \"\"", NO);
    CHECK_TEST("body :content \"text/html\" :contains \"<p>pro<b>\"", YES);
    CHECK_TEST("body :content [\"text/html\"] :contains \"missile\"", NO);
    CHECK_TEST("body :content \"multipart\" :contains \"MONEY\"", YES);
    CHECK_TEST("body :content \"multipart\" :contains \"missile\"", NO);
    CHECK_TEST("body :content \"message/rfc822\" :contains \"Subject: inner\"", YES);
    CHECK_TEST("body :content \"message/rfc822\" :contains \"deep\"", NO);
    CHECK_TEST("body :content \"\" :contains \"deep\"", YES);
    CHECK_TEST("body :count \"eq\" :content \"text\" \"3\"", YES);
}

/* RFC 5173 section 5.3; without a tag it is that one. */
void test_sieve_rows_body_text(void)
{
    CHECK_TEST("body :text :contains \"project schedule\"", YES);
    CHECK_TEST("body :contains \"f\xc3\xbcr\"", YES);
    CHECK_TEST("body :text :contains \"MONEY\"", NO);
}

/* A host that has no octets has an empty body. */
void test_sieve_rows_body_without_octets(void)
{
    struct sieve_trial nothing = {.no_octets = true};
    CHECK_SIEVE_TRIAL(nothing, REQUIRE "if body :raw :contains \"M\" { fileinto \"x\"; }", mail,
                      NO);
}

/* RFC 5173 section 6. */
void test_sieve_rows_body_captures_nothing(void)
{
    CHECK_SIEVE(REQUIRE "if header :matches \"subject\" \"*\" {"
                        " if body :matches \"*missile*\" { fileinto \"<${1}>\"; } }",
                mail, "fileinto <x>\n");
}

/* RFC 5173 section 4: without the empty line there is no body; behind it one may be empty. */
void test_sieve_rows_body_needs_the_empty_line(void)
{
    static const char script[] = REQUIRE "if body :raw :is \"\" { fileinto \"x\"; }";
    CHECK_SIEVE(script, "Subject: x\r\n", NO);
    CHECK_SIEVE(script, "Subject: x", NO);
    CHECK_SIEVE(script, "Subject: x\r\n\r\n", YES);
    CHECK_SIEVE(script, "\r\n", YES);
    CHECK_SIEVE(REQUIRE "if body :count \"eq\" :raw \"0\" { fileinto \"x\"; }", "Subject: x\r\n",
                NO);
}

/* RFC 5173 section 5.2: the header of a message, without the line that ends it. */
void test_sieve_rows_body_header_of_a_message(void)
{
    CHECK_TEST("body :content \"message/rfc822\" :is \"Subject: inner\r\n\"", YES);
}

/* RFC 5173 section 5.3 asks for what people read. */
void test_sieve_rows_body_text_of_xhtml(void)
{
    static const char page[] = "Content-Type: application/xhtml+xml\r\n\r\n"
                               "<html><body>pro<b>ject</b></body></html>\r\n";
    CHECK_SIEVE(REQUIRE "if body :text :contains \"project\" { fileinto \"x\"; }", page, YES);
    CHECK_SIEVE(REQUIRE "if body :text :contains \"html\" { fileinto \"x\"; }", page, NO);
}
