#include "proto/lmtp_command.h"
#include "support/check.h"

static struct arena arena;

/* What it has in the arena lives until the next one. */
static struct lmtp_command parsed(const char *line)
{
    struct lmtp_command command = {0};
    arena_clear(&arena);
    arena_init(&arena, 0);
    CHECK_OK(lmtp_command_parse(slice_cstr(line), &arena, &command));
    return command;
}

static void check_refused(struct slice line, int err)
{
    struct lmtp_command command = {.size = 7};
    arena_init(&arena, 0);
    CHECK_INT(lmtp_command_parse(line, &arena, &command), err);
    CHECK_U64(command.size, 7);
    arena_clear(&arena);
}

void test_lmtp_command_knows_its_verbs(void)
{
    static const struct {
        const char *line;
        enum lmtp_verb verb;
    } cases[] = {{"LHLO mx.example.org", LMTP_LHLO},
                 {"lhlo [127.0.0.1] ", LMTP_LHLO},
                 {"DATA", LMTP_DATA},
                 {"data  ", LMTP_DATA},
                 {"RSET", LMTP_RSET},
                 {"NOOP whatever you say", LMTP_NOOP},
                 {"VRFY alice", LMTP_VRFY},
                 {"STARTTLS", LMTP_STARTTLS},
                 {"QUIT", LMTP_QUIT},
                 {"EHLO there", LMTP_HELO},
                 {"HELO there", LMTP_HELO}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_INT(parsed(cases[i].line).verb, cases[i].verb);
    check_refused(SLICE("SEND FROM:<a@b>"), -ERR_NOT_FOUND);
    check_refused(SLICE(""), -ERR_NOT_FOUND);
    check_refused(SLICE("DATAS"), -ERR_NOT_FOUND);
    check_refused(SLICE("DATA now"), -ERR_SYNTAX);
    check_refused(SLICE("LHLO"), -ERR_SYNTAX);
    check_refused(SLICE("LHLO a b"), -ERR_SYNTAX);
}

void test_lmtp_command_reads_paths(void)
{
    struct lmtp_command command = parsed("MAIL FROM:<alice@example.org>");
    CHECK_INT(command.verb, LMTP_MAIL);
    CHECK_SLICE(command.address.local, "alice");
    CHECK_SLICE(command.address.domain, "example.org");
    CHECK(!command.null_path);
    CHECK(parsed("MAIL FROM:<>").null_path);
    command = parsed("rcpt to: <@a.example,@b.example:\"x>\\\" y\"@c.example>");
    CHECK_INT(command.verb, LMTP_RCPT);
    CHECK_SLICE(command.address.local, "x>\" y");
    CHECK_SLICE(command.path, "\"x>\\\" y\"@c.example");
    CHECK_SLICE(parsed("RCPT TO:<Postmaster>").address.local, "Postmaster");
    arena_clear(&arena);
}

void test_lmtp_command_refuses_odd_paths(void)
{
    static const char *const lines[] = {"MAIL",
                                        "MAIL alice@example.org",
                                        "MAIL FROM alice@example.org",
                                        "MAIL FROM:a@b",
                                        "MAIL FROM:<a@b",
                                        "MAIL FROM:<a@b>SIZE=1",
                                        "RCPT TO:<>",
                                        "RCPT TO:<a b@c>",
                                        "RCPT TO:<\"a@b>",
                                        "RCPT FROM:<a@b>",
                                        "RCPT TO:<@a.example:>"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        check_refused(slice_cstr(lines[i]), -ERR_SYNTAX);
    check_refused(SLICE("RCPT TO:<\xff@b>"), -ERR_CHARSET);
    check_refused(SLICE("RCPT TO:<a\0@b>"), -ERR_SYNTAX);
    arena_clear(&arena);
}

void test_lmtp_command_reads_parameters(void)
{
    struct lmtp_command command =
        parsed("MAIL FROM:<a@b> SIZE=1000 body=8bitmime SMTPUTF8 RET=HDRS  ENVID=QQ314159");
    CHECK_U64(command.size, 1000);
    CHECK_INT(command.body, LMTP_BODY_8BITMIME);
    CHECK(command.utf8);
    CHECK_SLICE(command.envelope_id, "QQ314159");
    CHECK_INT(parsed("MAIL FROM:<> BODY=BINARYMIME").body, LMTP_BODY_BINARYMIME);
    command = parsed("RCPT TO:<a@b> NOTIFY=SUCCESS,delay ORCPT=rfc822;Bob@Example.COM");
    CHECK_SLICE(command.original, "rfc822;Bob@Example.COM");
    CHECK_INT(parsed("RCPT TO:<a@b> NOTIFY=NEVER").verb, LMTP_RCPT);
}

void test_lmtp_command_refuses_odd_parameters(void)
{
    static const char *const lines[] = {"MAIL FROM:<a@b> SIZE=many",
                                        "MAIL FROM:<a@b> SIZE=",
                                        "MAIL FROM:<a@b> BODY=9BIT",
                                        "MAIL FROM:<a@b> SMTPUTF8=1",
                                        "MAIL FROM:<a@b> RET=SOME",
                                        "MAIL FROM:<a@b> ENVID",
                                        "RCPT TO:<a@b> NOTIFY=",
                                        "RCPT TO:<a@b> NOTIFY=DELAY,",
                                        "RCPT TO:<a@b> NOTIFY=NEVER,DELAY",
                                        "RCPT TO:<a@b> ORCPT=;a@b",
                                        "MAIL FROM:<a@b> SIZE=99999999999999999999"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        check_refused(slice_cstr(lines[i]), -ERR_SYNTAX);
    check_refused(SLICE("MAIL FROM:<a@b> AUTH=<>"), -ERR_INVALID);
    check_refused(SLICE("RCPT TO:<a@b> SIZE=1"), -ERR_INVALID);
}

void test_lmtp_command_reads_chunks(void)
{
    struct lmtp_command command = parsed("BDAT 86");
    CHECK_U64(command.size, 86);
    CHECK(!command.last);
    command = parsed("bdat 0 last");
    CHECK_U64(command.size, 0);
    CHECK(command.last);
    check_refused(SLICE("BDAT"), -ERR_SYNTAX);
    check_refused(SLICE("BDAT -1"), -ERR_SYNTAX);
    check_refused(SLICE("BDAT 1 FIRST"), -ERR_SYNTAX);
    check_refused(SLICE("BDAT 1 LAST 2"), -ERR_SYNTAX);
}
