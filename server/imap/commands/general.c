/* Commands of any state. */
#include "commands.h"

#include <stdio.h>

#include "../capability.h"
#include "../reply.h"
#include "base/log.h"

static int run_capability(struct session *session, struct command *command)
{
    (void)command;
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, "* ");
    capability_render(session, &line);
    buffer_add_cstr(&line, "\r\n");
    int err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

const struct imap_command command_capability = {
    .name = "CAPABILITY",
    .rfc = "RFC 3501 section 6.1.1",
    .states = STATE_ANY,
    .run = run_capability,
};

/* The news that a NOOP is sent for come with the sync that ends every command. */
static int run_nothing(struct session *session, struct command *command)
{
    (void)session;
    (void)command;
    return 0;
}

const struct imap_command command_noop = {
    .name = "NOOP",
    .rfc = "RFC 3501 section 6.1.2",
    .states = STATE_ANY,
    .run = run_nothing,
};

const struct imap_command command_check = {
    .name = "CHECK",
    .rfc = "RFC 3501 section 6.4.1",
    .states = STATE_SELECTED,
    .run = run_nothing, /* everything acknowledged is on disk already */
};

static int run_logout(struct session *session, struct command *command)
{
    (void)command;
    session_bye(session, "Logging out");
    return 0;
}

const struct imap_command command_logout = {
    .name = "LOGOUT",
    .rfc = "RFC 3501 section 6.1.3",
    .states = STATE_ANY,
    .run = run_logout,
};

/* RFC 2971: what the client says of itself; goes into the log. */
struct id_args {
    struct slice name;
    struct slice version;
};
enum { ID_FIELDS_MAX = 30 };

static int parse_id_fields(struct lexer *lexer, struct id_args *args)
{
    for (int fields = 0; !lexer_accept(lexer, ')'); fields++) {
        struct slice field, value;
        int err = fields ? lexer_space(lexer) : 0;
        if (!err)
            err = lexer_string(lexer, &field);
        if (!err)
            err = lexer_space(lexer);
        if (!err)
            err = lexer_nstring(lexer, &value);
        if (!err && fields >= ID_FIELDS_MAX)
            err = fail(ERR_SYNTAX, "At most %d fields", ID_FIELDS_MAX);
        if (err)
            return err;
        if (slice_equal_nocase(field, SLICE("name")))
            args->name = value;
        else if (slice_equal_nocase(field, SLICE("version")))
            args->version = value;
    }
    return 0;
}

static int parse_id(struct lexer *lexer, void *out)
{
    int err = lexer_space(lexer);
    if (!err && lexer_accept(lexer, '('))
        err = parse_id_fields(lexer, out);
    else if (!err && !lexer_accept_word(lexer, "NIL"))
        err = fail(ERR_SYNTAX, "NIL or a list expected");
    return err ? err : lexer_end(lexer);
}

/* Once: who has not logged in yet shall not fill the log. */
static void log_client(struct session *session, const struct id_args *args)
{
    if (!args->name.data || session->client_is_known)
        return;
    char client[200];
    snprintf(client, sizeof client, "%.*s %.*s", args->name.len > 99 ? 99 : (int)args->name.len,
             args->name.data, args->version.len > 90 ? 90 : (int)args->version.len,
             args->version.data ? args->version.data : "");
    session->client_is_known = true;
    session_log(session, LOG_INFO, "client", client, 0);
}

static int run_id(struct session *session, struct command *command)
{
    log_client(session, command->args);
    return reply_line(session,
                      "* ID (\"name\" \"Postroom\" \"version\" \"" POSTROOM_VERSION
                      "\" \"session\" \"%s\")",
                      session->id);
}

const struct imap_command command_id = {
    .name = "ID",
    .rfc = "RFC 2971",
    .capability = "ID",
    .states = STATE_ANY,
    .args_size = sizeof(struct id_args),
    .parse = parse_id,
    .run = run_id,
};
