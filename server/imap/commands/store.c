/* STORE (RFC 3501 section 6.4.6; RFC 4314 section 4 for who may). */
#include "commands.h"
#include "on_messages.h"

#include "../reply.h"
#include "../selected.h"
#include "mail/writer.h"

struct store_args {
    struct sequence_set sequence;
    enum flag_change change;
    bool silent;
    struct flag_names flags;
};

static int parse_store_item(struct lexer *lexer, struct store_args *args)
{
    args->change = lexer_accept(lexer, '+')   ? FLAG_CHANGE_ADD
                   : lexer_accept(lexer, '-') ? FLAG_CHANGE_REMOVE
                                              : FLAG_CHANGE_SET;
    if (lexer_accept_word(lexer, "FLAGS.SILENT"))
        args->silent = true;
    else if (!lexer_accept_word(lexer, "FLAGS"))
        return fail(ERR_SYNTAX, "FLAGS expected");
    return 0;
}

static int parse_store(struct lexer *lexer, void *out)
{
    struct store_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_sequence_set(lexer, &args->sequence);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = parse_store_item(lexer, args);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = lexer_flag_list(lexer, true, &args->flags);
    return err ? err : lexer_end(lexer);
}

static void rights_store(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)in;
    (void)uid;
    wanted[0] = (struct rights_wanted){
        .subject = RIGHTS_OF_SELECTED,
        .any = RIGHT_SEEN | RIGHT_WRITE | RIGHT_DELETE_MESSAGES,
    };
}

/* One message: a small change (mail/writer.h). */
static bool store_needs_no_pulse(const void *in)
{
    const struct store_args *args = in;
    const struct sequence_set *sequence = &args->sequence;
    return sequence->count == 1 && sequence->items[0].first == sequence->items[0].last;
}

static int store_run(struct session *session, struct command *command, const struct uidset *uids)
{
    const struct store_args *args = command->args;
    const struct grant *grant = command->grants[0];
    flag_mask flags;
    uint64_t modseq = 0;
    int err = writer_resolve_flags(session->mail, grant, &args->flags, &flags);
    if (!err)
        err = writer_store(session->mail, grant, uids, args->change, flags, &modseq);
    if (err)
        return err;
    selected_expect_modseq(session, modseq);
    struct selected_store store = {
        .uids = uids,
        .change = args->change,
        .flags = flags,
        .may = flags_changeable(grant_rights(grant)),
        .silent = args->silent,
    };
    return selected_sync_store(session, command->uid, &store);
}

static int run_store(struct session *session, struct command *command)
{
    const struct store_args *args = command->args;
    return on_messages(session, command, &args->sequence, store_run);
}

const struct imap_command command_store = {
    .name = "STORE",
    .rfc = "RFC 3501 section 6.4.6",
    .states = STATE_SELECTED,
    .traits = TRAIT_UID | TRAIT_WRITES | TRAIT_KEEPS_NUMBERS,
    .args_size = sizeof(struct store_args),
    .parse = parse_store,
    .rights = rights_store,
    .needs_no_pulse = store_needs_no_pulse,
    .run = run_store,
};
