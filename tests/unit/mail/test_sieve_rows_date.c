#include "sieve_script.h"

static const char mail[] = "Received: from a by b; Mon, 26 Feb 2007 15:00:01 +0100\r\n"
                           "Received: from c by d; Mon, 26 Feb 2007 13:59:00 +0000\r\n"
                           "From: boss@example.com\r\n"
                           "Date: Mon, 26 Feb 2007 23:59:59 -0800\r\n"
                           "X-Date: nonsense\r\n"
                           "\r\n";

#define REQUIRE "require [\"date\", \"relational\", \"index\", \"fileinto\", \"variables\"];\n"
#define YES     "fileinto x\n"
#define NO      "keep\n"
#define CHECK_TEST(test, expected)                                                                 \
    CHECK_SIEVE(REQUIRE "if " test " { fileinto \"x\"; }", mail, expected)

/* RFC 5260 section 4.4, the first example: office hours, where it was written. */
void test_sieve_rows_date_original_zone(void)
{
    CHECK_TEST("allof(header :is \"from\" \"boss@example.com\","
               " date :value \"ge\" :originalzone \"date\" \"hour\" \"09\","
               " date :value \"lt\" :originalzone \"date\" \"hour\" \"17\")",
               NO);
    CHECK_TEST("date :is :originalzone \"date\" \"hour\" \"23\"", YES);
    CHECK_TEST("date :is :originalzone \"date\" \"zone\" \"-0800\"", YES);
}

void test_sieve_rows_date_zones(void)
{
    CHECK_TEST("date \"date\" \"iso8601\" \"2007-02-27T09:59:59+02:00\"", YES);
    CHECK_TEST("date :zone \"+0000\" \"date\" \"std11\" \"Tue, 27 Feb 2007 07:59:59 +0000\"", YES);
    CHECK_TEST("date :zone \"-0830\" \"date\" \"time\" \"23:29:59\"", YES);
    CHECK_SIEVE(REQUIRE "set \"z\" \"-0100\"; if date :zone \"${z}\" \"date\" \"hour\" \"06\""
                        " { fileinto \"x\"; }",
                mail, YES);
    CHECK_SIEVE_FAILED(REQUIRE "set \"z\" \"east\"; if date :zone \"${z}\" \"date\" \"hour\" \"6\""
                               " { keep; }",
                       mail, ERR_INVALID);
}

/* RFC 5260 section 6.1. */
void test_sieve_rows_date_index(void)
{
    CHECK_TEST("date :value \"gt\" :index 2 :zone \"-0500\" \"received\" \"iso8601\""
               " \"2007-02-26T08:00:00-05:00\"",
               YES);
    CHECK_TEST("date :value \"gt\" :index 2 :zone \"-0500\" \"received\" \"iso8601\""
               " \"2007-02-26T09:00:00-05:00\"",
               NO);
    CHECK_TEST("date :zone \"+0000\" \"received\" \"minute\" \"00\"", YES);
    CHECK_TEST("date :index 1 :last :zone \"+0000\" \"received\" \"minute\" \"59\"", YES);
    CHECK_TEST("date :index 3 \"received\" \"year\" \"2007\"", NO);
}

void test_sieve_rows_date_without_a_date(void)
{
    CHECK_TEST("date :matches \"x-date\" \"year\" \"*\"", NO);
    CHECK_TEST("date :matches \"cc\" \"year\" \"*\"", NO);
    CHECK_TEST("date :count \"eq\" \"x-date\" \"year\" \"0\"", YES);
    CHECK_TEST("date :count \"eq\" \"received\" \"year\" \"1\"", YES);
}

/* RFC 5260 section 5.1. */
void test_sieve_rows_currentdate(void)
{
    CHECK_TEST("anyof(currentdate :is \"weekday\" \"0\", currentdate :is \"weekday\" \"6\","
               " currentdate :value \"lt\" \"hour\" \"09\","
               " currentdate :value \"ge\" \"hour\" \"17\")",
               NO);
    CHECK_TEST("currentdate :is \"weekday\" \"3\"", YES);
    CHECK_TEST("allof(currentdate :value \"ge\" \"date\" \"2026-06-30\","
               " currentdate :value \"le\" \"date\" \"2026-07-07\")",
               YES);
    CHECK_TEST("currentdate \"time\" \"14:30:15\"", YES);
    CHECK_TEST("currentdate :zone \"+0000\" \"time\" \"12:30:15\"", YES);
    CHECK_SIEVE(REQUIRE "if currentdate :matches \"date\" \"*-*-*\" { fileinto \"${1}/${2}\"; }",
                mail, "fileinto 2026/07\n");
}

void test_sieve_rows_date_refuses(void)
{
    CHECK_SIEVE_REFUSED("if date \"date\" \"year\" \"2007\" { keep; }", 1);
    CHECK_SIEVE_REFUSED(REQUIRE "if date \"date\" \"century\" \"20\" { keep; }", 2);
    CHECK_SIEVE_REFUSED(REQUIRE "if date :zone \"CET\" \"date\" \"year\" \"20\" { keep; }", 2);
    CHECK_SIEVE(REQUIRE "if date \"a:b\" \"year\" \"20\" { discard; }", mail, "keep\n");
    CHECK_SIEVE_REFUSED(REQUIRE "if date :last \"date\" \"year\" \"20\" { keep; }", 2);
    CHECK_SIEVE_REFUSED(REQUIRE "if date :index 0 \"date\" \"year\" \"20\" { keep; }", 2);
    CHECK_SIEVE_REFUSED(REQUIRE "if currentdate :originalzone \"year\" \"20\" { keep; }", 2);
}

/* RFC 5260 section 6: of header and address, too. */
void test_sieve_rows_index_of_fields(void)
{
    CHECK_TEST("header :contains :index 1 \"received\" \"by b\"", YES);
    CHECK_TEST("header :contains :index 2 \"received\" \"by b\"", NO);
    CHECK_TEST("header :contains :index 2 :last \"received\" \"by b\"", YES);
    CHECK_TEST("address :is :index 1 \"from\" \"boss@example.com\"", YES);
    CHECK_TEST("address :is :index 2 \"from\" \"boss@example.com\"", NO);
    CHECK_SIEVE_REFUSED(REQUIRE "if header :last \"from\" \"x\" { keep; }", 2);
    CHECK_SIEVE_REFUSED("if header :index 1 \"from\" \"x\" { keep; }", 1);
}
