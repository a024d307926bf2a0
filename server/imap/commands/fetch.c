/* FETCH (RFC 3501 section 6.4.5, RFC 7162 sections 3.1.4 and 3.2.6, RFC 9394): what to fetch, for
 * whom, and \Seen. The rendering is in fetch_batch.c and fetch_render.c. */
#include "commands.h"

#include "../events.h"
#include "../fetch_batch.h"
#include "../message_limit.h"
#include "../resync.h"
#include "../selected.h"
#include "fiber/fiber.h"
#include "mail/writer.h"
#include "proto/fetch_args.h"

struct fetch_args {
    struct sequence_set sequence;
    struct fetch_spec spec;
    bool only_changed;
    uint64_t changed_since;
    bool vanished;
    struct partial_range page;
};

/* RFC 7162 sections 3.1.4.1 and 3.2.6, RFC 9394 section 3.3 */
static int parse_fetch_modifier(struct lexer *lexer, struct fetch_args *args)
{
    if (lexer_accept_word(lexer, "VANISHED")) {
        args->vanished = true;
        return 0;
    }
    if (lexer_accept_word(lexer, "PARTIAL")) {
        int err = lexer_space(lexer);
        return err ? err : lexer_partial_range(lexer, &args->page);
    }
    if (!lexer_accept_word(lexer, "CHANGEDSINCE"))
        return fail(ERR_SYNTAX, "CHANGEDSINCE, VANISHED or PARTIAL expected");
    args->only_changed = true;
    int err = lexer_space(lexer);
    return err ? err : lexer_number64(lexer, &args->changed_since);
}

static int parse_fetch_modifiers(struct lexer *lexer, struct fetch_args *args)
{
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_expect(lexer, '(');
    while (!err) {
        err = parse_fetch_modifier(lexer, args);
        if (err || lexer_accept(lexer, ')'))
            break;
        err = lexer_space(lexer);
    }
    if (!err && args->vanished && !args->only_changed)
        err = fail(ERR_SYNTAX, "VANISHED needs CHANGEDSINCE");
    return err;
}

static int parse_fetch(struct lexer *lexer, void *out)
{
    struct fetch_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_sequence_set(lexer, &args->sequence);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = fetch_args_parse(lexer, &args->spec);
    struct lexer ahead = *lexer;
    lexer_skip_spaces(&ahead);
    if (!err && !lexer_at_end(&ahead))
        err = parse_fetch_modifiers(lexer, args);
    return err ? err : lexer_end(lexer);
}

static unsigned enables_fetch(const void *in)
{
    const struct fetch_args *args = in;
    bool with_modseq = args->only_changed || fetch_spec_has(&args->spec, FETCH_MODSEQ);
    return with_modseq ? ENABLED_CONDSTORE : 0;
}

static void rights_fetch(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)in;
    (void)uid;
    wanted[0] = (struct rights_wanted){.subject = RIGHTS_OF_SELECTED, .all = RIGHT_READ};
}

static bool fetch_sets_seen(const struct fetch_spec *spec)
{
    for (size_t i = 0; i < spec->count; i++)
        if (fetch_kind_has_section(spec->items[i].kind) && !spec->items[i].peek)
            return true;
    return false;
}

static int fetch_find_unseen(const struct picture *picture, const struct uidset *uids,
                             struct uidset *unseen)
{
    int err = 0;
    for (size_t i = 0; i < uids->count; i++) {
        uint64_t uid = uids->ranges[i].first;
        for (; !err && uid <= uids->ranges[i].last; uid++) {
            struct entry entry;
            if (picture_find(picture, (uint32_t)uid, &entry) && !(entry.flags & FLAG_SEEN))
                err = uidset_add(unseen, (uint32_t)uid);
            fiber_breathe();
        }
    }
    return err;
}

