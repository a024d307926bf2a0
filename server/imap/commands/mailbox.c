/* CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 3501 section 6.3.3 to 6.3.7). */
#include "commands.h"
#include "written_name.h"

#include <stdio.h>

#include "../notify.h"
#include "mail/mailbox.h"
#include "model/object_id.h"

struct mailbox_args {
    struct written_name name;
};

static int parse_mailbox(struct lexer *lexer, void *out)
{
    struct mailbox_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = written_name_parse(lexer, &args->name);
    return err ? err : lexer_end(lexer);
}

struct create_args {
    struct written_name name;
    struct special_uses uses;
    struct slice refused; /* a use that is not offered; empty: none */
};

/* RFC 6154 section 6: "\" atom */
static int parse_use(struct lexer *lexer, struct create_args *args)
{
    struct slice atom;
    int err = lexer_expect(lexer, '\\');
    if (!err)
        err = lexer_atom(lexer, &atom);
    if (err)
        return err;
    struct slice use = slice_of(atom.data - 1, atom.len + 1);
    if (special_uses_add(&args->uses, use))
        args->refused = use;
    return 0;
}

static int parse_uses(struct lexer *lexer, struct create_args *args)
{
    int err = lexer_expect(lexer, '(');
    lexer_skip_spaces(lexer);
    if (err || lexer_accept(lexer, ')'))
        return err;
    do {
        err = parse_use(lexer, args);
        if (err || lexer_accept(lexer, ')'))
            return err;
        err = lexer_space(lexer);
    } while (!err && !lexer_accept(lexer, ')'));
    return err;
}

/* RFC 4466 section 2.2; there is one parameter. */
static int parse_create_params(struct lexer *lexer, struct create_args *args)
{
    int err = lexer_expect(lexer, '(');
    lexer_skip_spaces(lexer);
    if (!err && !lexer_accept_word(lexer, "USE"))
        err = fail(ERR_SYNTAX, "Unknown parameter of CREATE");
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = parse_uses(lexer, args);
    lexer_skip_spaces(lexer);
    return err ? err : lexer_expect(lexer, ')');
}

static int parse_create(struct lexer *lexer, void *out)
{
    struct create_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = written_name_parse(lexer, &args->name);
    lexer_skip_spaces(lexer);
    if (!err && !lexer_at_end(lexer))
        err = parse_create_params(lexer, args);
    return err ? err : lexer_end(lexer);
}

/* Who may is a question about the parent, which only mailbox_create can name.
 * MAILBOXID: RFC 8474 section 4.1. */
static int run_create(struct session *session, struct command *command)
{
    const struct create_args *args = command->args;
    if (args->refused.len) {
        snprintf(command->refusal, sizeof command->refusal, "USEATTR");
        return fail(ERR_INVALID, "%.*s is not supported", SLICE_ARGS(args->refused));
    }
    int64_t mailbox_id;
    int err = mailbox_create_for_uses(session->mail, &session->actor, args->name.mailbox,
                                      &args->uses, &mailbox_id);
    if (err)
        return err;
    notify_own_name(session, args->name.mailbox, WATCH_EXPECT_MAILBOX);
    err = written_name_tell_change(session, command, "", &args->name, &args->name);
    if (err)
        return err;
    buffer_add_cstr(&command->code, "[MAILBOXID (");
    object_id_render(OBJECT_MAILBOX, mailbox_id, &command->code);
    buffer_add_cstr(&command->code, ")]");
    return buffer_check(&command->code);
}

const struct imap_command command_create = {
    .name = "CREATE",
    .rfc = "RFC 3501 section 6.3.3, RFC 6154 section 3, RFC 8474 section 4.1",
    .capability = "OBJECTID CREATE-SPECIAL-USE",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct create_args),
    .parse = parse_create,
    .run = run_create,
};

static void rights_delete(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)uid;
    const struct mailbox_args *args = in;
    wanted[0] = (struct rights_wanted){
        .subject = RIGHTS_OF_MAILBOX, .name = args->name.mailbox, .all = RIGHT_DELETE_MAILBOX};
}

static int run_delete(struct session *session, struct command *command)
{
    const struct mailbox_args *args = command->args;
    int err = mailbox_delete(session->mail, command->grants[0]);
    if (err)
        return err;
    notify_own_name(session, args->name.mailbox, WATCH_EXPECT_NONE);
    return written_name_tell_change(session, command, "\\NonExistent", &args->name, &args->name);
}

const struct imap_command command_delete = {
    .name = "DELETE",
    .rfc = "RFC 3501 section 6.3.4",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct mailbox_args),
    .parse = parse_mailbox,
    .rights = rights_delete,
    .run = run_delete,
};

struct rename_args {
    struct written_name name;
    struct written_name new_name;
};

static int parse_rename(struct lexer *lexer, void *out)
{
    struct rename_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = written_name_parse(lexer, &args->name);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = written_name_parse(lexer, &args->new_name);
    return err ? err : lexer_end(lexer);
}

static void rights_rename(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)uid;
    const struct rename_args *args = in;
    wanted[0] = (struct rights_wanted){.subject = RIGHTS_OF_MAILBOX,
                                       .name = args->name.mailbox,
                                       .all = RIGHT_DELETE_MAILBOX,
                                       .may_be_absent = true};
}

static int rename_named(struct session *session, const struct command *command)
{
    const struct rename_args *args = command->args;
    struct slice new_name = args->new_name.mailbox;
    if (command->grants[0])
        return mailbox_rename(session->mail, command->grants[0], new_name);
    return mailbox_rename_parent(session->mail, &session->actor, args->name.mailbox, new_name);
}

static int run_rename(struct session *session, struct command *command)
{
    const struct rename_args *args = command->args;
    progress_begin(session, command, 0); /* of INBOX: all its messages move */
    int err = rename_named(session, command);
    progress_end(command);
    if (err)
        return err;
    notify_own_name(session, args->name.mailbox, WATCH_EXPECT_NONE);
    notify_own_name(session, args->new_name.mailbox, WATCH_EXPECT_MAILBOX);
    return written_name_tell_change(session, command, "", &args->new_name, &args->name);
}

const struct imap_command command_rename = {
    .name = "RENAME",
    .rfc = "RFC 3501 section 6.3.5",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct rename_args),
    .parse = parse_rename,
    .rights = rights_rename,
    .run = run_rename,
};

/* A subscription is the user's own; the name need not exist (RFC 3501 section 6.3.6). */
static int run_subscribe(struct session *session, struct command *command)
{
    const struct mailbox_args *args = command->args;
    int err = mailbox_subscribe(session->mail, &session->actor, args->name.mailbox);
    if (!err)
        notify_own_name(session, args->name.mailbox, WATCH_EXPECT_SUBSCRIPTION);
    return err;
}

const struct imap_command command_subscribe = {
    .name = "SUBSCRIBE",
    .rfc = "RFC 3501 section 6.3.6",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct mailbox_args),
    .parse = parse_mailbox,
    .run = run_subscribe,
};

static int run_unsubscribe(struct session *session, struct command *command)
{
    const struct mailbox_args *args = command->args;
    int err = mailbox_unsubscribe(session->mail, &session->actor, args->name.mailbox);
    if (!err)
        notify_own_name(session, args->name.mailbox, WATCH_EXPECT_SUBSCRIPTION);
    return err;
}

const struct imap_command command_unsubscribe = {
    .name = "UNSUBSCRIBE",
    .rfc = "RFC 3501 section 6.3.7",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct mailbox_args),
    .parse = parse_mailbox,
    .run = run_unsubscribe,
};
