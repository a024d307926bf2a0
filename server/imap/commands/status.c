/* STATUS (RFC 3501 section 6.3.10; RFC 7162 section 3.1.7; RFC 9208 section 4.1.4). */
#include "commands.h"

#include "status.h"

#include "../reply.h"
#include "mail/mailbox.h"

/* Items: a table of name and where the number is. */
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

static uint64_t status_deleted(const struct mailbox_status *status)
{
    return status->deleted;
}

static uint64_t status_deleted_storage(const struct mailbox_status *status)
{
    return status->deleted_bytes;
}

static const struct status_item status_items[] = {
    {"MESSAGES", status_messages}, {"RECENT", status_recent},
    {"UIDNEXT", status_uidnext},   {"UIDVALIDITY", status_uidvalidity},
    {"UNSEEN", status_unseen},     {"HIGHESTMODSEQ", status_highest_modseq},
    {"DELETED", status_deleted},   {"DELETED-STORAGE", status_deleted_storage},
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
                         struct slice mailbox, const struct mailbox_status *status,
                         struct buffer *out)
{
    buffer_add_cstr(out, "* STATUS ");
    reply_mailbox(session, mailbox, out);
    for (size_t i = 0; i < items->count; i++) {
        buffer_add_cstr(out, i ? " " : " (");
        buffer_add_cstr(out, items->asked[i]->name);
        buffer_add_char(out, ' ');
        buffer_add_u64(out, items->asked[i]->value(status));
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
    int err = mailbox_status(session->mail, command->grants[0], &status);
    if (!err && status_items_have_deleted_storage(&args->items))
        err = mailbox_status_deleted(session->mail, command->grants[0], &status);
    if (err)
        return err;
    struct buffer line;
    buffer_init(&line, 0);
    status_items_render(session, &args->items, args->mailbox, &status, &line);
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
