#include <stdio.h>

#include "sieve_script.h"
#include "support/check.h"

static const char mail[] = "From: coyote@desert.example.org\r\n"
                           "To: roadrunner@acme.example.com\r\n"
                           "Subject: I have a present for you\r\n"
                           "X-Caffeine: C8H10N4O2\r\n"
                           "\r\n"
                           "Look, I'm sorry about the whole anvil\r\n";

#define YES "fileinto x\n"
#define NO  "keep\n"
#define CHECK_TEST(requires, test, expected)                                                       \
    CHECK_SIEVE("require [\"fileinto\"" requires "]; if " test " { fileinto \"x\"; }", mail,       \
                expected)

/* RFC 5228 section 9. */
static const char extended[] =
    "# Example Sieve Filter\n"
    "require [\"fileinto\"];\n"
    "if header :is \"Sender\" \"owner-ietf-mta-filters@imc.org\"\n"
    "        { fileinto \"filter\"; }\n"
    "elsif address :DOMAIN :is [\"From\", \"To\"] \"example.com\" { keep; }\n"
    "elsif anyof (NOT address :all :contains [\"To\", \"Cc\", \"Bcc\"] \"me@example.com\",\n"
    "             header :matches \"subject\" [\"*make*money*fast*\", \"*university*dipl*mas*\"])\n"
    "        { fileinto \"spam\"; }\n"
    "else { fileinto \"personal\"; }\n";

void test_sieve_language_extended_example(void)
{
    CHECK_SIEVE(extended, "Sender: owner-ietf-mta-filters@imc.org\r\n\r\n", "fileinto filter\n");
    CHECK_SIEVE(extended, "From: a@Example.com\r\n\r\n", "keep\n");
    CHECK_SIEVE(extended, "To: you@example.org\r\n\r\n", "fileinto spam\n");
    CHECK_SIEVE(extended, "To: me@example.com.org\r\nSubject: MAKE real money fast\r\n\r\n",
                "fileinto spam\n");
    CHECK_SIEVE(extended, "To: me@example.com.org\r\n\r\n", "fileinto personal\n");
}

/* RFC 5228 section 5. */
void test_sieve_language_tests(void)
{
    CHECK_TEST("", "true", YES);
    CHECK_TEST("", "false", NO);
    CHECK_TEST("", "not false", YES);
    CHECK_TEST("", "allof(true, true, not false)", YES);
    CHECK_TEST("", "allof(true, false)", NO);
    CHECK_TEST("", "anyof(false, true)", YES);
    CHECK_TEST("", "anyof(false, allof(true, false))", NO);
    CHECK_TEST("", "header :is [\"X-Caffeine\"] [\"\"]", NO);
    CHECK_TEST("", "header :contains [\"X-Caffeine\"] [\"\"]", YES);
    CHECK_TEST("", "header :is [\"X-None\"] [\"\"]", NO);
    CHECK_TEST("", "exists [\"From\", \"To\"]", YES);
    CHECK_TEST("", "exists [\"From\", \"Cc\"]", NO);
    CHECK_TEST("", "exists \"From:\"", NO);
    CHECK_TEST("", "header :contains [\"X:\", \"\", \"Subject\"] \"present\"", YES);
    CHECK_TEST("", "size :over 100", YES);
    CHECK_TEST("", "size :over 1K", NO);
    CHECK_TEST("", "size :under 1M", YES);
    CHECK_TEST("", "address :localpart \"from\" \"COYOTE\"", YES);
    CHECK_TEST("", "address :comparator \"i;octet\" :localpart \"from\" \"COYOTE\"", NO);
    CHECK_TEST("", "header :matches \"subject\" \"*present*you\"", YES);
    CHECK_TEST(", \"relational\", \"comparator-i;ascii-numeric\"",
               "header :count \"ge\" :comparator \"i;ascii-numeric\" [\"to\", \"from\"] \"2\"",
               YES);
    CHECK_TEST(", \"regex\"", "header :regex \"subject\" \"present (for|from) you$\"", YES);
}

