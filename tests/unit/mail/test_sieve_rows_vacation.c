#include "sieve_script.h"

static const char mail[] = "To: alice@example.org\r\nSubject: hi\r\nMessage-ID: <1@x>\r\n\r\n";
#define REQUIRE "require [\"vacation\", \"vacation-seconds\", \"fileinto\", \"variables\"];\n"
#define REPLY   "vacation bob@example.com"

/* RFC 5230 sections 4 and 5.6; a reply leaves the implicit keep alone. */
void test_sieve_rows_vacation_replies(void)
{
    CHECK_SIEVE(REQUIRE "vacation \"I am away\";", mail,
                REPLY " seconds=604800 subject=Auto: hi text=I am away\nkeep\n");
    CHECK_SIEVE(REQUIRE "vacation :days 23 :subject \"Gone\" :from \"Al <al@example.org>\""
                        " :addresses [\"tjs@example.edu\", \"ts4z@landru.example.edu\"]"
                        " :handle \"x\" \"I'm away until October 19.\";",
                mail,
                REPLY " from=Al <al@example.org> seconds=1987200 subject=Gone"
                      " text=I'm away until October 19.\nkeep\n");
    CHECK_SIEVE(REQUIRE "vacation :mime text:\nContent-Type: text/html\n\n<p>Away\n.\n;", mail,
                REPLY " seconds=604800 subject=Auto: hi mime"
                      " text=Content-Type: text/html\r\n\r\n<p>Away\r\n\nkeep\n");
}

/* RFC 6131 section 2. */
void test_sieve_rows_vacation_seconds(void)
{
    CHECK_SIEVE("require \"vacation-seconds\"; vacation :seconds 1800 \"x\";", mail,
                REPLY " seconds=1800 subject=Auto: hi text=x\nkeep\n");
    CHECK_SIEVE(REQUIRE "vacation :days 0 \"x\";", mail,
                REPLY " seconds=86400 subject=Auto: hi text=x\nkeep\n");
    CHECK_SIEVE(REQUIRE "vacation :days 999999999999 \"x\";", mail,
                REPLY " seconds=2592000 subject=Auto: hi text=x\nkeep\n");
    CHECK_SIEVE_REFUSED("require \"vacation\"; vacation :seconds 1800 \"x\";", 1);
    CHECK_SIEVE_REFUSED(REQUIRE "vacation :days 1 :seconds 1800 \"x\";", 2);
}

void test_sieve_rows_vacation_keeps_silent(void)
{
    struct sieve_trial robot = {.sender = "owner-list@example.com"};
    struct sieve_trial notice = {.sender = ""};
    struct sieve_trial later = {.no_envelope = true};
    CHECK_SIEVE_TRIAL(robot, REQUIRE "vacation \"x\";", mail, "keep\n");
    CHECK_SIEVE_TRIAL(notice, REQUIRE "vacation \"x\";", mail, "keep\n");
    CHECK_SIEVE_TRIAL(later, REQUIRE "vacation \"x\";", mail, "keep\n");
    CHECK_SIEVE(REQUIRE "vacation \"x\";", "To: carol@example.org\r\n\r\n", "keep\n");
    CHECK_SIEVE(REQUIRE "vacation :addresses \"carol@example.org\" \"x\";",
                "To: carol@example.org\r\n\r\n",
                REPLY " seconds=604800 subject=Automated reply text=x\nkeep\n");
}

/* RFC 5230 section 4.7. */
void test_sieve_rows_vacation_only_once(void)
{
    CHECK_SIEVE_FAILED(REQUIRE "vacation \"x\"; vacation \"y\";", mail, ERR_INVALID);
}

void test_sieve_rows_vacation_refuses(void)
{
    CHECK_SIEVE_REFUSED("vacation \"x\";", 1);
    CHECK_SIEVE_REFUSED(REQUIRE "vacation :from \"nobody\" \"x\";", 2);
    CHECK_SIEVE_REFUSED(REQUIRE "vacation :days \"7\" \"x\";", 2);
    CHECK_SIEVE_REFUSED(REQUIRE "vacation;", 2);
    CHECK_SIEVE(REQUIRE "set \"f\" \"nobody\"; vacation :from \"${f}\" \"x\";", mail,
                REPLY " seconds=604800 subject=Auto: hi text=x\nkeep\n");
}
