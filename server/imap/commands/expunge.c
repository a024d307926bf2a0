/* EXPUNGE (RFC 3501 section 6.4.3) and UID EXPUNGE (RFC 4315 section 2.1); RFC 7162
 * sections 3.2.7 and 3.2.9. */
#include "commands.h"

#include "../message_limit.h"
#include "../selected.h"
#include "mail/writer.h"

struct expunge_args {
    bool given;
    struct sequence_set sequence;
};

static int parse_expunge(struct lexer *lexer, void *out)
{
    struct expunge_args *args = out;
    int err = 0;
    if (lexer_peek(lexer) == ' ')
        err = lexer_space(lexer);
    args->given = !lexer_at_end(lexer);
    if (!err && args->given)
        err = lexer_sequence_set(lexer, &args->sequence);
    return err ? err : lexer_end(lexer);
}

static void rights_expunge(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)in;
    (void)uid;
    wanted[0] = (struct rights_wanted){.subject = RIGHTS_OF_SELECTED, .all = RIGHT_EXPUNGE};
}

/* Which messages is known to the worker; the writer need not look at all of them. */
static int expunge(struct session *session, struct command *command, const struct uidset *among)
{
    struct uidset deleted, gone;
    uidset_init(&deleted);
    uidset_init(&gone);
    uint64_t modseq;
    int err = selected_deleted(session, among, &deleted, &modseq);
    if (!err && among) /* but all of them without UIDs: RFC 9738 section 3.1 */
        err = message_limit_keep(session, command, &deleted);
    bool none = uidset_is_empty(&deleted);
    if (!err && none && !command->refreshed)
        err = fail(ERR_STALE, "somebody else may have marked some");
    progress_begin(session, command, 0);
    if (!err && !none)
        err = writer_expunge(session->mail, command->grants[0], &deleted,
                             command->refreshed ? 0 : modseq, &gone);
    progress_end(command);
    command->met_mailbox = !err && !none;
    command->tells_modseq = !err && !uidset_is_empty(&gone);
    uidset_clear(&gone);
    uidset_clear(&deleted);
    return err;
}

/* One message is a small change (mail/writer.h). */
static bool expunge_needs_no_pulse(const struct session *session, const void *args)
{
    (void)args;
    struct uidset deleted;
    uidset_init(&deleted);
    bool one = selected_deleted(session, NULL, &deleted, NULL) == 0 && uidset_size(&deleted) == 1;
    uidset_clear(&deleted);
    return one;
}

static int run_expunge(struct session *session, struct command *command)
{
    const struct expunge_args *args = command->args;
    if (args->given != command->uid)
        return fail(ERR_SYNTAX, command->uid ? "UIDs expected" : "EXPUNGE takes no arguments");
    if (!command->uid)
        return expunge(session, command, NULL);
    struct uidset uids;
    uidset_init(&uids);
    int err = selected_resolve(session, &args->sequence, true, &uids);
    if (!err)
        err = expunge(session, command, &uids);
    uidset_clear(&uids);
    return err;
}

const struct imap_command command_expunge = {
    .name = "EXPUNGE",
    .rfc = "RFC 3501 section 6.4.3, RFC 4315 section 2.1",
    .states = STATE_SELECTED,
    .traits = TRAIT_UID | TRAIT_WRITES | TRAIT_NAMES_NONE,
    .args_size = sizeof(struct expunge_args),
    .parse = parse_expunge,
    .rights = rights_expunge,
    .needs_no_pulse = expunge_needs_no_pulse,
    .run = run_expunge,
};