/* RFC 5228 section 5.4, RFC 5233. */
void test_sieve_language_envelope(void)
{
    struct sieve_trial notice = {.sender = ""};
    struct sieve_trial detail = {.sender = "ken+sieve@example.org"};
    struct sieve_trial none = {.no_envelope = true};
    CHECK_TEST(", \"envelope\"", "envelope :domain \"from\" \"example.com\"", YES);
    CHECK_TEST(", \"envelope\"", "envelope \"to\" \"alice@example.org\"", YES);
    CHECK_SIEVE_TRIAL(notice,
                      "require [\"envelope\", \"fileinto\"];"
                      "if envelope :all :is \"from\" \"\" { fileinto \"x\"; }",
                      mail, YES);
    CHECK_SIEVE_TRIAL(detail,
                      "require [\"envelope\", \"fileinto\", \"subaddress\"];"
                      "if allof(envelope :user \"from\" \"ken\","
                      " envelope :detail \"from\" \"sieve\") { fileinto \"x\"; }",
                      mail, YES);
    CHECK_SIEVE_TRIAL(none,
                      "require [\"envelope\", \"fileinto\"];"
                      "if envelope :matches \"from\" \"*\" { fileinto \"x\"; }",
                      mail, NO);
}

/* RFC 5228 sections 2.10 and 4, RFC 3894, RFC 5429. */
void test_sieve_language_actions(void)
{
    CHECK_SIEVE("", mail, "keep\n");
    CHECK_SIEVE("discard;", mail, "");
    CHECK_SIEVE("keep; keep; discard;", mail, "keep\n");
    CHECK_SIEVE("stop; discard;", mail, "keep\n");
    CHECK_SIEVE("redirect \"a@b.example\";", mail, "redirect a@b.example\n");
    CHECK_SIEVE("redirect \"Tim <tim@b.example>\"; redirect \"tim@b.example\";", mail,
                "redirect tim@b.example\n");
    CHECK_SIEVE("require \"fileinto\"; keep; fileinto \"Inbox\";", mail, "keep\n");
    CHECK_SIEVE("require \"fileinto\"; fileinto \"INBOX\"; keep;", mail, "fileinto INBOX\n");
    CHECK_SIEVE("require \"copy\"; redirect :copy \"a@b.example\";", mail,
                "redirect a@b.example\nkeep\n");
    CHECK_SIEVE("require [\"copy\", \"fileinto\"]; fileinto :copy \"x\"; fileinto :copy \"x\";",
                mail, "fileinto x\nkeep\n");
    CHECK_SIEVE("require \"reject\"; reject \"no\";", mail, "reject text=no\n");
    CHECK_SIEVE("require \"ereject\"; ereject text:\nno\n..\n.\n;", mail,
                "ereject text=no\r\n.\r\n\n");
    CHECK_SIEVE_FAILED("require \"reject\"; keep; reject \"no\";", mail, ERR_INVALID);
    CHECK_SIEVE_FAILED("require \"reject\"; reject \"no\"; redirect \"a@b.example\";", mail,
                       ERR_INVALID);
    CHECK_SIEVE_FAILED(
        "redirect \"1@b.example\"; redirect \"2@b.example\"; redirect \"3@b.example\";"
        "redirect \"4@b.example\"; redirect \"5@b.example\"; redirect \"6@b.example\";",
        mail, ERR_LIMIT);
}

