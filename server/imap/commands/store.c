/* STORE (RFC 3501 section 6.4.6; RFC 4314 section 4 for who may; RFC 7162 section 3.1.3). */
#include "commands.h"
#include "on_messages.h"

#include "../events.h"
#include "../reply.h"
#include "../selected.h"
#include "mail/writer.h"

struct store_args {
    struct sequence_set sequence;
    enum flag_change change;
    bool silent;
    bool conditional;
    uint64_t unchanged_since;
    struct flag_names flags;
};

/* ["(" UNCHANGEDSINCE SP mod-sequence-valzer ")" SP] (RFC 7162 section 3.1.3) */
static int parse_store_modifiers(struct lexer *lexer, struct store_args *args)
{
    if (!lexer_accept(lexer, '('))
        return 0;
    args->conditional = true;
    if (!lexer_accept_word(lexer, "UNCHANGEDSINCE"))
        return fail(ERR_SYNTAX, "UNCHANGEDSINCE expected");
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_number64(lexer, &args->unchanged_since);
    if (!err)
        err = lexer_expect(lexer, ')');
    return err ? err : lexer_space(lexer);
}

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
        err = parse_store_modifiers(lexer, args);
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

/* Flags of one message: a small change (mail/writer.h). */
static bool store_needs_no_pulse(const struct session *session, const void *in)
{
    (void)session;
    const struct store_args *args = in;
    return on_one_message(&args->sequence) && !args->conditional &&
           (args->flags.system || args->flags.keyword_count > 0);
}

static unsigned enables_store(const void *in)
{
    const struct store_args *args = in;
    return args->conditional ? ENABLED_CONDSTORE : 0;
}

static int store_render_code(const struct session *session, bool uid, const struct uidset *refused,
                             struct buffer *out)
{
    const struct picture *picture = session->selected->picture;
    struct uidset shown;
    uidset_init(&shown);
    int err = uid ? uidset_union(&shown, refused) : 0;
    for (size_t i = 0; i < refused->count && !uid && !err; i++) {
        uint64_t n = refused->ranges[i].first;
        for (; n <= refused->ranges[i].last && !err; n++)
            err = uidset_add(&shown, picture_seq(picture, (uint32_t)n));
    }
    buffer_add_cstr(out, "[MODIFIED ");
    uidset_render(&shown, out);
    buffer_add_char(out, ']');
    uidset_clear(&shown);
    return err ? err : buffer_check(out);
}

/* What came of a STORE. */
struct store_outcome {
    struct uidset stored;  /* what the condition let through, and is still there */
    struct uidset refused; /* what has changed before */
};

static int store_find_stored(const struct picture *current, const struct uidset *uids,
                             struct store_outcome *outcome)
{
    struct uidset gone;
    int err = picture_missing(current, uids, &gone);
    if (err)
        return err;
    err = uidset_union(&outcome->stored, uids);
    if (!err)
        err = uidset_subtract(&outcome->stored, &gone);
    if (!err)
        err = uidset_subtract(&outcome->stored, &outcome->refused);
    uidset_clear(&gone);
    return err;
}

static int store_unchanged(struct session *session, struct command *command,
                           const struct uidset *uids, flag_mask flags,
                           struct store_outcome *outcome)
{
    const struct store_args *args = command->args;
    struct picture *current;
    int err = selected_current(session, &current);
    if (err)
        return err;
    err = writer_store_unchanged(session->mail, command->grants[0], current, uids, args->change,
                                 flags, args->unchanged_since, &outcome->refused);
    if (!err)
        err = store_find_stored(current, uids, outcome);
    picture_unref(&current);
    if (!err && !uidset_is_empty(&outcome->refused)) {
        command->text = "Some have changed meanwhile";
        err = store_render_code(session, command->uid, &outcome->refused, &command->code);
    }
    return err;
}

static int store_any(struct session *session, struct command *command, const struct uidset *uids,
                     flag_mask flags, struct store_outcome *outcome)
{
    const struct store_args *args = command->args;
    uint64_t modseq = 0;
    int err = writer_store(session->mail, command->grants[0], uids, args->change, flags, &modseq);
    if (err)
        return err;
    command->met_mailbox = modseq != 0;
    selected_expect_modseq(session, modseq);
    return uidset_union(&outcome->stored, uids);
}

static int store_tell(struct session *session, const struct command *command, flag_mask flags,
                      const struct store_outcome *outcome)
{
    const struct store_args *args = command->args;
    struct selected_store store = {
        .uids = &outcome->stored,
        .change = args->change,
        .flags = flags,
        .may = flags_changeable(grant_rights(command->grants[0])),
        .silent = args->silent,
        .conditional = args->conditional,
        .refused = &outcome->refused,
    };
    return selected_sync_store(session, command->uid, &store);
}

static int store_run(struct session *session, struct command *command, const struct uidset *uids)
{
    const struct store_args *args = command->args;
    flag_mask flags;
    int err = writer_resolve_flags(session->mail, command->grants[0], &args->flags, &flags);
    if (err)
        return err;
    struct store_outcome outcome;
    uidset_init(&outcome.stored);
    uidset_init(&outcome.refused);
    struct picture *before;
    err = events_before_flags(session, &before);
    if (err)
        return err;
    progress_begin(session, command, 0);
    err = args->conditional ? store_unchanged(session, command, uids, flags, &outcome)
                            : store_any(session, command, uids, flags, &outcome);
    progress_end(command);
    events_after_flags(session, command, uids, &before, err);
    if (!err)
        err = store_tell(session, command, flags, &outcome);
    uidset_clear(&outcome.stored);
    uidset_clear(&outcome.refused);
    return err;
}

static int run_store(struct session *session, struct command *command)
{
    const struct store_args *args = command->args;
    return on_last_messages(session, command, &args->sequence, store_run);
}

const struct imap_command command_store = {
    .name = "STORE",
    .rfc = "RFC 3501 section 6.4.6, RFC 7162 section 3.1.3",
    .states = STATE_SELECTED,
    .traits = TRAIT_UID | TRAIT_WRITES | TRAIT_KEEPS_NUMBERS,
    .args_size = sizeof(struct store_args),
    .parse = parse_store,
    .enables = enables_store,
    .rights = rights_store,
    .needs_no_pulse = store_needs_no_pulse,
    .run = run_store,
};
