/* REPLACE (RFC 8508): a message comes into a mailbox, and one of the selected mailbox goes. */
#include "commands.h"
#include "on_messages.h"

#include "../events.h"
#include "../notify.h"
#include "../reply.h"
#include "../selected.h"
#include "../server_private.h"
#include "append_receive.h"
#include "written_name.h"

struct replace_args {
    struct sequence_set replaced; /* one number */
    struct written_name name;
    struct append_messages messages; /* one */
};

static int parse_replaced(struct lexer *lexer, struct sequence_set *replaced)
{
    int err = lexer_sequence_set(lexer, replaced);
    if (!err && !on_one_message(replaced))
        err = fail(ERR_SYNTAX, "The number of one message expected");
    return err;
}

static int parse_replace(struct lexer *lexer, void *out)
{
    struct replace_args *args = out;
    args->messages.only_one = true;
    int err = lexer_space(lexer);
    if (!err)
        err = parse_replaced(lexer, &args->replaced);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = written_name_parse(lexer, &args->name);
    return err ? err : append_messages_parse(lexer, &args->messages);
}

/* Section 4.1: as for STORE of \Deleted and UID EXPUNGE here, and for APPEND there. */
static void rights_replace(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)uid;
    const struct replace_args *args = in;
    wanted[0] = (struct rights_wanted){.subject = RIGHTS_OF_SELECTED,
                                       .all = RIGHT_DELETE_MESSAGES | RIGHT_EXPUNGE};
    wanted[1] = (struct rights_wanted){.subject = RIGHTS_OF_MAILBOX,
                                       .name = args->name.mailbox,
                                       .all = RIGHT_INSERT,
                                       .try_create = true,
                                       .rechecked = true};
}

/* Before the literal is asked for. */
static int replace_find(const struct session *session, const struct command *command,
                        struct entry *out)
{
    const struct replace_args *args = command->args;
    struct uidset uids;
    uidset_init(&uids);
    int err = selected_resolve(session, &args->replaced, command->uid, &uids);
    if (!err && uidset_is_empty(&uids))
        err = fail(ERR_NOT_FOUND, "There is no message to be replaced");
    if (!err) {
        const struct picture *known = session->selected->picture;
        picture_find(known, uids.ranges[0].first, out);
    }
    uidset_clear(&uids);
    return err;
}

/* In an untagged OK, before the EXPUNGE (section 4.3). */
static int replace_tell(struct session *session, const struct append_outcome *outcome)
{
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, "* OK ");
    append_render_code(outcome, &line);
    buffer_add_cstr(&line, " Replacement message ready\r\n");
    int err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

static int replace_commit(struct session *session, struct command *command,
                          const struct entry *replaced)
{
    const struct replace_args *args = command->args;
    const struct grant *from = command->grants[0], *to = command->grants[1];
    struct append_item item;
    struct append_outcome outcome = {0};
    int err = append_make_item(session, to, args->messages.first, &item);
    progress_begin(session, command, 0);
    if (!err)
        err = append_outcome_of(command,
                                writer_replace(session->mail, from, replaced, to, &item, &outcome));
    progress_end(command);
    if (err)
        return err;
    command->tells_modseq = true;
    notify_own_messages(session, grant_mailbox_id(to), &outcome.uids);
    events_saved(session, command, to, FILTER_APPENDED, &outcome.uids);
    err = grant_has(to, RIGHT_READ) ? replace_tell(session, &outcome) : 0;
    uidset_clear(&outcome.uids);
    return err ? err : written_name_tell_change(session, command, "", &args->name, &args->name);
}

static int run_replace(struct session *session, struct command *command)
{
    struct replace_args *args = command->args;
    struct entry replaced;
    int err = replace_find(session, command, &replaced);
    if (!err)
        err = append_receive(session, command, &args->messages);
    return err ? err : replace_commit(session, command, &replaced);
}

const struct imap_command command_replace = {
    .name = "REPLACE",
    .rfc = "RFC 8508",
    .capability = "REPLACE",
    .states = STATE_SELECTED,
    .traits = TRAIT_UID | TRAIT_WRITES | TRAIT_STREAMS_LITERAL,
    .args_size = sizeof(struct replace_args),
    .parse = parse_replace,
    .rights = rights_replace,
    .run = run_replace,
};
