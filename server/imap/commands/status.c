/* STATUS (RFC 3501 section 6.3.10; RFC 7162 section 3.1.7). */
#include "commands.h"

#include "../reply.h"
#include "mail/mailbox.h"
#include "proto/writer.h"

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
