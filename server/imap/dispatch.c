#include "dispatch.h"

#include "base/log.h"
#include "command_text.h"
#include "dispatch_grant.h"
#include "extension.h"
#include "fiber/fiber.h"
#include "input.h"
#include "mail/account.h"
#include "mail/content.h"
#include "message_limit.h"
#include "notify.h"
#include "reply.h"
#include "selected.h"
#include "server_private.h"

/* A right may change between check and commit; then the command starts again
 * with what the actor may now. */
enum { DISPATCH_ATTEMPTS = 4 };

/* What shows messages shows them as they are now; only EXPUNGE waits for the
 * end, since it would shift the numbers that the client has just named.
 * Without its mailbox, or the database, a session can still LOGOUT; only what
 * works on the mailbox fails with it. A database that is away is not waited for
 * a second time by what needs it, which is what needs a login. */
static int dispatch_refresh(struct session *session, const struct command *command)
{
    int err = selected_refresh(session);
    if (!err && session->state == STATE_SELECTED && (command->row->traits & TRAIT_SHOWS_NOW))
        return selected_sync(session, false);
    if (!err || reply_is_fatal(err) || session->state == STATE_LOGOUT)
        return err;
    if (command->row->states == STATE_SELECTED)
        return err;
    if (err == -ERR_UNAVAILABLE && !(command->row->states & STATE_NOT_AUTHENTICATED))
        return err;
    session_log(session, LOG_INFO, "refresh", command->row->name, err);
    return 0;
}

/* Without a pulse before, and when the writer has not said either how far the
 * mailbox is (it had nothing to do), the pulse comes after. */
static int dispatch_refresh_late(struct session *session, struct command *command)
{
    if (command->refreshed || command->met_mailbox)
        return 0;
    command->refreshed = true;
    return dispatch_refresh(session, command);
}

static int dispatch_attempt(struct session *session, struct command *command)
{
    command->recalled = false;
    int err = command->refreshed ? dispatch_refresh(session, command) : 0;
    if (!err)
        err = command_text_check_state(session, command);
    if (!err)
        err = dispatch_check_rights(session, command);
    if (err)
        return err;
    err = command->row->run(session, command);
    if (!err)
        err = dispatch_refresh_late(session, command);
    if (err)
        dispatch_forget_grants(session, command);
    return err;
}

static bool dispatch_needs_no_pulse(const struct session *session, const struct command *command)
{
    const struct imap_command *row = command->row;
    return row->needs_no_pulse && selected_holds(session) &&
           row->needs_no_pulse(session, command->args);
}

/* What fails without a pulse may do so because of something it has not heard of. */
static bool dispatch_tries_again(const struct command *command, int err)
{
    if (err == -ERR_STALE || (err == -ERR_NOT_FOUND && command->recalled))
        return true;
    return err && !command->refreshed && !reply_is_fatal(err) && err != -ERR_UNAVAILABLE &&
           err != -ERR_IN_DOUBT;
}

/* RFC 7162 section 3.2.11: what comes next is about another mailbox. */
static int dispatch_leave(struct session *session)
{
    if (!session->selected)
        return 0;
    selected_close(session);
    return reply_line(session, "* OK [CLOSED] The mailbox before is closed");
}

static int dispatch_run(struct session *session, struct command *command)
{
    int err = command->row->check ? command->row->check(session, command) : 0;
    if (!err && (command->row->traits & TRAIT_LEAVES_MAILBOX))
        err = dispatch_leave(session);
    if (!err && command->row->enables)
        err = extension_enable(session, command->row->enables(command->args));
    if (err)
        return err;
    command->refreshed = !dispatch_needs_no_pulse(session, command);
    if (command->row->ask_ahead && session->state == STATE_SELECTED)
        command->row->ask_ahead(session, command);
    for (int attempt = 0; attempt < DISPATCH_ATTEMPTS; attempt++) {
        err = dispatch_attempt(session, command);
        if (!dispatch_tries_again(command, err))
            return err;
        command->refreshed = true;
        int lost = err == -ERR_STALE ? selected_expect_change(session) : 0;
        if (lost)
            return lost;
    }
    return err;
}

/* A database that is away is not waited for a second time. What SELECT has just told is news
 * enough: if it is not true any more, that is said behind its OK, which is about what was true. */
