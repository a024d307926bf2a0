/* APPEND (RFC 3501 section 6.3.11) of one or several messages (RFC 3502), put together from
 * parts (RFC 4469), with APPENDUID (RFC 4315): they come into the mailbox all at once. */
#include "commands.h"

#include "../events.h"
#include "../notify.h"
#include "../server_private.h"
#include "append_receive.h"
#include "written_name.h"

struct append_args {
    struct written_name name;
    struct append_messages messages;
};

static int parse_append(struct lexer *lexer, void *out)
{
    struct append_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = written_name_parse(lexer, &args->name);
    return err ? err : append_messages_parse(lexer, &args->messages);
}

static void rights_append(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)uid;
    const struct append_args *args = in;
    wanted[0] = (struct rights_wanted){.subject = RIGHTS_OF_MAILBOX,
                                       .name = args->name.mailbox,
                                       .all = RIGHT_INSERT,
                                       .try_create = true,
                                       .rechecked = true};
}

static int append_commit(struct session *session, struct command *command)
{
    const struct append_args *args = command->args;
    const struct grant *grant = command->grants[0];
    size_t count = args->messages.count;
    struct append_item *items = ARENA_ARRAY(command->arena, count, struct append_item);
    int err = items ? 0 : -ERR_NO_MEMORY;
    const struct append_message *message = args->messages.first;
    for (size_t i = 0; i < count && !err; i++, message = message->next)
        err = append_make_item(session, grant, message, &items[i]);
    struct append_outcome outcome = {0};
    progress_begin(session, command, 0);
    if (!err)
        err =
            append_outcome_of(command, writer_append(session->mail, grant, items, count, &outcome));
    progress_end(command);
    if (err)
        return err;
    notify_own_messages(session, grant_mailbox_id(grant), &outcome.uids);
    events_saved(session, command, grant, FILTER_APPENDED, &outcome.uids);
    if (grant_has(grant, RIGHT_READ))
        append_render_code(&outcome, &command->code);
    uidset_clear(&outcome.uids);
    err = written_name_tell_change(session, command, "", &args->name, &args->name);
    return err ? err : buffer_check(&command->code);
}

static int run_append(struct session *session, struct command *command)
{
    struct append_args *args = command->args;
    int err = append_receive(session, command, &args->messages);
    return err ? err : append_commit(session, command);
}

const struct imap_command command_append = {
    .name = "APPEND",
    .rfc = "RFC 3501 section 6.3.11, RFC 3502, RFC 4315, RFC 4469",
    .capability = "MULTIAPPEND CATENATE",
    .states = STATE_LOGGED_IN,
    .traits = TRAIT_STREAMS_LITERAL,
    .args_size = sizeof(struct append_args),
    .parse = parse_append,
    .rights = rights_append,
    .run = run_append,
};