void test_sieve_language_mistakes(void)
{
    CHECK_SIEVE_REFUSED("frobnicate;", 1);
    CHECK_SIEVE_REFUSED("keep\ndiscard;", 2);
    CHECK_SIEVE_REFUSED("keep;\nrequire \"fileinto\";", 2);
    CHECK_SIEVE_REFUSED("require \"frobnicate\";", 1);
    CHECK_SIEVE_REFUSED("fileinto \"x\";", 1);
    CHECK_SIEVE_REFUSED("keep \"x\";", 1);
    CHECK_SIEVE_REFUSED("redirect;", 1);
    CHECK_SIEVE_REFUSED("redirect [\"a@b.example\"];", 1);
    CHECK_SIEVE_REFUSED("redirect \"nobody\";", 1);
    CHECK_SIEVE_REFUSED("redirect :copy \"a@b.example\";", 1);
    CHECK_SIEVE_REFUSED("if true;", 1);
    CHECK_SIEVE_REFUSED("if { keep; }", 1);
    CHECK_SIEVE_REFUSED("if true { keep; } keep; else { stop; }", 1);
    CHECK_SIEVE_REFUSED("if true { } else { } elsif true { }", 1);
    CHECK_SIEVE_REFUSED("if not { }", 1);
    CHECK_SIEVE_REFUSED("if allof true { }", 1);
    CHECK_SIEVE_REFUSED("if header :is :contains \"a\" \"b\" { }", 1);
    CHECK_SIEVE_REFUSED("if header \"a\" :is \"b\" { }", 1);
    CHECK_SIEVE_REFUSED("if header :comparator \"i;none\" \"a\" \"b\" { }", 1);
    CHECK_SIEVE_REFUSED("if header :comparator \"i;ascii-numeric\" \"a\" \"b\" { }", 1);
    CHECK_SIEVE_REFUSED("require \"comparator-i;ascii-numeric\";\n"
                        "if header :contains :comparator \"i;ascii-numeric\" \"a\" \"b\" { }",
                        2);
    CHECK_SIEVE_REFUSED("if header :value \"gt\" \"a\" \"b\" { }", 1);
    CHECK_SIEVE_REFUSED("require \"relational\"; if header :value \"gte\" \"a\" \"b\" { }", 1);
    CHECK_SIEVE_REFUSED("require \"regex\"; if header :regex \"a\" \"(\" { }", 1);
    CHECK_SIEVE_REFUSED("if size 100 { }", 1);
    CHECK_SIEVE_REFUSED("if true { require \"copy\"; }", 1);
    CHECK_SIEVE_REFUSED("keep; # \xff", 1);
}

/* RFC 5229. */
#define VARIABLES "require [\"variables\", \"fileinto\", \"relational\", \"encoded-character\"];\n"
void test_sieve_language_variables(void)
{
    CHECK_SIEVE(VARIABLES "set \"dollar\" \"$\"; set \"text\" \"regarding ${dollar}{beep}\";"
                          "fileinto \"${text}\";",
                mail, "fileinto regarding ${beep}\n");
    CHECK_SIEVE(VARIABLES "set \"a\" \"juMBlEd lETteRS\";"
                          "set :length \"b\" \"${a}\"; set :lower \"c\" \"${a}\";"
                          "set :upperfirst \"d\" \"${a}\"; set :upperfirst :lower \"e\" \"${A}\";"
                          "set :quotewildcard \"f\" \"Rock*\";"
                          "fileinto \"${b}|${c}|${d}|${e}|${f}|${none}|${1}|&%${}!|${ a}\";",
                mail,
                "fileinto 15|jumbled letters|JuMBlEd lETteRS|Jumbled letters|Rock\\*|||&%${}!|${ a}"
                "\n");
    CHECK_SIEVE(VARIABLES "if header :matches \"Subject\" \"* a * for *\" {"
                          " if header :matches \"X-Caffeine\" \"Z*\" { stop; }"
                          " fileinto \"${1}|${2}|${3}|${4}\"; }",
                mail, "fileinto I have|present|you|\n");
    CHECK_SIEVE(VARIABLES "set \"state\" \"${state} pending\";"
                          "if string :matches \" ${state} \" \"* pending *\" { fileinto \"x\"; }",
                mail, YES);
    CHECK_SIEVE(VARIABLES "if string :count \"eq\" [\"a\", \"\", \"b\"] \"2\" { fileinto \"x\"; }",
                mail, YES);
    CHECK_SIEVE_REFUSED(VARIABLES "set \"a b\" \"x\";", 2);
    CHECK_SIEVE_REFUSED(VARIABLES "set \"a.b\" \"x\";", 2);
    CHECK_SIEVE_REFUSED(VARIABLES "set :lower :upper \"a\" \"x\";", 2);
    CHECK_SIEVE("require \"fileinto\"; fileinto \"${a}\";", mail, "fileinto ${a}\n");
}

