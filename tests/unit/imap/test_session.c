#include "dialogue.h"

#include <stdio.h>
#include <string.h>

#include "support/check.h"

void test_session_answers_pipelined_commands_in_order(void)
{
    dialogue_check("a1 NOOP\r\na2 noop\r\na3 LOGOUT\r\na4 NOOP\r\n",
                   "a1 OK NOOP completed\r\na2 OK NOOP completed\r\n"
                   "* BYE Logging out\r\na3 OK LOGOUT completed\r\n");
}

/* Others have their turns between commands that have come in one piece. */
void test_session_lets_others_in_between_commands(void)
{
    enum { COMMANDS = 8000, TURNS_LEAST = 2 };
    struct imap_settings settings = dialogue_settings();
    struct buffer input, output;
    buffer_init(&input, 0);
    buffer_init(&output, 0);
    for (int i = 0; i < COMMANDS; i++)
        buffer_add_cstr(&input, "a NOOP\r\n");
    CHECK(dialogue_run(&settings, buffer_slice(&input), SIZE_MAX, &output) >= TURNS_LEAST);
    buffer_clear(&input);
    buffer_clear(&output);
}

void test_session_accepts_bare_line_feeds(void)
{
    dialogue_check("a1 NOOP\na2 NOOP\n", "a1 OK NOOP completed\r\na2 OK NOOP completed\r\n");
}

void test_session_refuses_what_has_no_tag(void)
{
    dialogue_check("\r\n", "* BAD Tag expected\r\n");
    dialogue_check(" NOOP\r\n", "* BAD Tag expected\r\n");
    dialogue_check("+ NOOP\r\n", "* BAD Tag expected\r\n");
    dialogue_check("a\"b NOOP\r\n", "* BAD Tag expected\r\n");
    dialogue_check("a%b NOOP\r\n", "* BAD Tag expected\r\n");
    dialogue_check("\303\251 NOOP\r\n", "* BAD Tag expected\r\n");
}

void test_session_takes_any_tag_of_the_grammar(void)
{
    dialogue_check(".-_:,;'@#$^&=~`|/?!<>[] NOOP\r\n",
                   ".-_:,;'@#$^&=~`|/?!<>[] OK NOOP completed\r\n");
}

void test_session_answers_a_lonely_tag_with_it(void)
{
    dialogue_check("a1\r\n", "a1 BAD Command name expected\r\n");
    dialogue_check("a1 \r\n", "a1 BAD Command name expected\r\n");
}

void test_session_keeps_a_long_tag_whole(void)
{
    char tag[1500];
    char input[1600], expected[1600];
    memset(tag, 'x', sizeof tag - 1);
    tag[sizeof tag - 1] = '\0';
    snprintf(input, sizeof input, "%s FOO\r\n", tag);
    snprintf(expected, sizeof expected, "%s BAD Unknown command\r\n", tag);
    dialogue_check(input, expected);
}

void test_session_refuses_unknown_commands_and_arguments(void)
{
    dialogue_check("a1 FOO\r\n", "a1 BAD Unknown command\r\n");
    dialogue_check("a1 UID NOOP\r\n", "a1 BAD Unknown command\r\n");
    dialogue_check("a1 UID\r\n", "a1 BAD Command name expected after UID\r\n");
    dialogue_check("a1 NOOP x\r\n", "a1 BAD unexpected text after the arguments\r\n");
}

void test_session_refuses_commands_of_other_states(void)
{
    dialogue_check("a1 SELECT INBOX\r\na2 FETCH 1 FLAGS\r\n",
                   "a1 BAD Log in first\r\na2 BAD Log in first\r\n");
}

void test_session_keeps_passwords_off_clear_text(void)
{
    dialogue_check("a1 LOGIN alice secret\r\n", "a1 NO [PRIVACYREQUIRED] Use STARTTLS first\r\n");
    dialogue_check("a1 AUTHENTICATE PLAIN\r\n",
                   "a1 NO [PRIVACYREQUIRED] That mechanism is not on offer here without TLS\r\n");
    dialogue_check("a1 STARTTLS\r\n", "a1 NO [CANNOT] No certificate is configured\r\n");
}

