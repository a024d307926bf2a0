#include "proto/command_reader.h"
#include "proto/sieve_command.h"
#include "support/check.h"

#include <stdlib.h>

static struct arena arena;

/* What it has in the arena lives until the next one. */
static struct sieve_command parsed(struct slice text)
{
    struct sieve_command command = {0};
    arena_clear(&arena);
    arena_init(&arena, 0);
    CHECK_OK(sieve_command_parse(text, &arena, &command));
    return command;
}

static void check_refused(struct slice text, int err)
{
    struct sieve_command command = {.size = 7};
    arena_init(&arena, 0);
    CHECK_INT(sieve_command_parse(text, &arena, &command), err);
    CHECK_U64(command.size, 7);
    arena_clear(&arena);
}

void test_sieve_command_knows_its_verbs(void)
{
    static const struct {
        const char *text;
        enum sieve_verb verb;
    } cases[] = {{"AUTHENTICATE \"PLAIN\"", SIEVE_VERB_AUTHENTICATE},
                 {"StartTLS", SIEVE_VERB_STARTTLS},
                 {"LOGOUT", SIEVE_VERB_LOGOUT},
                 {"Capability", SIEVE_VERB_CAPABILITY},
                 {"HAVESPACE \"a\" 1", SIEVE_VERB_HAVESPACE},
                 {"PUTSCRIPT \"a\" \"keep;\"", SIEVE_VERB_PUTSCRIPT},
                 {"Listscripts", SIEVE_VERB_LISTSCRIPTS},
                 {"SETACTIVE \"\"", SIEVE_VERB_SETACTIVE},
                 {"GETSCRIPT \"a\"", SIEVE_VERB_GETSCRIPT},
                 {"DELETESCRIPT \"a\"", SIEVE_VERB_DELETESCRIPT},
                 {"RENAMESCRIPT \"a\" \"b\"", SIEVE_VERB_RENAMESCRIPT},
                 {"CHECKSCRIPT \"keep;\"", SIEVE_VERB_CHECKSCRIPT},
                 {"NOOP", SIEVE_VERB_NOOP},
                 {"UNAUTHENTICATE", SIEVE_VERB_UNAUTHENTICATE}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_INT(parsed(slice_cstr(cases[i].text)).verb, cases[i].verb);
    check_refused(SLICE(""), -ERR_NOT_FOUND);
    check_refused(SLICE(" NOOP"), -ERR_NOT_FOUND);
    check_refused(SLICE("NOOPS"), -ERR_NOT_FOUND);
    check_refused(SLICE("a1 NOOP"), -ERR_NOT_FOUND);
}

void test_sieve_command_counts_arguments(void)
{
    static const char *const wrong[] = {"LOGOUT ",          "LOGOUT now",
                                        "AUTHENTICATE",     "AUTHENTICATE \"A\" \"b\" \"c\"",
                                        "HAVESPACE \"a\"",  "HAVESPACE \"a\" ",
                                        "PUTSCRIPT \"a\"",  "PUTSCRIPT  \"a\" \"b\"",
                                        "SETACTIVE",        "RENAMESCRIPT \"a\"\"b\"",
                                        "CHECKSCRIPT keep", "NOOP \"a\" ",
                                        "GETSCRIPT a",      "NOOP {0+}",
                                        "NOOP \"a\"\"b\"",  "HAVESPACE \"a\" 1 "};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        check_refused(slice_cstr(wrong[i]), -ERR_SYNTAX);
}

void test_sieve_command_reads_quoted_strings(void)
{
    struct sieve_command command =
        parsed(SLICE("PUTSCRIPT \"a \\\"b\\\" \\\\\" \"k {3} \xc3\xa9\""));
    CHECK_SLICE(command.name, "a \"b\" \\");
    CHECK_SLICE(command.script, "k {3} \xc3\xa9");
    CHECK_SLICE(parsed(SLICE("NOOP \"\"")).text, "");
    CHECK(parsed(SLICE("NOOP \"\"")).text.data != NULL);
    CHECK(parsed(SLICE("NOOP")).text.data == NULL);
    check_refused(SLICE("NOOP \"a"), -ERR_SYNTAX);
    check_refused(SLICE("NOOP \"a\\"), -ERR_SYNTAX);
    check_refused(SLICE("NOOP \"a\\n\""), -ERR_SYNTAX);
    check_refused(SLICE("NOOP \"a\r\nb\""), -ERR_SYNTAX);
    check_refused(SLICE("NOOP \"a\0b\""), -ERR_SYNTAX);
    check_refused(SLICE("NOOP \"\xff\""), -ERR_SYNTAX);
}

void test_sieve_command_reads_literals(void)
{
    struct sieve_command command = parsed(SLICE("PUTSCRIPT {3}\r\nabc {6+}\r\nke\r\np;"));
    CHECK_SLICE(command.name, "abc");
    CHECK_SLICE(command.script, "ke\r\np;");
    CHECK_SLICE(parsed(SLICE("CHECKSCRIPT {0}\r\n")).script, "");
    CHECK_SLICE(parsed(SLICE("CHECKSCRIPT {2}\r\n\0\xff")).script, "\0\xff");
    check_refused(SLICE("CHECKSCRIPT {3}\r\nab"), -ERR_SYNTAX);
    check_refused(SLICE("CHECKSCRIPT {1}\r\nab"), -ERR_SYNTAX);
    check_refused(SLICE("CHECKSCRIPT {}\r\n"), -ERR_SYNTAX);
    check_refused(SLICE("CHECKSCRIPT {+}\r\n"), -ERR_SYNTAX);
    check_refused(SLICE("CHECKSCRIPT {1++}\r\na"), -ERR_SYNTAX);
    check_refused(SLICE("CHECKSCRIPT {-1}\r\na"), -ERR_SYNTAX);
    check_refused(SLICE("CHECKSCRIPT {1}\na"), -ERR_SYNTAX);
    check_refused(SLICE("CHECKSCRIPT {"), -ERR_SYNTAX);
    check_refused(SLICE("CHECKSCRIPT {1}"), -ERR_SYNTAX);
    check_refused(SLICE("CHECKSCRIPT {99999999999}\r\n"), -ERR_SYNTAX);
}

void test_sieve_command_reads_numbers(void)
{
    CHECK_U64(parsed(SLICE("HAVESPACE \"a\" 0")).size, 0);
    CHECK_U64(parsed(SLICE("HAVESPACE \"a\" 4294967295")).size, UINT32_MAX);
    check_refused(SLICE("HAVESPACE \"a\" 4294967296"), -ERR_SYNTAX);
    check_refused(SLICE("HAVESPACE \"a\" -1"), -ERR_SYNTAX);
    check_refused(SLICE("HAVESPACE \"a\" \"1\""), -ERR_SYNTAX);
}

void test_sieve_command_checks_names(void)
{
    static const char *const good[] = {"GETSCRIPT \" \"", "GETSCRIPT \"\xe2\x98\x83/../%\"",
                                       "SETACTIVE \"\""};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        (void)parsed(slice_cstr(good[i]));
    static const char *const bad[] = {
        "GETSCRIPT \"\"",         "GETSCRIPT \"a\tb\"",         "GETSCRIPT \"\x7f\"",
        "GETSCRIPT \"\xc2\x85\"", "GETSCRIPT \"\xe2\x80\xa8\"", "SETACTIVE \"\xe2\x80\xa9\"",
        "GETSCRIPT {1}\r\n\xff",  "GETSCRIPT {2}\r\n\r\n",      "RENAMESCRIPT \"a\" \"\""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_refused(slice_cstr(bad[i]), -ERR_INVALID);
    char text[600];
    memset(text, 'x', sizeof text);
    memcpy(text, "GETSCRIPT \"", 11);
    text[11 + SIEVE_COMMAND_NAME_MAX] = '"';
    CHECK_U64(parsed(slice_of(text, 12 + SIEVE_COMMAND_NAME_MAX)).name.len, SIEVE_COMMAND_NAME_MAX);
    text[11 + SIEVE_COMMAND_NAME_MAX] = 'x';
    text[12 + SIEVE_COMMAND_NAME_MAX] = '"';
    check_refused(slice_of(text, 13 + SIEVE_COMMAND_NAME_MAX), -ERR_INVALID);
}

void test_sieve_command_reads_initial_responses(void)
{
    struct sieve_command command = parsed(SLICE("AUTHENTICATE \"PLAIN\" {4+}\r\nAGE="));
    CHECK_SLICE(command.text, "PLAIN");
    CHECK_SLICE(command.initial, "AGE=");
    command = parsed(SLICE("AUTHENTICATE \"PLAIN\""));
    CHECK(command.initial.data == NULL);
    CHECK(parsed(SLICE("AUTHENTICATE \"PLAIN\" \"\"")).initial.data != NULL);
}

void test_sieve_command_reads_answers(void)
{
    struct slice answer = SLICE("untouched");
    arena_init(&arena, 0);
    CHECK_ERR(sieve_command_parse_answer(SLICE("*"), &arena, &answer), ERR_SYNTAX);
    CHECK_ERR(sieve_command_parse_answer(SLICE("\"a\" "), &arena, &answer), ERR_SYNTAX);
    CHECK_SLICE(answer, "untouched");
    CHECK_OK(sieve_command_parse_answer(SLICE("\"*\""), &arena, &answer));
    CHECK_SLICE(answer, "*");
    CHECK_OK(sieve_command_parse_answer(SLICE("{2+}\r\nab"), &arena, &answer));
    CHECK_SLICE(answer, "ab");
    arena_clear(&arena);
}

void test_sieve_command_knows_what_has_a_script(void)
{
    CHECK(sieve_command_has_script(SLICE("putscript \"a\" {3}")));
    CHECK(sieve_command_has_script(SLICE("CHECKSCRIPT {3}")));
    CHECK(!sieve_command_has_script(SLICE("GETSCRIPT {3}")));
    CHECK(!sieve_command_has_script(SLICE("PUTSCRIPT")) == false);
    CHECK(!sieve_command_has_script(SLICE("PUTSCRIPTS {3}")));
    CHECK(!sieve_command_has_script(SLICE("")));
}

/* From the wire ------------------------------------------------------------------------------- */

static const char session[] = "CHECKSCRIPT {5}\r\nkeep;\r\n"
                              "NOOP \"a {3}\"\r\n"
                              "PUTSCRIPT {2+}\r\n{9 {9+}\r\nNOOP\r\n{2}\r\n"
                              "PUTSCRIPT \"long\" {30+}\r\n012345678901234567890123NOOP\r\n\r\n"
                              "GETSCRIPT {40}\r\n0123456789012345678901234567890123NOOP\r\n\r\n"
                              "LOGOUT\r\n";

static void note(struct buffer *log, struct slice text)
{
    struct sieve_command command;
    arena_init(&arena, 0);
    int err = sieve_command_parse(text, &arena, &command);
    if (err)
        buffer_printf(log, "%s;", err_name(err));
    else
        buffer_printf(log, "%d %.*s|%.*s|%.*s;", (int)command.verb, SLICE_ARGS(command.name),
                      SLICE_ARGS(command.script), SLICE_ARGS(command.text));
    arena_clear(&arena);
}

static void react(struct command_reader *reader, enum command_event event, struct buffer *log)
{
    if (event == COMMAND_LITERAL && command_reader_accept_literal(reader))
        command_reader_refuse_literal(reader);
    if (event == COMMAND_COMPLETE)
        note(log, command_reader_text(reader));
    if (event == COMMAND_SKIPPED)
        buffer_add_cstr(log, "skipped;");
    if (event == COMMAND_COMPLETE || event == COMMAND_SKIPPED)
        command_reader_reset(reader);
}

static void check_session(size_t first, size_t piece)
{
    struct slice input = slice_cstr(session);
    struct command_reader reader;
    struct command_reader_limits limits = {
        .line_max = 80, .literal_max = 20, .total_max = 120, .unasked = true};
    struct buffer log;
    buffer_init(&log, 0);
    command_reader_init(&reader, &limits);
    for (size_t at = 0; at < input.len;) {
        size_t used, end = at < first ? first - at : piece;
        react(&reader, command_reader_feed(&reader, slice_sub(input, at, end), &used), &log);
        at += used;
    }
    command_reader_clear(&reader);
    CHECK_SLICE(buffer_slice(&log),
                "11 |keep;|;12 ||a {3};5 {9|NOOP\r\n{2}|;skipped;skipped;2 ||;");
    buffer_clear(&log);
}

void test_sieve_command_comes_in_pieces(void)
{
    check_session(0, 1);
    for (size_t split = 0; split < sizeof session; split++)
        check_session(split, SIZE_MAX);
}