/* Fetching a body sets \Seen, for those who may (RFC 3501 section 6.4.5). Done
 * first, so that the reply can show it. What is unseen is known: the news came
 * before (TRAIT_SHOWS_NOW). */
static int fetch_mark_seen(struct session *session, struct command *command,
                           const struct uidset *uids, struct uidset *marked)
{
    const struct fetch_args *args = command->args;
    const struct grant *grant = command->grants[0];
    if (!fetch_sets_seen(&args->spec) || selected_is_read_only(session) ||
        !grant_has(grant, RIGHT_SEEN))
        return 0;
    int err = fetch_find_unseen(session->selected->picture, uids, marked);
    struct picture *before;
    if (err || uidset_is_empty(marked))
        return err;
    err = events_before_flags(session, &before);
    if (err)
        return err;
    err = writer_store(session->mail, grant, marked, FLAG_CHANGE_ADD, FLAG_SEEN, NULL);
    events_after_flags(session, command, marked, &before, err);
    return err;
}

/* Those it has marked are shown as they are now, which others may have changed, too. */
static int fetch_marked(struct session *session, struct command *command,
                        struct fetch_request *request)
{
    struct picture *current;
    int err = selected_current(session, &current);
    if (err)
        return err;
    request->marked_now = current;
    err = fetch_send(request, command->arena);
    struct selected_store store = {
        .uids = request->marked, .may = FLAG_SEEN, .silent = true, .shown = current};
    if (!err)
        err = selected_sync_store(session, command->uid, &store);
    picture_unref(&current);
    return err;
}

static int fetch_run(struct session *session, struct command *command, const struct uidset *uids)
{
    const struct fetch_args *args = command->args;
    struct uidset marked;
    uidset_init(&marked);
    int err = fetch_mark_seen(session, command, uids, &marked);
    struct fetch_request request = {.session = session,
                                    .grant = command->grants[0],
                                    .spec = &args->spec,
                                    .uids = uids,
                                    .marked = &marked,
                                    .with_uid =
                                        command->uid && !(session->enabled & ENABLED_UIDONLY),
                                    .with_modseq = args->only_changed,
                                    .last_first = command->ended_at != 0,
                                    .ahead = &command->ahead};
    if (!err && uidset_is_empty(&marked))
        err = fetch_send(&request, command->arena);
    else if (!err)
        err = fetch_marked(session, command, &request);
    uidset_clear(&marked);
    return err;
}

/* The messages that are meant, or the page of them (RFC 9394 section 3.3). */
static int fetch_resolve(const struct session *session, const struct command *command,
                         struct uidset *uids)
{
    const struct fetch_args *args = command->args;
    int err = selected_resolve(session, &args->sequence, command->uid, uids);
    if (err || !args->page.given)
        return err;
    size_t start, end;
    partial_range_find(&args->page, (size_t)uidset_size(uids), &start, &end);
    return uidset_keep_places(uids, start, end);
}

enum { FEW = 128 };

/* Whether the client names few enough messages to look them up twice: what a
 * long FETCH begins with can wait for the pulse. */
static bool fetch_names_few(const struct sequence_set *sequence)
{
    uint64_t numbers = 0;
    for (size_t i = 0; i < sequence->count && numbers <= FEW; i++) {
        const struct uid_range *range = &sequence->items[i];
        bool has_star = range->first == 0 || range->last == 0;
        uint64_t span =
            range->last > range->first ? range->last - range->first : range->first - range->last;
        numbers += has_star ? FEW + 1 : span + 1;
    }
    return numbers <= FEW;
}

/* Without it the command takes longer, and says itself what is wrong. */
static void ask_ahead_fetch(struct session *session, struct command *command)
{
    const struct fetch_args *args = command->args;
    if (args->only_changed) /* few of those it names */
        return;
    bool may_be_many = args->sequence.saved || !fetch_names_few(&args->sequence);
    if (may_be_many && picture_count(session->selected->picture) > FEW)
        return;
    struct uidset uids;
    uidset_init(&uids);
    int err = fetch_resolve(session, command, &uids);
    if (!err)
        err = fetch_ask_ahead(session, &args->spec, &uids, &command->ahead);
    if (err)
        command->ahead = NULL;
    uidset_clear(&uids);
}

