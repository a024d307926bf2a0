/* SELECT, EXAMINE (RFC 3501 section 6.3.1, 6.3.2; RFC 7162 section 3.2.5; RFC 8474) and the ways
 * out of a mailbox (section 6.4.2; RFC 3691). */
#include "commands.h"
#include "written_name.h"

#include "../reply.h"
#include "../resync.h"
#include "../selected.h"
#include "mail/writer.h"
#include "model/object_id.h"

struct select_args {
    struct written_name name;
    bool condstore;
    struct resync_args resync;
};

/* RFC 7162 sections 3.1.8 and 3.2.5 */
static int parse_select_parameter(struct lexer *lexer, struct select_args *args)
{
    if (lexer_accept_word(lexer, "CONDSTORE")) {
        args->condstore = true;
        return 0;
    }
    if (!lexer_accept_word(lexer, "QRESYNC") || args->resync.given)
        return fail(ERR_SYNTAX, "CONDSTORE or QRESYNC expected");
    int err = lexer_space(lexer);
    return err ? err : resync_parse(lexer, &args->resync);
}

static int parse_select_parameters(struct lexer *lexer, struct select_args *args)
{
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_expect(lexer, '(');
    while (!err) {
        err = parse_select_parameter(lexer, args);
        if (err || lexer_accept(lexer, ')'))
            break;
        err = lexer_space(lexer);
    }
    return err;
}

static int parse_select(struct lexer *lexer, void *out)
{
    struct select_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = written_name_parse(lexer, &args->name);
    struct lexer ahead = *lexer;
    lexer_skip_spaces(&ahead);
    if (!err && !lexer_at_end(&ahead))
        err = parse_select_parameters(lexer, args);
    return err ? err : lexer_end(lexer);
}

static int check_select(const struct session *session, struct command *command)
{
    const struct select_args *args = command->args;
    if (args->resync.given && !(session->enabled & ENABLED_QRESYNC))
        return fail(ERR_SYNTAX, "ENABLE QRESYNC comes first");
    if (args->resync.match_numbers.count && (session->enabled & ENABLED_UIDONLY))
        return command_refuse_numbers(command); /* RFC 9586 section 3.4 */
    return 0;
}

static unsigned enables_select(const void *in)
{
    const struct select_args *args = in;
    return args->condstore || args->resync.given ? ENABLED_CONDSTORE : 0;
}

static void rights_select(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)uid;
    const struct select_args *args = in;
    wanted[0] = (struct rights_wanted){
        .subject = RIGHTS_OF_MAILBOX, .name = args->name.mailbox, .all = RIGHT_READ};
}

static int select_describe(struct session *session)
{
    struct selected *selected = session->selected;
    const struct picture *picture = selected->picture;
    struct buffer out;
    buffer_init(&out, 0);
    selected_render_flags(selected, &out);
    buffer_printf(&out, "* %u EXISTS\r\n", picture_count(picture));
    if (!(session->enabled & ENABLED_REV2))
        buffer_printf(&out, "* %llu RECENT\r\n",
                      (unsigned long long)uidset_size(&selected->recent));
    uint32_t first_unseen = picture_first_unseen(picture);
    if (first_unseen && !(session->enabled & (ENABLED_UIDONLY | ENABLED_REV2)))
        buffer_printf(&out, "* OK [UNSEEN %u] First unseen\r\n", first_unseen);
    buffer_printf(&out, "* OK [UIDVALIDITY %u] UIDs are valid\r\n",
                  grant_uidvalidity(selected->grant));
    buffer_printf(&out, "* OK [UIDNEXT %u] Predicted next UID\r\n", picture_uidnext(picture));
    buffer_add_cstr(&out, "* OK [MAILBOXID (");
    object_id_render(OBJECT_MAILBOX, grant_mailbox_id(selected->grant), &out);
    buffer_add_cstr(&out, ")] Whatever its name\r\n");
    buffer_printf(&out, "* OK [HIGHESTMODSEQ %llu] Highest\r\n",
                  (unsigned long long)picture_modseq(picture));
    int err = reply_buffer(session, &out);
    buffer_clear(&out);
    return err;
}

/* RFC 9051 section 6.3.2: which mailbox it is, as LIST calls it. OLDNAME: as the client did. */
static int select_name(struct session *session, const struct select_args *args, struct arena *arena)
{
    if (!(session->enabled & ENABLED_REV2))
        return 0;
    struct slice name;
    bool differs;
    int err = written_name_normalise(session, &args->name, arena, &name, &differs);
    return err ? err
               : written_name_tell(session, "", name, differs ? args->name.written : SLICE_EMPTY);
}

static int select_open(struct session *session, struct command *command, bool examine)
{
    const struct select_args *args = command->args;
    int err = selected_open(session, command->grants[0], examine);
    if (!err)
        err = select_name(session, args, command->arena);
    if (!err)
        err = select_describe(session);
    if (!err && args->resync.given)
        err = resync_send(session, &args->resync, command->arena);
    if (err)
        return err;
    buffer_add_cstr(&command->code,
                    selected_is_read_only(session) ? "[READ-ONLY]" : "[READ-WRITE]");
    return 0;
}

static int run_select(struct session *session, struct command *command)
{
    return select_open(session, command, false);
}

const struct imap_command command_select = {
    .name = "SELECT",
    .rfc = "RFC 3501 section 6.3.1, RFC 7162 section 3.2.5",
    .states = STATE_LOGGED_IN,
    .traits = TRAIT_LEAVES_MAILBOX,
    .args_size = sizeof(struct select_args),
    .parse = parse_select,
    .check = check_select,
    .enables = enables_select,
    .rights = rights_select,
    .run = run_select,
};

static int run_examine(struct session *session, struct command *command)
{
    return select_open(session, command, true);
}

const struct imap_command command_examine = {
    .name = "EXAMINE",
    .rfc = "RFC 3501 section 6.3.2, RFC 7162 section 3.2.5",
    .states = STATE_LOGGED_IN,
    .traits = TRAIT_LEAVES_MAILBOX,
    .args_size = sizeof(struct select_args),
    .parse = parse_select,
    .check = check_select,
    .enables = enables_select,
    .rights = rights_select,
    .run = run_examine,
};

/* Silently (RFC 3501 section 6.4.2). */
static int close_expunge(struct session *session, const struct grant *grant)
{
    struct uidset deleted;
    uidset_init(&deleted);
    int err = selected_deleted(session, NULL, &deleted, NULL);
    if (!err && !uidset_is_empty(&deleted))
        err = writer_expunge(session->mail, grant, &deleted, 0, NULL);
    uidset_clear(&deleted);
    return err;
}

static int run_close(struct session *session, struct command *command)
{
    const struct grant *grant = selected_grant(session);
    int err = 0;
    progress_begin(session, command, 0);
    if (!selected_is_read_only(session) && grant_has(grant, RIGHT_EXPUNGE))
        err = close_expunge(session, grant);
    progress_end(command);
    if (!err)
        selected_close(session);
    return err;
}

const struct imap_command command_close = {
    .name = "CLOSE",
    .rfc = "RFC 3501 section 6.4.2",
    .states = STATE_SELECTED,
    .run = run_close,
};

static int run_unselect(struct session *session, struct command *command)
{
    (void)command;
    selected_close(session);
    return 0;
}

const struct imap_command command_unselect = {
    .name = "UNSELECT",
    .rfc = "RFC 3691",
    .capability = "UNSELECT",
    .states = STATE_SELECTED,
    .run = run_unselect,
};