/* RFC 5228 section 2.4.2.4. */
void test_sieve_language_encoded_characters(void)
{
    CHECK_SIEVE(VARIABLES "fileinto \"$${hex:40}|${hex: 40 }|${HEX: 41 42}|${hex:40|${hex:400}|"
                          "${unicode:40}|${ unicode:40}|${UNICODE:0000040}|${Unicode:E4}\";",
                mail, "fileinto $@|@|AB|${hex:40|${hex:400}|@|${ unicode:40}|@|\xc3\xa4\n");
    CHECK_SIEVE_REFUSED(VARIABLES "fileinto \"${unicode:200000}\";", 2);
    CHECK_SIEVE_REFUSED(VARIABLES "fileinto \"${Unicode:DF01}\";", 2);
}

/* RFC 5463. */
void test_sieve_language_ihave(void)
{
    CHECK_SIEVE("require \"ihave\"; if ihave \"fileinto\" { fileinto \"x\"; }", mail, YES);
    CHECK_SIEVE("require \"ihave\"; if ihave [\"fileinto\", \"foo\"] { foo; } else { discard; }",
                mail, "");
    CHECK_SIEVE("require \"ihave\"; if not ihave \"foo\" { discard; } else { foo; }", mail, "");
    CHECK_SIEVE("require \"ihave\"; if allof(true, ihave \"foo\", bar) { } ", mail, NO);
    CHECK_SIEVE_FAILED("require \"ihave\"; if not ihave \"foo\" { error \"sorry\"; }", mail,
                       ERR_INVALID);
}

/* Rules, and what happens to a script that costs too much. */
void test_sieve_language_is_bounded(void)
{
    struct buffer script, message;
    buffer_init(&script, 0);
    buffer_init(&message, 0);
    buffer_add_cstr(&message, "Subject: ");
    for (int i = 0; i < 3000; i++)
        buffer_add_cstr(&message, "aaaaaaaaaaaaaaa ");
    buffer_add_cstr(&message, "\r\n\r\n");
    buffer_add_char(&message, '\0');
    for (int i = 0; i < 2000; i++)
        buffer_add_cstr(&script, "if header :contains \"subject\" \"b\" { stop; }\n");
    buffer_add_char(&script, '\0');
    CHECK_SIEVE_FAILED(script.data, message.data, ERR_LIMIT);
    buffer_reset(&script);
    for (int i = 0; i < 40; i++)
        buffer_add_cstr(&script, "if true { ");
    buffer_add_char(&script, '\0');
    struct sieve_program *program = NULL;
    struct sieve_problem problem;
    CHECK_ERR(sieve_compile(slice_cstr(script.data), NULL, &program, &problem), ERR_LIMIT);
    buffer_clear(&script);
    buffer_clear(&message);
}

/* Sorted, as ManageSieve shows them (RFC 5804 section 1.7). */
void test_sieve_language_extensions(void)
{
    struct slice rest = sieve_extensions(), before = SLICE_EMPTY;
    size_t count = 0;
    while (rest.len > 0) {
        size_t end = slice_find(rest, ' ');
        struct slice name = slice_sub(rest, 0, end);
        CHECK(slice_compare(before, name) < 0);
        before = name;
        rest = slice_sub(rest, end + 1, rest.len);
        char script[100];
        snprintf(script, sizeof script, "require \"%.*s\";", SLICE_ARGS(name));
        CHECK_SIEVE(script, mail, NO);
        count++;
    }
    CHECK_INT(count, 37);
}

