/* SETACL, DELETEACL, GETACL, LISTRIGHTS, MYRIGHTS (RFC 4314 section 3). */
#include "commands.h"

#include "../reply.h"
#include "mail/acl.h"
#include "model/notation.h"

struct acl_args {
    struct slice mailbox;
    struct slice identifier;
    enum rights_change change;
    rights_mask rights;
};

static int parse_acl_mailbox(struct lexer *lexer, struct acl_args *args)
{
    int err = lexer_space(lexer);
    return err ? err : lexer_mailbox(lexer, &args->mailbox);
}

static int parse_acl_identifier(struct lexer *lexer, struct acl_args *args)
{
    int err = parse_acl_mailbox(lexer, args);
    if (!err)
        err = lexer_space(lexer);
    return err ? err : lexer_astring(lexer, &args->identifier);
}

static int parse_setacl(struct lexer *lexer, void *out)
{
    struct acl_args *args = out;
    struct slice rights;
    int err = parse_acl_identifier(lexer, args);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = lexer_astring(lexer, &rights);
    if (!err && rights_change_parse(rights, &args->change, &args->rights)) {
        const struct error reason = *last_error();
        err = fail(ERR_SYNTAX, "%s", reason.text); /* RFC 4314 section 3.1: BAD */
    }
    return err ? err : lexer_end(lexer);
}

static int parse_acl_with_identifier(struct lexer *lexer, void *out)
{
    int err = parse_acl_identifier(lexer, out);
    return err ? err : lexer_end(lexer);
}

static int parse_acl_without_identifier(struct lexer *lexer, void *out)
{
    int err = parse_acl_mailbox(lexer, out);
    return err ? err : lexer_end(lexer);
}

static void rights_administer(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)uid;
    const struct acl_args *args = in;
    wanted[0] = (struct rights_wanted){
        .subject = RIGHTS_OF_MAILBOX, .name = args->mailbox, .all = RIGHT_ADMINISTER};
}

static int run_setacl(struct session *session, struct command *command)
{
    const struct acl_args *args = command->args;
    return acl_set(session->mail, command->grants[0], args->identifier, args->change, args->rights);
}

const struct imap_command command_setacl = {
    .name = "SETACL",
    .rfc = "RFC 4314 section 3.1",
    .capability = "ACL",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct acl_args),
    .parse = parse_setacl,
    .rights = rights_administer,
    .run = run_setacl,
};

static int run_deleteacl(struct session *session, struct command *command)
{
    const struct acl_args *args = command->args;
    return acl_delete(session->mail, command->grants[0], args->identifier);
}

const struct imap_command command_deleteacl = {
    .name = "DELETEACL",
    .rfc = "RFC 4314 section 3.2",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct acl_args),
    .parse = parse_acl_with_identifier,
    .rights = rights_administer,
    .run = run_deleteacl,
};

static int run_getacl(struct session *session, struct command *command)
{
    const struct acl_args *args = command->args;
    struct acl_entry *entries;
    size_t count;
    int err = acl_list(session->mail, command->grants[0], command->arena, &entries, &count);
    if (err)
        return err;
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, "* ACL ");
    reply_mailbox(session, args->mailbox, &line);
    for (size_t i = 0; i < count; i++) {
        buffer_add_char(&line, ' ');
        notation_astring(&line, entries[i].identifier);
        buffer_add_char(&line, ' ');
        rights_render(entries[i].rights, true, &line);
    }
    buffer_add_cstr(&line, "\r\n");
    err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

const struct imap_command command_getacl = {
    .name = "GETACL",
    .rfc = "RFC 4314 section 3.3",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct acl_args),
    .parse = parse_acl_without_identifier,
    .rights = rights_administer,
    .run = run_getacl,
};

/* Rights the identifier always has as one word, then each other right on its
 * own: none is tied to another. `c` and `d` stand for the old names of kx and
 * et (RFC 4314 section 2.1.1). */
static void listrights_render(rights_mask always, struct buffer *line)
{
    if (always)
        rights_render(always, false, line);
    else
        buffer_add_cstr(line, "\"\"");
    for (rights_mask right = 1; right & RIGHTS_ALL; right <<= 1) {
        if (right & always)
            continue;
        buffer_add_char(line, ' ');
        rights_render(right, false, line);
    }
    buffer_add_cstr(line, " c d");
}

static int run_listrights(struct session *session, struct command *command)
{
    const struct acl_args *args = command->args;
    rights_mask always;
    int err = acl_list_rights(session->mail, command->grants[0], args->identifier, &always);
    if (err)
        return err;
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, "* LISTRIGHTS ");
    reply_mailbox(session, args->mailbox, &line);
    buffer_add_char(&line, ' ');
    notation_astring(&line, args->identifier);
    buffer_add_char(&line, ' ');
    listrights_render(always, &line);
    buffer_add_cstr(&line, "\r\n");
    err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

const struct imap_command command_listrights = {
    .name = "LISTRIGHTS",
    .rfc = "RFC 4314 section 3.4",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct acl_args),
    .parse = parse_acl_with_identifier,
    .rights = rights_administer,
    .run = run_listrights,
};

static void rights_myrights(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)uid;
    const struct acl_args *args = in;
    wanted[0] = (struct rights_wanted){.subject = RIGHTS_OF_MAILBOX, .name = args->mailbox};
}

static int run_myrights(struct session *session, struct command *command)
{
    const struct acl_args *args = command->args;
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, "* MYRIGHTS ");
    reply_mailbox(session, args->mailbox, &line);
    buffer_add_char(&line, ' ');
    rights_render(grant_rights(command->grants[0]), true, &line);
    buffer_add_cstr(&line, "\r\n");
    int err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

const struct imap_command command_myrights = {
    .name = "MYRIGHTS",
    .rfc = "RFC 4314 section 3.5",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct acl_args),
    .parse = parse_acl_without_identifier,
    .rights = rights_myrights,
    .run = run_myrights,
};
