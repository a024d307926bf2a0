#include "sieve_script.h"

#define HEADER                                                                                     \
    "From: a@b\r\nSubject: s\r\nDate: d\r\nMIME-Version: 1.0\r\n"                                  \
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
#define TEXT_PART "--b\r\nContent-Type: text/html\r\n\r\n<p>Hello W\xc3\xb6rld\r\n"
#define MESSAGE_PART                                                                               \
    "--b\r\nContent-Type: message/rfc822\r\n\r\n"                                                  \
    "From: inner@example.com\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"                 \
    "--c\r\nContent-Type: text/plain\r\n\r\none\r\n"                                               \
    "--c\r\nContent-Type: image/gif; name=\"x.gif\"\r\n\r\ntwo\r\n"                                \
    "--c--\r\n"
#define EXE_HEADER                                                                                 \
    "Content-Type: application/exe; name=\"cute.exe\"\r\n"                                         \
    "Content-Disposition: attachment; filename=cute.exe\r\n\r\n"
static const char mail[] = HEADER TEXT_PART MESSAGE_PART "--b\r\n" EXE_HEADER "exe\r\n--b--\r\n";

#define REQUIRE                                                                                    \
    "require [\"mime\", \"foreverypart\", \"extracttext\", \"replace\", \"enclose\", "             \
    "\"variables\","                                                                               \
    " \"fileinto\", \"relational\", \"editheader\"];\n"
#define YES "fileinto x\n"
#define NO  "keep\n"
#define CHECK_TEST(test, expected)                                                                 \
    CHECK_SIEVE(REQUIRE "if " test " { fileinto \"x\"; }", mail, expected)

/* RFC 5703 section 4.1. */
void test_sieve_rows_mime_header(void)
{
    CHECK_TEST("header :mime :type \"Content-Type\" \"multipart\"", YES);
    CHECK_TEST("header :mime :subtype \"Content-Type\" \"mixed\"", YES);
    CHECK_TEST("header :mime :contenttype \"Content-Type\" \"multipart/mixed\"", YES);
    CHECK_TEST("header :mime :param \"boundary\" \"Content-Type\" \"b\"", YES);
    CHECK_TEST("header :mime :type \"Content-Type\" \"image\"", NO);
    CHECK_TEST("header :mime :anychild :type \"Content-Type\" \"image\"", YES);
    CHECK_TEST("header :mime :anychild :contenttype \"Content-Type\" \"text/html\"", YES);
    CHECK_TEST("header :mime :anychild :param [\"name\", \"filename\"]"
               " [\"Content-Type\", \"Content-Disposition\"] \"cute.exe\"",
               YES);
    CHECK_TEST("header :count \"eq\" :mime :anychild :param [\"name\", \"filename\"]"
               " [\"Content-Type\", \"Content-Disposition\"] \"3\"",
               YES);
    CHECK_TEST("header :mime :anychild :type \"Content-Disposition\" \"attachment\"", YES);
}

/* RFC 5703 sections 4.2 and 4.3. */
void test_sieve_rows_mime_address_and_exists(void)
{
    CHECK_TEST("address :mime :anychild \"from\" \"inner@example.com\"", YES);
    CHECK_TEST("address :mime \"from\" \"inner@example.com\"", NO);
    CHECK_TEST("exists :mime :anychild \"content-disposition\"", YES);
    CHECK_TEST("exists :mime \"content-disposition\"", NO);
}

void test_sieve_rows_mime_loop_goes_through_all(void)
{
    CHECK_SIEVE(REQUIRE "set \"all\" \"\"; foreverypart {"
                        " if header :mime :contenttype :matches \"Content-Type\" \"*\""
                        " { set \"all\" \"${all} ${1}\"; } else { set \"all\" \"${all} -\"; } }"
                        "fileinto \"${all}\";",
                mail,
                "fileinto  multipart/mixed text/html message/rfc822 multipart/mixed text/plain"
                " image/gif application/exe\n");
}

/* A loop in a loop is about what lies in that part (RFC 5703 section 3). */
void test_sieve_rows_mime_loop_in_a_loop(void)
{
    CHECK_SIEVE(REQUIRE "set \"all\" \"\"; foreverypart {"
                        " if header :mime :contenttype \"Content-Type\" \"message/rfc822\" {"
                        "  foreverypart { if header :mime :contenttype :matches \"Content-Type\""
                        "   \"*\" { set \"all\" \"${all} ${1}\"; } } } }"
                        "fileinto \"${all}\";",
                mail, "fileinto  multipart/mixed text/plain image/gif\n");
}