void test_session_does_not_ask_for_literals_it_will_not_take(void)
{
    dialogue_check("a1 APPEND INBOX {10}\r\na2 NOOP\r\n",
                   "a1 BAD Log in first\r\na2 OK NOOP completed\r\n");
    dialogue_check("a1 FOO {10}\r\na2 NOOP\r\n",
                   "a1 BAD Unknown command\r\na2 OK NOOP completed\r\n");
    dialogue_check("a1 NOOP {10}\r\na2 NOOP\r\n",
                   "a1 BAD unexpected text after the arguments\r\na2 OK NOOP completed\r\n");
    dialogue_check("a1 LOGIN {1001}\r\na2 NOOP\r\n",
                   "a1 BAD [TOOBIG] Literal is too large\r\na2 OK NOOP completed\r\n");
    dialogue_check("{10}\r\na2 NOOP\r\n", "* BAD Tag expected\r\na2 OK NOOP completed\r\n");
}

void test_session_skips_literals_that_were_not_asked_for(void)
{
    dialogue_check("a1 APPEND INBOX {9+}\r\nx1 NOOP\r\n\r\na2 NOOP\r\n",
                   "a1 BAD Log in first\r\na2 OK NOOP completed\r\n");
    dialogue_check("a1 FOO {9+}\r\nx1 NOOP\r\n {9+}\r\nx2 NOOP\r\n\r\na2 NOOP\r\n",
                   "a1 BAD Unknown command\r\na2 OK NOOP completed\r\n");
}

void test_session_asks_for_literals_it_needs(void)
{
    dialogue_check("a1 LOGIN {5}\r\nalice {6}\r\nsecret\r\n",
                   "+ Go on\r\n+ Go on\r\na1 NO [PRIVACYREQUIRED] Use STARTTLS first\r\n");
    dialogue_check("a1 LOGIN {0}\r\n {0+}\r\n\r\n",
                   "+ Go on\r\na1 NO [PRIVACYREQUIRED] Use STARTTLS first\r\n");
}

void test_session_refuses_nul(void)
{
    struct imap_settings settings = dialogue_settings();
    struct buffer output;
    buffer_init(&output, 0);
    dialogue_run(&settings, SLICE("a1 NO\0OP\r\na2 NOOP\r\n"), SIZE_MAX, &output);
    struct slice said = buffer_slice(&output);
    said = slice_sub(said, slice_find(said, '\n') + 1, SIZE_MAX);
    CHECK_SLICE(said, "a1 BAD NUL in a command\r\na2 OK NOOP completed\r\n");
    buffer_clear(&output);
}

void test_session_refuses_long_lines(void)
{
    char input[4100];
    memset(input, 'x', sizeof input);
    memcpy(input, "a1 LOGIN ", 9);
    strcpy(input + 4080, "\r\na2 NOOP\r\n");
    dialogue_check(input, "a1 BAD [TOOBIG] Command is too long\r\na2 OK NOOP completed\r\n");
}

void test_session_ends_after_many_bad_commands(void)
{
    struct imap_settings settings = dialogue_settings();
    settings.bad_commands_max = 2;
    struct buffer output;
    buffer_init(&output, 0);
    dialogue_run(&settings, SLICE("a1 X\r\na2 X\r\na3 NOOP\r\na4 X\r\na5 X\r\na6 X\r\na7 NOOP\r\n"),
                 SIZE_MAX, &output);
    struct slice said = buffer_slice(&output);
    said = slice_sub(said, slice_find(said, '\n') + 1, SIZE_MAX);
    CHECK_SLICE(said,
                "a1 BAD Unknown command\r\na2 BAD Unknown command\r\na3 OK NOOP completed\r\n"
                "a4 BAD Unknown command\r\na5 BAD Unknown command\r\na6 BAD Unknown command\r\n"
                "* BYE Too many bad commands\r\n");
    buffer_clear(&output);
}

void test_session_greets_with_its_capabilities(void)
{
    struct imap_settings settings = dialogue_settings();
    struct buffer output;
    buffer_init(&output, 0);
    dialogue_run(&settings, SLICE("a1 CAPABILITY\r\n"), SIZE_MAX, &output);
    CHECK_SLICE(
        buffer_slice(&output),
        "* OK [CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ID AUTH=SCRAM-SHA-256 LOGINDISABLED]"
        " Postroom ready\r\n"
        "* CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ID AUTH=SCRAM-SHA-256 LOGINDISABLED\r\n"
        "a1 OK CAPABILITY completed\r\n");
    buffer_clear(&output);
}
