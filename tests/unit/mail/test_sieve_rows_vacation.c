#include <stdio.h>

#include "sieve_script.h"
#include "support/check.h"

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
                REPLY " seconds=7776000 subject=Auto: hi text=x\nkeep\n");
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

static void run_with_subject(const char *script, const char *subject, struct buffer *handle)
{
    const struct sieve_trial trial = {.handle_out = handle};
    char message[200], expected[200];
    snprintf(message, sizeof message, "To: alice@example.org\r\nSubject: %s\r\n\r\n", subject);
    snprintf(expected, sizeof expected, REPLY " seconds=604800 subject=Re %s text=%s\nkeep\n",
             subject, subject);
    buffer_reset(handle);
    CHECK_SIEVE_TRIAL(trial, script, message, expected);
}

/* RFC 5230 section 4.2: arguments tell replies apart as they are written, before variables. */
void test_sieve_rows_vacation_handle_knows_no_variables(void)
{
    static const char script[] = "require [\"vacation\", \"variables\"];\n"
                                 "if header :matches \"subject\" \"*\" {\n"
                                 "  vacation :subject \"Re ${1}\" \"${1}\";\n"
                                 "}";
    struct buffer lunch, dinner;
    buffer_init(&lunch, 0);
    buffer_init(&dinner, 0);
    run_with_subject(script, "lunch", &lunch);
    run_with_subject(script, "dinner", &dinner);
    CHECK(lunch.len > 0);
    CHECK(slice_equal(buffer_slice(&lunch), buffer_slice(&dinner)));
    buffer_clear(&lunch);
    buffer_clear(&dinner);
}

/* RFC 5230 section 4.7: a second vacation is a mistake, even where the first answers nobody. */
void test_sieve_rows_vacation_twice_fails_without_a_reply(void)
{
    CHECK_SIEVE_FAILED(REQUIRE "vacation \"x\"; vacation \"y\";", "Subject: hi\r\n\r\n",
                       ERR_INVALID);
}
