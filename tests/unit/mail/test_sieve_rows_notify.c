#include "sieve_script.h"

static const char mail[] = "From: boss@example.org\r\nSubject: hi\r\n\r\n";
#define REQUIRE "require [\"enotify\", \"fileinto\", \"variables\", \"relational\"];\n"

/* RFC 5435 section 3.9, the first example. */
static const char example[] =
    REQUIRE "if header :contains \"from\" \"boss@example.org\" {\n"
            "    notify :importance \"1\" :message \"This is probably very important\"\n"
            "        \"mailto:alm@example.com\";\n"
            "    stop;\n"
            "}\n"
            "if header :contains \"to\" \"sievemailinglist@example.org\" {\n"
            "    if header :matches \"Subject\" \"*\" { set \"subject\" \"${1}\"; }\n"
            "    if header :matches \"From\" \"*\" { set \"from\" \"${1}\"; }\n"
            "    notify :importance \"3\" :message \"[SIEVE] ${from}: ${subject}\"\n"
            "        \"mailto:alm@example.com\";\n"
            "    fileinto \"INBOX.sieve\";\n"
            "}\n";

void test_sieve_rows_notify_of_the_rfc(void)
{
    CHECK_SIEVE(example, mail,
                "notify mailto:alm@example.com importance=1"
                " text=This is probably very important\nkeep\n");
    CHECK_SIEVE(example, "From: carol\r\nTo: sievemailinglist@example.org\r\nSubject: s\r\n\r\n",
                "notify mailto:alm@example.com importance=3 text=[SIEVE] carol: s\n"
                "fileinto INBOX.sieve\n");
}

void test_sieve_rows_notify_arguments(void)
{
    CHECK_SIEVE(REQUIRE "notify :from \"A <a@b.example>\" :options [\"x=1\", \"y=2\"]"
                        " \"mailto:b@c.example\";",
                mail,
                "notify mailto:b@c.example from=A <a@b.example> importance=2 option=x=1 option=y=2"
                "\nkeep\n");
}

/* RFC 5436 section 2.7.1. */
void test_sieve_rows_notify_not_of_programs(void)
{
    CHECK_SIEVE(REQUIRE "notify \"mailto:b@c.example\";", "Auto-Submitted: auto-notified\r\n\r\n",
                "keep\n");
}

/* RFC 5435 sections 4 and 5. */
void test_sieve_rows_notify_tests(void)
{
    CHECK_SIEVE(REQUIRE "if valid_notify_method [\"mailto:a@b.example\", \"mailto:c@d.example\"]"
                        " { fileinto \"x\"; }",
                mail, "fileinto x\n");
    CHECK_SIEVE(REQUIRE "if valid_notify_method [\"mailto:a@b.example\", \"http://gw.example\"]"
                        " { fileinto \"x\"; }",
                mail, "keep\n");
    CHECK_SIEVE(REQUIRE "if notify_method_capability \"mailto:a@b.example\" \"Online\""
                        " [\"yes\", \"maybe\"] { fileinto \"x\"; }",
                mail, "fileinto x\n");
    CHECK_SIEVE(REQUIRE "if notify_method_capability \"xmpp:a@b.example\" \"Online\" \"maybe\""
                        " { fileinto \"x\"; }",
                mail, "keep\n");
    CHECK_SIEVE(REQUIRE "if notify_method_capability \"mailto:a@b.example\" \"speed\" \"\""
                        " { fileinto \"x\"; }",
                mail, "keep\n");
}

/* RFC 5435 section 6. */
void test_sieve_rows_notify_encodeurl(void)
{
    CHECK_SIEVE(REQUIRE "set :encodeurl \"b\" \"Safe body&evil=evilbody\";"
                        "notify \"mailto:tim@example.com?body=${b}\";",
                mail,
                "notify mailto:tim@example.com?body=Safe%20body%26evil%3Devilbody importance=2\n"
                "keep\n");
}

void test_sieve_rows_notify_refuses(void)
{
    CHECK_SIEVE_REFUSED("notify \"mailto:a@b.example\";", 1);
    CHECK_SIEVE_REFUSED(REQUIRE "notify \"xmpp:a@b.example\";", 2);
    CHECK_SIEVE_REFUSED(REQUIRE "notify :importance \"4\" \"mailto:a@b.example\";", 2);
    CHECK_SIEVE_REFUSED(REQUIRE "notify :from \"x\" \"mailto:a@b.example\";", 2);
    CHECK_SIEVE_FAILED(REQUIRE "set \"u\" \"xmpp:a@b.example\"; notify \"${u}\";", mail,
                       ERR_INVALID);
}

/* RFC 5435 section 3.6: "name=value". */
void test_sieve_rows_notify_options(void)
{
#define OPTION(text) "require \"enotify\"; notify :options \"" text "\" \"mailto:al@example.org\";"
    CHECK_SIEVE_REFUSED(OPTION(""), 1);
    CHECK_SIEVE_REFUSED(OPTION("name"), 1);
    CHECK_SIEVE_REFUSED(OPTION("=value"), 1);
    CHECK_SIEVE_REFUSED(OPTION("_name=value"), 1);
    CHECK_SIEVE_REFUSED(OPTION("name=a\nb"), 1);
    CHECK_SIEVE(OPTION("a-name=a=b"), "\r\n",
                "notify mailto:al@example.org importance=2 option=a-name=a=b\nkeep\n");
#undef OPTION
}
