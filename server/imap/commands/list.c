/* LIST, LSUB, NAMESPACE (RFC 3501 section 6.3.8, 6.3.9; RFC 2342, 3348, 6154). */
#include "commands.h"

#include "../reply.h"
#include "fiber/fiber.h"
#include "mail/mailbox.h"
#include "proto/writer.h"

struct list_args {
    struct slice reference;
    struct slice pattern;
};

static int parse_list(struct lexer *lexer, void *out)
{
    struct list_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_mailbox(lexer, &args->reference);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = lexer_list_mailbox(lexer, &args->pattern);
    return err ? err : lexer_end(lexer);
}

static void list_render_row(const char *verb, const struct listed_mailbox *row, struct buffer *out)
{
    buffer_printf(out, "* %s (", verb);
    if (row->no_select)
        buffer_add_cstr(out, "\\Noselect ");
    buffer_add_cstr(out, row->has_children ? "\\HasChildren" : "\\HasNoChildren");
    if (row->special_use.len) {
        buffer_add_char(out, ' ');
        buffer_add(out, row->special_use);
    }
    buffer_add_cstr(out, ") \"/\" ");
    write_mailbox(out, row->name);
    buffer_add_cstr(out, "\r\n");
}

/* An empty pattern asks for the separator and for the root of the reference:
 * the namespace it is in (RFC 3501 section 6.3.8). */
static int list_root(struct session *session, struct slice reference)
{
    static const char *const roots[] = {MAILBOX_OTHER_USERS "/", MAILBOX_SHARED "/"};
    const char *root = "";
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++)
        if (slice_starts_with(reference, slice_cstr(roots[i])))
            root = roots[i];
    return reply_line(session, "* LIST (\\Noselect) \"/\" \"%s\"", root);
}

static int list_run(struct session *session, struct command *command, bool subscribed)
{
    const struct list_args *args = command->args;
    if (args->pattern.len == 0 && !subscribed)
        return list_root(session, args->reference);
    struct listed_mailbox *rows;
    size_t count;
    int err = mailbox_list(session->mail, &session->actor, args->reference, args->pattern,
                           subscribed, command->arena, &rows, &count);
    struct buffer line;
    buffer_init(&line, 0);
    for (size_t i = 0; !err && i < count; i++) {
        list_render_row(subscribed ? "LSUB" : "LIST", &rows[i], &line);
        err = reply_buffer(session, &line);
        buffer_reset(&line);
        fiber_breathe();
    }
    buffer_clear(&line);
    return err;
}

static int run_list(struct session *session, struct command *command)
{
    return list_run(session, command, false);
}

const struct imap_command command_list = {
    .name = "LIST",
    .rfc = "RFC 3501 section 6.3.8",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct list_args),
    .parse = parse_list,
    .run = run_list,
};

static int run_lsub(struct session *session, struct command *command)
{
    return list_run(session, command, true);
}

const struct imap_command command_lsub = {
    .name = "LSUB",
    .rfc = "RFC 3501 section 6.3.9",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct list_args),
    .parse = parse_list,
    .run = run_lsub,
};

static int run_namespace(struct session *session, struct command *command)
{
    (void)command;
    return reply_line(session, "* NAMESPACE ((\"\" \"/\")) ((\"" MAILBOX_OTHER_USERS
                               "/\" \"/\")) ((\"" MAILBOX_SHARED "/\" \"/\"))");
}

const struct imap_command command_namespace = {
    .name = "NAMESPACE",
    .rfc = "RFC 2342",
    .capability = "NAMESPACE",
    .states = STATE_LOGGED_IN,
    .run = run_namespace,
};