/* Before any FETCH (RFC 7162 section 3.2.6). "*" means all there have been: the last
 * messages may be among those that are gone. */
static int fetch_vanished(struct session *session, const struct fetch_args *args)
{
    uint32_t last = picture_uidnext(session->selected->picture) - 1;
    struct uidset known;
    uidset_init(&known);
    int err = args->sequence.saved ? selected_resolve(session, &args->sequence, true, &known)
                                   : sequence_set_resolve(&args->sequence, last, &known);
    const struct resync_request request = {.since = args->changed_since, .known = &known};
    if (!err)
        err = resync_send_vanished(session, &request);
    uidset_clear(&known);
    return err;
}

/* First the page, then what has changed in it (RFC 9394 section 3.4). */
static int fetch_keep_page(const struct session *session, const struct command *command,
                           struct uidset *changed)
{
    const struct fetch_args *args = command->args;
    if (!args->page.given)
        return 0;
    struct uidset page;
    uidset_init(&page);
    int err = fetch_resolve(session, command, &page);
    if (!err)
        err = uidset_intersect(changed, &page);
    uidset_clear(&page);
    return err;
}

static int fetch_changed(struct session *session, struct command *command)
{
    const struct fetch_args *args = command->args;
    int err = args->vanished ? fetch_vanished(session, args) : 0;
    if (err)
        return err;
    struct uidset uids;
    uidset_init(&uids);
    err = resync_find_changed(session, &args->sequence, command->uid, args->changed_since, &uids);
    if (!err)
        err = fetch_keep_page(session, command, &uids);
    if (!err)
        err = message_limit_keep(session, command, &uids);
    if (!err && !uidset_is_empty(&uids))
        err = fetch_run(session, command, &uids);
    uidset_clear(&uids);
    return err;
}

static int fetch_any(struct session *session, struct command *command)
{
    struct uidset uids;
    uidset_init(&uids);
    int err = fetch_resolve(session, command, &uids);
    if (!err)
        err = message_limit_keep(session, command, &uids);
    if (!err && !uidset_is_empty(&uids))
        err = fetch_run(session, command, &uids);
    uidset_clear(&uids);
    return err;
}

static int run_fetch(struct session *session, struct command *command)
{
    const struct fetch_args *args = command->args;
    if (args->vanished && !command->uid)
        return fail(ERR_SYNTAX, "VANISHED is for UID FETCH");
    if (args->page.given && !command->uid)
        return fail(ERR_SYNTAX, "PARTIAL is for UID FETCH");
    if (args->vanished && !(session->enabled & ENABLED_QRESYNC))
        return fail(ERR_SYNTAX, "ENABLE QRESYNC comes first");
    uint32_t limit = message_limit(session);
    if (limit && args->page.given && partial_range_size(&args->page) > limit)
        return message_limit_refuse(command, limit, NULL);
    if (args->only_changed)
        return fetch_changed(session, command);
    return fetch_any(session, command);
}

const struct imap_command command_fetch = {
    .name = "FETCH",
    .rfc = "RFC 3501 section 6.4.5, RFC 7162 sections 3.1.4 and 3.2.6, RFC 3516, RFC 8970",
    .capability = "BINARY PREVIEW",
    .states = STATE_SELECTED,
    .traits = TRAIT_UID | TRAIT_KEEPS_NUMBERS | TRAIT_SHOWS_NOW,
    .args_size = sizeof(struct fetch_args),
    .parse = parse_fetch,
    .enables = enables_fetch,
    .rights = rights_fetch,
    .ask_ahead = ask_ahead_fetch,
    .run = run_fetch,
};