/* RFC 5232. */
#define FLAGS "require [\"imap4flags\", \"fileinto\", \"variables\", \"relational\"];\n"
void test_sieve_language_flags(void)
{
    CHECK_SIEVE(FLAGS "setflag \"\\\\Deleted \\\\flagged\"; addflag [\"work\", \"bad(flag\"];"
                      "removeflag \"\\\\FLAGGED\";"
                      "if hasflag :count \"eq\" \"2\" { if hasflag [\"\\\\deleted\"]"
                      " { fileinto \"x\"; } }",
                mail, "fileinto x flags=deleted|work\n");
    CHECK_SIEVE(FLAGS "addflag \"v\" \"a b\"; addflag \"v\" \"B c\";"
                      "if not hasflag \"a\" { if hasflag \"v\" \"c\" { fileinto \"${v}\"; } }",
                mail, "fileinto a b c\n");
    CHECK_SIEVE(FLAGS
                "addflag \"\\\\Seen\"; keep; fileinto :flags \"\" \"x\"; removeflag \"\\\\Seen\";"
                "fileinto \"y\";",
                mail, "keep flags=seen\nfileinto x flags=\nfileinto y\n");
    CHECK_SIEVE(FLAGS "setflag \"\\\\Answered\";", mail, "keep flags=answered\n");
}

/* RFC 5228 section 5.1: only fields that contain addresses. */
void test_sieve_language_address_is_for_fields_with_addresses(void)
{
    CHECK_SIEVE_REFUSED("if address \"Subject\" \"x\" { keep; }", 1);
    CHECK_SIEVE_REFUSED("if true {\n if address :domain [\"to\", \"X-Caffeine\"] \"x\" {} }", 2);
    CHECK_TEST("", "address [\"Resent-To\", \"X-Original-To\", \"Errors-To\"] \"x\"", NO);
    CHECK_SIEVE("require [\"fileinto\", \"variables\"]; set \"name\" \"Subject\";"
                "if address :contains \"${name}\" \"\" { fileinto \"x\"; }",
                mail, NO);
}

/* RFC 5228 section 2.4.2.3 with the white space of RFC 5322 section 3.4.1. */
void test_sieve_language_addresses_with_white_space(void)
{
    CHECK_SIEVE("redirect \"Al  < al @ example.com > \";", mail, "redirect al@example.com\n");
    CHECK_SIEVE("redirect \" al@ example.com\";", mail, "redirect al@example.com\n");
    CHECK_SIEVE("redirect \"\\\"a @ b\\\"@example.com\";", mail,
                "redirect \"a @ b\"@example.com\n");
    CHECK_SIEVE_REFUSED("redirect \"Al al@example.com\";", 1);
    CHECK_SIEVE_REFUSED("redirect \"al@exam ple.com\";", 1);
    CHECK_SIEVE_REFUSED("redirect \" @ \";", 1);
}

/* RFC 5228 section 2.4.2: lines are those of the grammar, whatever the file has. */
void test_sieve_language_lines_of_quoted_strings_end_with_crlf(void)
{
    CHECK_SIEVE("require \"reject\"; reject \"a\nb\r\nc\\\nd\";", mail,
                "reject text=a\r\nb\r\nc\r\nd\n");
}

/* RFC 5463 section 4: what changes the language itself is not there for ihave. */
void test_sieve_language_ihave_of_what_changes_the_language(void)
{
    CHECK_TEST(", \"ihave\"", "ihave \"variables\"", NO);
    CHECK_TEST(", \"ihave\"", "ihave [\"copy\", \"encoded-character\"]", NO);
    CHECK_TEST(", \"ihave\"", "ihave [\"copy\", \"envelope\"]", YES);
}