void test_sieve_rows_mime_break(void)
{
    CHECK_SIEVE(REQUIRE "set \"all\" \"\"; foreverypart {"
                        " if header :mime :type \"Content-Type\" \"text\" { break; }"
                        " set \"all\" \"${all}.\"; }"
                        "fileinto \"${all}\";",
                mail, "fileinto .\n");
    CHECK_SIEVE(REQUIRE "set \"all\" \"\"; foreverypart :name \"outer\" { set \"all\" \"${all}o\";"
                        " foreverypart { set \"all\" \"${all}i\";"
                        "  if header :mime :type \"Content-Type\" \"message\""
                        "   { break :name \"outer\"; } } }"
                        "if header :mime :type \"Content-Type\" \"multipart\""
                        " { fileinto \"${all}\"; }",
                mail, "fileinto oii\n");
}

/* RFC 5703 section 5. */
void test_sieve_rows_extracttext(void)
{
    CHECK_SIEVE(REQUIRE "foreverypart {"
                        " if header :mime :type \"Content-Type\" \"text\" {"
                        "  extracttext :first 8 :upper \"msg\"; break; } }"
                        "fileinto \"${msg}\";",
                mail, "fileinto HELLO W\xc3\xb6\n");
    CHECK_SIEVE(REQUIRE "set \"msg\" \"x\"; foreverypart {"
                        " if header :mime :type \"Content-Type\" \"image\""
                        "  { extracttext \"msg\"; } }"
                        "fileinto \"<${msg}>\";",
                mail, "fileinto <>\n");
}

/* RFC 5703 section 6, the first example. */
void test_sieve_rows_replace_a_part(void)
{
    CHECK_SIEVE(REQUIRE "foreverypart { if anyof ("
                        " header :mime :contenttype :is \"Content-Type\" \"application/exe\","
                        " header :mime :param \"filename\" :matches"
                        "  [\"Content-Type\", \"Content-Disposition\"] [\"*.com\", \"*.exe\"])"
                        " { replace \"Executable attachment removed by user filter\"; } }",
                mail,
                "keep [" HEADER TEXT_PART MESSAGE_PART "--b\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n"
                "Content-Transfer-Encoding: 7bit\r\n"
                "\r\n"
                "Executable attachment removed by user filter\r\n"
                "--b--\r\n]\n");
}

/* RFC 5703 section 6: the whole message, with a changed header. */
void test_sieve_rows_replace_the_message(void)
{
    CHECK_SIEVE(REQUIRE "addheader \"X-A\" \"1\";"
                        "replace :mime :subject \"n\" :from \"c@d.example\""
                        " text:\nContent-Type: text/html\n\n<p>\n.\n;",
                mail,
                "keep [X-A: 1\r\nOriginal-From: a@b\r\nOriginal-Subject: s\r\nDate: d\r\n"
                "Subject: n\r\nFrom: c@d.example\r\nMIME-Version: 1.0\r\n"
                "Content-Type: text/html\r\n\r\n<p>\r\n]\n");
}

/* What was filed before the change is as it was. */
void test_sieve_rows_replace_from_here_on(void)
{
    CHECK_SIEVE(REQUIRE "fileinto \"a\"; replace \"x\"; fileinto \"b\";",
                "Subject: s\r\n\r\nbody\r\n",
                "fileinto a\nfileinto b [Subject: s\r\nMIME-Version: 1.0\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n"
                "Content-Transfer-Encoding: 7bit\r\n\r\nx\r\n]\n");
}

void test_sieve_rows_mime_refuses(void)
{
    CHECK_SIEVE_REFUSED(REQUIRE "break;", 2);
    CHECK_SIEVE_REFUSED(REQUIRE "foreverypart :name \"a\" { break :name \"b\"; }", 2);
    CHECK_SIEVE_REFUSED(REQUIRE "foreverypart { } break;", 2);
    CHECK_SIEVE_REFUSED(REQUIRE "extracttext \"a\";", 2);
    CHECK_SIEVE_REFUSED("require [\"foreverypart\", \"extracttext\"];\n"
                        "foreverypart { extracttext \"a\"; }",
                        2);
    CHECK_SIEVE_REFUSED(REQUIRE "if header :type \"Content-Type\" \"x\" { }", 2);
    CHECK_SIEVE_REFUSED(REQUIRE "if header :anychild \"Content-Type\" \"x\" { }", 2);
    CHECK_SIEVE_REFUSED("if header :mime \"Content-Type\" \"x\" { }", 1);
}

/* A message of many parts, and loops that go through all of them for each of them. */
void test_sieve_rows_mime_loops_are_bounded(void)
{
    CHECK_SIEVE_FAILED(REQUIRE "foreverypart { enclose \"x\"; enclose \"y\"; }", mail, ERR_LIMIT);
}
