/* STATUS (RFC 3501 section 6.3.10; RFC 7162 section 3.1.7; RFC 7889; RFC 8438; RFC 8474
 * section 4.3; RFC 9208 section 4.1.4). */
#include "commands.h"

#include "status.h"

#include "../reply.h"
#include "mail/mailbox.h"
#include "model/object_id.h"

/* Items: a table of name and where the number is, or how what is no number is written. */
struct status_item {
    const char *name;
    uint64_t (*value)(const struct mailbox_status *status);
    void (*render)(const struct session *session, const struct status_subject *subject,
                   struct buffer *out);
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

static uint64_t status_deleted(const struct mailbox_status *status)
{
    return status->deleted;
}

static uint64_t status_deleted_storage(const struct mailbox_status *status)
{
    return status->deleted_bytes;
}

static uint64_t status_size(const struct mailbox_status *status)
{
    return status->bytes;
}

static void status_render_append_limit(const struct session *session,
                                       const struct status_subject *subject, struct buffer *out)
{
    (void)subject;
    buffer_add_u64(out, mail_settings(session->mail)->message_max);
}

static void status_render_mailbox_id(const struct session *session,
                                     const struct status_subject *subject, struct buffer *out)
{
    (void)session;
    buffer_add_char(out, '(');
    object_id_render(OBJECT_MAILBOX, subject->mailbox_id, out);
    buffer_add_char(out, ')');
}

static const struct status_item status_items[] = {
    {"MESSAGES", status_messages, NULL},
    {"RECENT", status_recent, NULL},
    {"UIDNEXT", status_uidnext, NULL},
    {"UIDVALIDITY", status_uidvalidity, NULL},
    {"UNSEEN", status_unseen, NULL},
    {"HIGHESTMODSEQ", status_highest_modseq, NULL},
    {"DELETED", status_deleted, NULL},
    {"DELETED-STORAGE", status_deleted_storage, NULL},
    {"SIZE", status_size, NULL},
    {"APPENDLIMIT", NULL, status_render_append_limit},
    {"MAILBOXID", NULL, status_render_mailbox_id},
};
enum { STATUS_ITEMS = sizeof status_items / sizeof status_items[0] };

static int parse_status_item(struct lexer *lexer, struct status_items *items)
{
    for (size_t i = 0; i < STATUS_ITEMS; i++) {
        if (!lexer_accept_word(lexer, status_items[i].name))
            continue;
        if (items->count == STATUS_ASKED_MAX)
            return fail(ERR_SYNTAX, "Too many STATUS items");
        items->asked[items->count++] = &status_items[i];
        return 0;
    }
    return fail(ERR_SYNTAX, "Unknown STATUS item");
}

int status_items_parse(struct lexer *lexer, struct status_items *out)
{
    int err = lexer_expect(lexer, '(');
    while (!err) {
        err = parse_status_item(lexer, out);
        if (err || lexer_accept(lexer, ')'))
            break;
        err = lexer_space(lexer);
    }
    return err;
}

static bool status_items_have(const struct status_items *items,
                              uint64_t (*value)(const struct mailbox_status *status))
{
    for (size_t i = 0; i < items->count; i++)
        if (items->asked[i]->value == value)
            return true;
    return false;
}

bool status_items_have_recent(const struct status_items *items)
{
    return status_items_have(items, status_recent);
}

bool status_items_have_unseen(const struct status_items *items)
{
    return status_items_have(items, status_unseen);
}

bool status_items_have_deleted_storage(const struct status_items *items)
{
    return status_items_have(items, status_deleted_storage);
}

unsigned status_items_enable(const struct status_items *items)
{
    return status_items_have(items, status_highest_modseq) ? ENABLED_CONDSTORE : 0;
}

void status_items_render(const struct session *session, const struct status_items *items,
                         const struct status_subject *subject, struct buffer *out)
{
    buffer_add_cstr(out, "* STATUS ");
    reply_mailbox(session, subject->name, out);
    for (size_t i = 0; i < items->count; i++) {
        const struct status_item *item = items->asked[i];
        buffer_add_cstr(out, i ? " " : " (");
        buffer_add_cstr(out, item->name);
        buffer_add_char(out, ' ');
        if (item->value)
            buffer_add_u64(out, item->value(subject->numbers));
        else
            item->render(session, subject, out);
    }
    buffer_add_cstr(out, ")\r\n");
}

struct status_args {
    struct slice mailbox;
    struct status_items items;
};

static int parse_status(struct lexer *lexer, void *out)
{
    struct status_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_mailbox(lexer, &args->mailbox);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = status_items_parse(lexer, &args->items);
    return err ? err : lexer_end(lexer);
}

static unsigned enables_status(const void *in)
{
    const struct status_args *args = in;
    return status_items_enable(&args->items);
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
    int err = status_items_have_recent(&args->items)
                  ? mailbox_status_with_recent(session->mail, command->grants[0], &status)
                  : mailbox_status(session->mail, command->grants[0], &status);
    if (!err && status_items_have_deleted_storage(&args->items))
        err = mailbox_status_deleted(session->mail, command->grants[0], &status);
    if (err)
        return err;
    const struct status_subject subject = {
        .name = args->mailbox,
        .mailbox_id = grant_mailbox_id(command->grants[0]),
        .numbers = &status,
    };
    struct buffer line;
    buffer_init(&line, 0);
    status_items_render(session, &args->items, &subject, &line);
    err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

const struct imap_command command_status = {
    .name = "STATUS",
    .rfc = "RFC 3501 section 6.3.10, RFC 7889, RFC 8438, RFC 8474 section 4.3",
    .capability = "STATUS=SIZE",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct status_args),
    .parse = parse_status,
    .enables = enables_status,
    .rights = rights_status,
    .run = run_status,
};
