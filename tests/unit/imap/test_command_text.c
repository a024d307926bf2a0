#include "command_text.h"

#include "server_private.h"
#include "support/check.h"

/* What looking ahead finds at a literal's header. */
static int look(enum session_state state, const char *text, enum literal_use *use_out)
{
    struct imap_server server = {.settings = {.list_items_max = 100}};
    struct session session = {.server = &server, .state = state};
    struct arena arena;
    arena_init(&arena, 0);
    struct command command = {.arena = &arena};
    int err = command_text_look_ahead(&session, slice_cstr(text), &command, use_out);
    arena_clear(&arena);
    return err;
}

static void check_use(enum session_state state, const char *text, enum literal_use expected)
{
    enum literal_use use = LITERAL_GATHERED;
    CHECK_OK(look(state, text, &use));
    CHECK_INT(use, expected);
}

static void check_refused(enum session_state state, const char *text, enum err expected)
{
    enum literal_use use;
    CHECK_ERR(look(state, text, &use), expected);
}

void test_command_text_streams_only_the_message(void)
{
    check_use(STATE_AUTHENTICATED, "a APPEND INBOX {10}", LITERAL_STREAMED);
    check_use(STATE_AUTHENTICATED, "a append INBOX (\\Seen) {10}", LITERAL_STREAMED);
    check_use(STATE_AUTHENTICATED, "a APPEND INBOX \" 1-Jan-2020 00:00:00 +0000\" {10}",
              LITERAL_STREAMED);
    check_use(STATE_AUTHENTICATED, "a APPEND {5}", LITERAL_GATHERED);
    check_use(STATE_AUTHENTICATED, "a APPEND {5}\r\nINBOX {10}", LITERAL_STREAMED);
}

void test_command_text_gathers_arguments(void)
{
    check_use(STATE_NOT_AUTHENTICATED, "a LOGIN {5}", LITERAL_GATHERED);
    check_use(STATE_NOT_AUTHENTICATED, "a LOGIN {5}\r\nalice {6}", LITERAL_GATHERED);
    check_use(STATE_SELECTED, "a SEARCH SUBJECT {5}", LITERAL_GATHERED);
    check_use(STATE_SELECTED, "a UID FETCH 1 BODY[HEADER.FIELDS (Date {4}", LITERAL_GATHERED);
    check_use(STATE_AUTHENTICATED, "a ID (\"name\" {4}", LITERAL_GATHERED);
    check_use(STATE_AUTHENTICATED, "a LIST \"\" {1}", LITERAL_GATHERED);
    check_use(STATE_AUTHENTICATED, "a LIST (SUBSCRIBED) \"\" (a {1}", LITERAL_GATHERED);
}

void test_command_text_refuses_before_the_literal(void)
{
    check_refused(STATE_AUTHENTICATED, "a APPEND INBOX \"yesterday\" {10}", ERR_SYNTAX);
    check_refused(STATE_AUTHENTICATED, "a APPEND INBOX (\\Foo) {10}", ERR_INVALID);
    check_refused(STATE_AUTHENTICATED, "a APPEND INBOX (\\Seen {10}", ERR_SYNTAX);
    check_refused(STATE_NOT_AUTHENTICATED, "a APPEND INBOX {10}", ERR_SYNTAX);
    check_refused(STATE_AUTHENTICATED, "a SEARCH SUBJECT {10}", ERR_SYNTAX);
    check_refused(STATE_SELECTED, "a SEARCH SUBJEKT {10}", ERR_SYNTAX);
    check_refused(STATE_SELECTED, "a FETCH 1 {10}", ERR_SYNTAX);
    check_refused(STATE_SELECTED, "a NOOP {10}", ERR_SYNTAX);
    check_refused(STATE_SELECTED, "a FOO {10}", ERR_SYNTAX);
    check_refused(STATE_SELECTED, "{10}", ERR_SYNTAX);
}

static void check_tag(const char *text, const char *expected)
{
    struct slice tag = command_text_tag(slice_cstr(text));
    check_slice(tag, slice_cstr(expected), text, __FILE__, __LINE__);
}

void test_command_text_finds_the_tag_of_what_is_cut_off(void)
{
    check_tag("a1 LOGIN xxx", "a1");
    check_tag("a1 ", "a1");
    check_tag("a1", ""); /* it may go on */
    check_tag("", "");
    check_tag(" NOOP", "");
    check_tag("a(1 NOOP", "");
}
