/* LIST, LSUB, NAMESPACE (RFC 3501 section 6.3.8, 6.3.9; RFC 2342, 3348, 5258, 5819, 6154, 8440). */
#include "commands.h"

#include "list_args.h"
#include "metadata.h"

#include "../list_line.h"
#include "../reply.h"
#include "fiber/fiber.h"

static int parse_list(struct lexer *lexer, void *out)
{
    return list_args_parse(lexer, out);
}

static unsigned enables_list(const void *in)
{
    const struct list_args *args = in;
    return status_items_enable(&args->status);
}

/* RFC 5819 section 2: STATUS of what may not be read would fail. */
static bool list_cannot_select(const struct list_args *args, const struct listed_mailbox *row)
{
    return (args->query.tells & LIST_TELLS_STATUS) && !(row->rights & RIGHT_READ);
}

static void list_render_rights(const struct session *session, const struct listed_mailbox *row,
                               struct buffer *out)
{
    buffer_add_cstr(out, "* MYRIGHTS ");
    reply_mailbox(session, row->name, out);
    buffer_add_char(out, ' ');
    rights_render(row->rights, true, out);
    buffer_add_cstr(out, "\r\n");
}

static void list_render_status(const struct session *session, const struct list_args *args,
                               const struct listed_mailbox *row, struct buffer *out)
{
    const struct status_subject subject = {
        .name = row->name, .mailbox_id = row->mailbox_id, .numbers = row->status};
    status_items_render(session, &args->status, &subject, out);
}

static void list_render_row(const struct session *session, const struct list_args *args,
                            const struct listed_mailbox *row, struct buffer *out)
{
    const struct list_line line = {
        .mailbox = row, .extended = args->extended, .cannot_select = list_cannot_select(args, row)};
    list_line_render(session, &line, out);
    if (row->has_selected_below) {
        buffer_add_cstr(out, " (CHILDINFO (");
        list_args_render_selection(args, out);
        buffer_add_cstr(out, "))");
    }
    buffer_add_cstr(out, "\r\n");
    if ((args->query.tells & LIST_TELLS_MYRIGHTS) && row->exists && row->selected)
        list_render_rights(session, row, out);
    if (row->status)
        list_render_status(session, args, row, out);
    if (row->annotations)
        metadata_render(row->name, &args->query.metadata, row->annotations, row->annotation_count,
                        session_uses_utf8(session), out);
}

static void lsub_render_row(const struct session *session, const struct list_args *args,
                            const struct listed_mailbox *row, struct buffer *out)
{
    (void)session;
    (void)args;
    buffer_add_cstr(out, row->selected ? "* LSUB (" : "* LSUB (\\Noselect ");
    buffer_add_cstr(out, row->has_children ? "\\HasChildren" : "\\HasNoChildren");
    buffer_add_cstr(out, ") \"/\" ");
    reply_mailbox(session, row->name, out);
    buffer_add_cstr(out, "\r\n");
}

enum { LIST_PIECE = 16 << 10 }; /* octets that are handed over together */

static int list_reply(struct session *session, const struct list_args *args,
                      const struct listed_mailbox *rows, size_t count,
                      void (*render)(const struct session *session, const struct list_args *args,
                                     const struct listed_mailbox *row, struct buffer *out))
{
    struct buffer lines;
    buffer_init(&lines, 0);
    int err = 0;
    for (size_t i = 0; !err && i < count; i++) {
        render(session, args, &rows[i], &lines);
        if (lines.len >= LIST_PIECE || i + 1 == count) {
            err = reply_buffer(session, &lines);
            buffer_reset(&lines);
        }
        fiber_breathe();
    }
    buffer_clear(&lines);
    return err;
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

static int run_list(struct session *session, struct command *command)
{
    const struct list_args *args = command->args;
    if (!args->extended && args->pattern.len == 0)
        return list_root(session, args->query.reference);
    struct listed_mailbox *rows;
    size_t count;
    int err =
        mailbox_list(session->mail, &session->actor, &args->query, command->arena, &rows, &count);
    return err ? err : list_reply(session, args, rows, count, list_render_row);
}

const struct imap_command command_list = {
    .name = "LIST",
    .rfc = "RFC 3501 section 6.3.8",
    .capability = "LIST-EXTENDED LIST-STATUS LIST-MYRIGHTS LIST-METADATA SPECIAL-USE CHILDREN",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct list_args),
    .parse = parse_list,
    .enables = enables_list,
    .run = run_list,
};

static int parse_lsub(struct lexer *lexer, void *out)
{
    return list_args_parse_lsub(lexer, out);
}

static int run_lsub(struct session *session, struct command *command)
{
    const struct list_args *args = command->args;
    struct listed_mailbox *rows;
    size_t count;
    int err =
        mailbox_list(session->mail, &session->actor, &args->query, command->arena, &rows, &count);
    return err ? err : list_reply(session, args, rows, count, lsub_render_row);
}

const struct imap_command command_lsub = {
    .name = "LSUB",
    .rfc = "RFC 3501 section 6.3.9",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct list_args),
    .parse = parse_lsub,
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
