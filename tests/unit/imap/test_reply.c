#include "reply.h"

#include <unistd.h>

#include "base/log.h"
#include "dialogue.h"
#include "fiber/loop.h"
#include "server_private.h"
#include "support/check.h"

/* What the client of `session` has been sent. */
static void check_said(struct session *session, int peer, const char *expected)
{
    static char octets[8192];
    CHECK_OK(stream_flush(session->stream));
    ssize_t len = read(peer, octets, sizeof octets);
    check_slice(slice_of(octets, len > 0 ? (size_t)len : 0), slice_cstr(expected), "said", __FILE__,
                __LINE__);
}

struct reply_case {
    enum err err;
    const char *expected;
};

static const struct reply_case reply_cases[] = {
    {ERR_SYNTAX, "a1 BAD why\r\n"},
    {ERR_LIMIT, "a1 NO [LIMIT] why\r\n"},
    {ERR_TOO_BIG, "a1 NO [TOOBIG] why\r\n"},
    {ERR_INVALID, "a1 NO [CANNOT] why\r\n"},
    {ERR_CHARSET, "a1 NO [BADCHARSET (US-ASCII UTF-8)] why\r\n"},
    {ERR_NOT_FOUND, "a1 NO [NONEXISTENT] why\r\n"},
    {ERR_EXISTS, "a1 NO [ALREADYEXISTS] why\r\n"},
    {ERR_DENIED, "a1 NO [NOPERM] why\r\n"},
    {ERR_READ_ONLY, "a1 NO [READ-ONLY] why\r\n"},
    {ERR_CREDENTIALS, "a1 NO [AUTHENTICATIONFAILED] why\r\n"},
    {ERR_PRIVACY, "a1 NO [PRIVACYREQUIRED] why\r\n"},
    {ERR_OVER_QUOTA, "a1 NO [OVERQUOTA] why\r\n"},
};

static void reply_with_each_error(void *arg)
{
    (void)arg;
    static const struct imap_command row = {.name = "NOOP"};
    struct command command = {.row = &row, .tag = SLICE("a1")};
    struct imap_server server = {.settings = dialogue_settings()};
    int peer;
    struct session *session = dialogue_bare_session(&server, &peer);
    for (size_t i = 0; i < sizeof reply_cases / sizeof reply_cases[0]; i++) {
        CHECK_OK(reply_tagged(session, &command, fail(reply_cases[i].err, "why")));
        check_said(session, peer, reply_cases[i].expected);
    }
    dialogue_bare_session_free(&session, peer);
}

void test_reply_maps_errors_to_response_codes(void)
{
    CHECK_OK(log_open("/dev/null", LOG_ERROR));
    CHECK_OK(loop_run_main(reply_with_each_error, NULL));
}

static void reply_try_create(void *arg)
{
    (void)arg;
    static const struct imap_command row = {.name = "COPY"};
    struct command command = {.row = &row, .tag = SLICE("a1")};
    command.wanted[1] = (struct rights_wanted){.subject = RIGHTS_OF_MAILBOX, .try_create = true};
    struct imap_server server = {.settings = dialogue_settings()};
    int peer;
    struct session *session = dialogue_bare_session(&server, &peer);
    CHECK_OK(reply_tagged(session, &command, fail(ERR_NOT_FOUND, "why")));
    check_said(session, peer, "a1 NO [TRYCREATE] why\r\n");
    dialogue_bare_session_free(&session, peer);
}

void test_reply_tells_to_create_the_missing_target(void)
{
    CHECK_OK(log_open("/dev/null", LOG_ERROR));
    CHECK_OK(loop_run_main(reply_try_create, NULL));
}

static void reply_odd_text(void *arg)
{
    (void)arg;
    struct imap_server server = {.settings = dialogue_settings()};
    int peer;
    struct session *session = dialogue_bare_session(&server, &peer);
    CHECK_OK(reply_bad(session, SLICE("a1"), "TOOBIG", "caf\303\251\tx"));
    check_said(session, peer, "a1 BAD [TOOBIG] caf?? x\r\n");
    CHECK_OK(reply_bad(session, SLICE_EMPTY, NULL, "no tag"));
    check_said(session, peer, "* BAD no tag\r\n");
    dialogue_bare_session_free(&session, peer);
}

void test_reply_text_is_seven_bit_on_one_line(void)
{
    CHECK_OK(log_open("/dev/null", LOG_ERROR));
    CHECK_OK(loop_run_main(reply_odd_text, NULL));
}
