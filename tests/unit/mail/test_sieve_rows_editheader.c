#include "sieve_script.h"

static const char mail[] = "Delivered-To: alice@example.com\r\n"
                           "Delivered-To: bob@example.com\r\n"
                           "Received: by a\r\n"
                           "Subject: hi\r\n"
                           "\r\n"
                           "body\r\n";

#define REQUIRE "require [\"editheader\", \"fileinto\", \"variables\", \"relational\"];\n"

/* RFC 5293 section 4. */
void test_sieve_rows_addheader(void)
{
    CHECK_SIEVE(REQUIRE "if not header :contains \"X-Sieve-Filtered\""
                        " [\"<kim@job.example.com>\", \"<kim@home.example.com>\"]"
                        "{ addheader \"X-Sieve-Filtered\" \"<kim@job.example.com>\";"
                        "  redirect \"kim@home.example.com\"; }",
                mail,
                "redirect kim@home.example.com [X-Sieve-Filtered: <kim@job.example.com>\r\n"
                "Delivered-To: alice@example.com\r\nDelivered-To: bob@example.com\r\n"
                "Received: by a\r\nSubject: hi\r\n\r\n]\n");
    CHECK_SIEVE(REQUIRE "addheader :last \"X-A\" \" caf\xc3\xa9 \";", mail,
                "keep [Delivered-To: alice@example.com\r\nDelivered-To: bob@example.com\r\n"
                "Received: by a\r\nSubject: hi\r\nX-A: =?UTF-8?B?Y2Fmw6k=?=\r\n\r\n]\n");
}

/* What follows sees the change; what came before does not. */
void test_sieve_rows_editheader_from_here_on(void)
{
    CHECK_SIEVE(REQUIRE "fileinto \"before\"; addheader \"X-A\" \"1\"; fileinto \"after\";"
                        "if header \"x-a\" \"1\" { deleteheader \"X-A\"; fileinto \"then\"; }"
                        "if not exists \"x-a\" { fileinto \"last\"; }",
                "Subject: hi\r\n\r\n",
                "fileinto before\nfileinto after [X-A: 1\r\nSubject: hi\r\n\r\n]\n"
                "fileinto then [Subject: hi\r\n\r\n]\nfileinto last [Subject: hi\r\n\r\n]\n");
}

/* RFC 5293 section 5. */
void test_sieve_rows_deleteheader(void)
{
    CHECK_SIEVE(REQUIRE "deleteheader :index 1 :contains \"Delivered-To\" \"bob@example.com\";",
                mail, "keep\n");
    CHECK_SIEVE(
        REQUIRE "deleteheader :index 2 :contains \"Delivered-To\" \"bob@example.com\";", mail,
        "keep [Delivered-To: alice@example.com\r\nReceived: by a\r\nSubject: hi\r\n\r\n]\n");
    CHECK_SIEVE(
        REQUIRE "deleteheader :index 1 :last \"Delivered-To\";", mail,
        "keep [Delivered-To: alice@example.com\r\nReceived: by a\r\nSubject: hi\r\n\r\n]\n");
    CHECK_SIEVE(REQUIRE "deleteheader :matches \"delivered-to\" [\"al*\", \"b*\"];", mail,
                "keep [Received: by a\r\nSubject: hi\r\n\r\n]\n");
    CHECK_SIEVE(REQUIRE "deleteheader \"Delivered-To\"; deleteheader \"X-None\";", mail,
                "keep [Received: by a\r\nSubject: hi\r\n\r\n]\n");
}

/* RFC 5293 section 6. */
void test_sieve_rows_editheader_leaves_the_trace(void)
{
    CHECK_SIEVE(REQUIRE "deleteheader \"Received\"; deleteheader \"auto-submitted\";", mail,
                "keep\n");
}

void test_sieve_rows_editheader_refuses(void)
{
    CHECK_SIEVE_REFUSED("addheader \"X\" \"y\";", 1);
    CHECK_SIEVE_REFUSED(REQUIRE "addheader \"X Y\" \"y\";", 2);
    CHECK_SIEVE_REFUSED(REQUIRE "addheader \"X:\" \"y\";", 2);
    CHECK_SIEVE_REFUSED(REQUIRE "deleteheader :last \"X\";", 2);
    CHECK_SIEVE_REFUSED(REQUIRE "deleteheader :index 0 \"X\";", 2);
    CHECK_SIEVE_REFUSED(REQUIRE "deleteheader :count \"ge\" \"X\" \"1\";", 2);
    CHECK_SIEVE_FAILED(REQUIRE "set \"n\" \"X:\"; addheader \"${n}\" \"y\";", mail, ERR_INVALID);
}

/* RFC 5293 section 4: what is "unstructured" already is added as it is. */
void test_sieve_rows_editheader_adds_ascii_as_it_is(void)
{
    CHECK_SIEVE("require \"editheader\"; addheader \"X\" \"=?utf-8?q?=C3=A4?=  a\r\n\t b\";",
                "\r\n", "keep [X: =?utf-8?q?=C3=A4?=  a b\r\n\r\n]\n");
}

/* RFC 5293 section 7: the message is as large as it is by now. */
void test_sieve_rows_editheader_changes_the_size(void)
{
    static const char script[] = "require [\"editheader\", \"fileinto\"];\n"
                                 "addheader \"X\" \"123456\"; deleteheader \"Y\";\n"
                                 "if allof(size :over 16, size :under 18) { fileinto \"x\"; }";
    CHECK_SIEVE(script, "Y: a long text\r\n\r\nab\r\n", "fileinto x [X: 123456\r\n\r\n]\n");
}
