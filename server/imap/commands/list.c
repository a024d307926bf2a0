/* LIST, LSUB, NAMESPACE, STATUS (RFC 3501 section 6.3.8 to 6.3.10; RFC 2342, 3348, 6154). */
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

/* STATUS items: a table of name and where the number is. */
struct status_item {
    const char *name;
    uint64_t (*value)(const struct mailbox_status *status);
};

static uint64_t status_messages(const struct mailbox_status *status)
{
    return status->messages;
}

static uint64_t status_recent(const struct mailbox_status *status)
{
    return status->recent;
}

static uint64_t status_uidnext(const struct mailbox_status *status)
{
    return status->uidnext;
}

static uint64_t status_uidvalidity(const struct mailbox_status *status)
{
    return status->uidvalidity;
}

static uint64_t status_unseen(const struct mailbox_status *status)
{
    return status->unseen;
}

static uint64_t status_highest_modseq(const struct mailbox_status *status)
{
    return status->highest_modseq;
}

static const struct status_item status_items[] = {
    {"MESSAGES", status_messages}, {"RECENT", status_recent},
    {"UIDNEXT", status_uidnext},   {"UIDVALIDITY", status_uidvalidity},
    {"UNSEEN", status_unseen},     {"HIGHESTMODSEQ", status_highest_modseq},
};
enum { STATUS_ITEMS = sizeof status_items / sizeof status_items[0], STATUS_ASKED_MAX = 32 };

struct status_args {
    struct slice mailbox;
    const struct status_item *asked[STATUS_ASKED_MAX];
    size_t count;
};

static int parse_status_item(struct lexer *lexer, struct status_args *args)
{
    for (size_t i = 0; i < STATUS_ITEMS; i++) {
        if (!lexer_accept_word(lexer, status_items[i].name))
            continue;
        if (args->count == STATUS_ASKED_MAX)
            return fail(ERR_SYNTAX, "Too many STATUS items");
        args->asked[args->count++] = &status_items[i];
        return 0;
    }
    return fail(ERR_SYNTAX, "Unknown STATUS item");
}

static int parse_status(struct lexer *lexer, void *out)
{
    struct status_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_mailbox(lexer, &args->mailbox);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = lexer_expect(lexer, '(');
    while (!err) {
        err = parse_status_item(lexer, args);
        if (err || lexer_accept(lexer, ')'))
            break;
        err = lexer_space(lexer);
    }
    return err ? err : lexer_end(lexer);
}

/* RFC 7162 section 3.1.7 */
static unsigned enables_status(const void *in)
{
    const struct status_args *args = in;
    for (size_t i = 0; i < args->count; i++)
        if (args->asked[i]->value == status_highest_modseq)
            return ENABLED_CONDSTORE;
    return 0;
}

static void rights_status(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)uid;
    const struct status_args *args = in;
    wanted[0] = (struct rights_wanted){
        .subject = RIGHTS_OF_MAILBOX, .name = args->mailbox, .all = RIGHT_READ};
}

static int run_status(struct session *session, struct command *command)
{
    const struct status_args *args = command->args;
    struct mailbox_status status;
    int err = mailbox_status(session->mail, command->grants[0], &status);
    if (err)
        return err;
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, "* STATUS ");
    write_mailbox(&line, args->mailbox);
    for (size_t i = 0; i < args->count; i++)
        buffer_printf(&line, "%s%s %llu", i ? " " : " (", args->asked[i]->name,
                      (unsigned long long)args->asked[i]->value(&status));
    buffer_add_cstr(&line, ")\r\n");
    err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

const struct imap_command command_status = {
    .name = "STATUS",
    .rfc = "RFC 3501 section 6.3.10",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct status_args),
    .parse = parse_status,
    .enables = enables_status,
    .rights = rights_status,
    .run = run_status,
};