static bool dispatch_may_sync(const struct session *session, const struct command *command,
                              int result)
{
    bool opens = command->row->traits & TRAIT_LEAVES_MAILBOX;
    return session->state == STATE_SELECTED && !opens && result != -ERR_UNAVAILABLE &&
           result != -ERR_IN_DOUBT;
}

/* RFC 3501 section 7.4.1, and RFC 7162 section 3.2.10.2: "MUST NOT be sent during a UID SEARCH
 * command that contains message numbers". */
static bool dispatch_may_expunge(const struct command *command)
{
    if (command->names_numbers)
        return false;
    return command->uid || !(command->row->traits & TRAIT_KEEPS_NUMBERS);
}

/* The end of a command: what has happened meanwhile, then the tagged reply. */
static int dispatch_end(struct session *session, struct command *command, int result)
{
    if (command->streams)
        input_refuse_literal(session);
    struct error reason = *last_error();
    if (dispatch_may_sync(session, command, result)) {
        int err = selected_sync(session, dispatch_may_expunge(command));
        if (!err)
            err = selected_tell_modseq(session, command);
        if (!err && !result)
            err = message_limit_tell(session, command);
        if (err)
            return err;
    }
    int told = notify_tell(session);
    if (told)
        return told;
    if (command->silent_end)
        return 0;
    if (result)
        result = fail_sql(reason.code, reason.sqlstate, "%s", reason.text);
    return reply_tagged(session, command, result);
}

static int dispatch_text(struct session *session, struct slice text, struct command *command)
{
    struct lexer lexer;
    lexer_init(&lexer, text, command->arena);
    int err = command_text_begin(&lexer, command);
    if (err) {
        if (command->streams)
            input_refuse_literal(session);
        return reply_bad(session, command->tag, NULL, last_error()->text);
    }
    err = command_text_check_state(session, command);
    if (!err)
        err = command_text_args(session, &lexer, command);
    if (!err)
        err = dispatch_run(session, command);
    if (reply_is_fatal(err))
        return err;
    return dispatch_end(session, command, err);
}

/* The server stops, or the user's account has changed: heard of while waiting
 * for input, or inside the last command. */
static int dispatch_news(struct session *session)
{
    if (session->seat.stopping) {
        session_bye(session, "Server is shutting down");
        return 0;
    }
    return dispatch_check_user(session);
}

int dispatch_check_user(struct session *session)
{
    if (!session->seat.check_user)
        return 0;
    struct arena arena;
    arena_init(&arena, 0);
    struct account account;
    session->seat.check_user = false; /* what happens while it is looked up counts again */
    int err = account_find(session->mail, &arena, session->actor.login, &account);
    arena_clear(&arena);
    bool another = !err && account.user_id != session->actor.user_id; /* deleted, made again */
    if (err == -ERR_CREDENTIALS || err == -ERR_NOT_FOUND || another)
        session_bye(session, "Your account was disabled");
    else if (err) /* no answer, of a database that is away: asked again at the next command */
        session->seat.check_user = true;
    return 0;
}

int dispatch_next(struct session *session)
{
    enum input_kind kind;
    struct slice text;
    int err = dispatch_news(session);
    if (err || session->state == STATE_LOGOUT)
        return err;
    notify_follow(session);
    fiber_breathe(); /* thousands of commands may have come in one piece */
    err = input_next(session, &kind, &text);
    if (err)
        return err;
    if (kind == INPUT_NEWS) {
        err = dispatch_news(session);
        return err || session->state == STATE_LOGOUT ? err : notify_show(session);
    }
    if (kind == INPUT_REFUSED) {
        input_end(session);
        if (session->bad_commands > session->server->settings.bad_commands_max)
            session_bye(session, "Too many bad commands");
        return 0;
    }
    struct arena arena;
    arena_init(&arena, 0);
    struct command command = {.arena = &arena};
    buffer_init(&command.code, 0);
    if (kind == INPUT_STREAMED) {
        command.streams = true;
        command.literal_synchronising = session->reader.literal_synchronising;
        command.literal_size = session->reader.literal_size;
    }
    err = dispatch_text(session, text, &command);
    content_drop(&command.ahead);
    bool skipping = command.streams;
    buffer_clear(&command.code);
    arena_clear(&arena);
    if (!skipping)
        input_end(session);
    if (!err && session->bad_commands > session->server->settings.bad_commands_max)
        session_bye(session, "Too many bad commands");
    return err;
}
