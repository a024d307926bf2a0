#include "selected.h"

#include <stdlib.h>

#include "base/log.h"
#include "command.h"
#include "mail/pulse.h"
#include "mail/recently_deleted.h"
#include "notify.h"
#include "proto/writer.h"
#include "recent.h"
#include "reply.h"
#include "update.h"

/* Rights that change faster than they can be asked for are asked for later. */
enum { SELECTED_ATTEMPTS = 4 };

/* Without any of these a mailbox is opened read-only (RFC 4314 section 5.2). */
#define SELECTED_WRITING                                                                           \
    (RIGHT_INSERT | RIGHT_EXPUNGE | RIGHT_SEEN | RIGHT_DELETE_MESSAGES | RIGHT_WRITE)

const struct grant *selected_grant(const struct session *session)
{
    return session->selected->grant;
}

bool selected_is_read_only(const struct session *session)
{
    return session->selected->read_only;
}

bool selected_gives_back(const struct session *session)
{
    const struct selected *selected = session->selected;
    return !selected->examined && grant_is_recently_deleted(selected->grant);
}

/* RFC 5182 section 2.1: what is expunged is no longer in it. */
static int selected_resolve_saved(const struct selected *selected, struct uidset *uids)
{
    struct uidset gone;
    int err = picture_missing(selected->picture, &selected->saved, &gone);
    if (err)
        return err;
    err = uidset_union(uids, &selected->saved);
    if (!err)
        err = uidset_subtract(uids, &gone);
    uidset_clear(&gone);
    return err;
}

int selected_resolve(const struct session *session, const struct sequence_set *sequence,
                     bool is_uid, struct uidset *uids)
{
    const struct picture *picture = session->selected->picture;
    if (sequence->saved)
        return selected_resolve_saved(session->selected, uids);
    bool nothing_there = !is_uid && picture_count(picture) == 0; /* not even a "*" */
    int err = nothing_there ? -ERR_INVALID : picture_resolve(picture, sequence, is_uid, uids);
    return err == -ERR_INVALID ? fail(ERR_SYNTAX, "There is no message of that number") : err;
}

int selected_current(const struct session *session, struct picture **out)
{
    const struct selected *selected = session->selected;
    int err = view_catch_up(selected->view, selected->seen_modseq);
    return err ? err : view_picture(selected->view, session->actor.user_id, out);
}

int selected_deleted(const struct session *session, const struct uidset *among, struct uidset *uids,
                     uint64_t *modseq_out)
{
    struct picture *picture;
    int err = selected_current(session, &picture);
    if (err)
        return err;
    err = picture_with_flags(picture, FLAG_DELETED, among, uids);
    if (modseq_out)
        *modseq_out = picture_modseq(picture);
    picture_unref(&picture);
    return err;
}

static void selected_free(struct selected *selected)
{
    audience_leave(&selected->place);
    notify_unfollow(selected->session);
    picture_unref(&selected->picture);
    picture_unref(&selected->flags_from);
    if (selected->view)
        view_close(&selected->view);
    uidset_clear(&selected->recent);
    uidset_clear(&selected->saved);
    uidset_clear(&selected->own);
    arena_clear(&selected->arena);
    free(selected);
}

static int selected_take_grant(struct selected *selected, const struct grant *grant,
                               struct arena *arena)
{
    rights_mask held = grant_rights(grant);
    rights_mask keep = selected->examined ? held & ~(rights_mask)SELECTED_WRITING : held;
    const struct grant *own = grant_restrict(grant, keep, arena);
    if (!own)
        return -ERR_NO_MEMORY;
    selected->grant = own;
    selected->read_only = !(keep & SELECTED_WRITING) || grant_is_recently_deleted(own);
    return 0;
}

static int selected_take_picture(const struct session *session, struct selected *selected)
{
    int64_t user_id = session->actor.user_id;
    if (session->enabled & ENABLED_CONDSTORE)
        return view_picture_with_modseqs(selected->view, user_id, &selected->picture);
    return view_picture(selected->view, user_id, &selected->picture);
}

int selected_open(struct session *session, const struct grant *grant, bool examine)
{
    selected_close(session);
    struct selected *selected = calloc(1, sizeof *selected);
    if (!selected)
        return fail(ERR_NO_MEMORY, "no memory to select a mailbox");
    selected->session = session;
    selected->examined = examine;
    arena_init(&selected->arena, 0);
    uidset_init(&selected->recent);
    uidset_init(&selected->saved);
    uidset_init(&selected->own);
    int err = selected_take_grant(selected, grant, &selected->arena);
    if (!err)
        err = view_open_now(session->mail, selected->grant, &selected->view);
    if (!err)
        err = selected_take_picture(session, selected);
    if (!err)
        err = recent_take(selected, 1);
    if (err) {
        selected_free(selected);
        return err;
    }
    selected->seen_modseq = picture_modseq(selected->picture);
    session->selected = selected;
    session_enter_state(session, STATE_SELECTED);
    return 0;
}

void selected_close(struct session *session)
{
    if (!session->selected)
        return;
    notify_left(session);
    selected_free(session->selected);
    session->selected = NULL;
    if (session->state == STATE_SELECTED)
        session_enter_state(session, STATE_AUTHENTICATED);
}

/* The mailbox is no longer the client's to look at. */
static int selected_lose(struct session *session, int err)
{
    struct error reason = *last_error();
    selected_close(session);
    int sent = reply_line(session, "* OK [CLOSED] The mailbox is not available any more");
    if (sent)
        return sent;
    return reason.code == (enum err) - err ? fail(reason.code, "%s", reason.text) : err;
}

static bool selected_is_lost(int err)
{
    return err == -ERR_NOT_FOUND || err == -ERR_DENIED;
}

/* What SELECT has told of the rights is told again when it is not true any more
 * (RFC 4314 section 5.1.1, RFC 3501 section 7.1): PERMANENTFLAGS with the next sync. */
static int selected_tell_rights(struct session *session, rights_mask before, bool was_read_only)
{
    struct selected *selected = session->selected;
    rights_mask now = grant_rights(selected->grant);
    if (flags_changeable(before) != flags_changeable(now))
        selected->keywords_version = view_keywords_version(selected->view) - 1;
    if (selected->read_only == was_read_only)
        return 0;
    return reply_line(session, selected->read_only
                                   ? "* OK [READ-ONLY] You may change nothing here any more"
                                   : "* OK [READ-WRITE] You may change something here now");
}

/* Asks for the rights anew. Losing `r` closes the mailbox. */
static int selected_regrant(struct session *session)
{
    struct selected *selected = session->selected;
    rights_mask before = grant_rights(selected->grant);
    bool was_read_only = selected->read_only;
    struct arena arena;
    arena_init(&arena, 0);
    const struct grant *grant;
    int err = acl_check_id(session->mail, &session->actor, grant_mailbox_id(selected->grant),
                           RIGHT_READ, &arena, &grant);
    if (!err)
        err = selected_take_grant(selected, grant, &arena);
    if (err) {
        arena_clear(&arena);
        return selected_is_lost(err) ? selected_lose(session, err) : err;
    }
    arena_clear(&selected->arena);
    selected->arena = arena;
    return selected_tell_rights(session, before, was_read_only);
}

int selected_refresh(struct session *session)
{
    struct selected *selected = session->selected;
    if (!selected)
        return 0;
    struct pulse pulse;
    int err = pulse_read(session->mail, selected->grant, &pulse);
    if (err)
        return selected_is_lost(err) ? selected_lose(session, err) : err;
    if (pulse.user_disabled) {
        session_bye(session, "Your account was disabled");
        return fail(ERR_CREDENTIALS, "Your account was disabled");
    }
    view_hear_recent(selected->view, pulse.first_recent);
    if (pulse.modseq > selected->seen_modseq)
        selected->seen_modseq = pulse.modseq;
    if (grant_is_stale(selected->grant, pulse.rights_modseq))
        return selected_regrant(session);
    return 0;
}

bool selected_holds(const struct session *session)
{
    const struct selected *selected = session->selected;
    return selected && !view_is_gone(selected->view) &&
           !grant_is_stale(selected->grant, view_rights_modseq(selected->view));
}

void selected_expect_modseq(struct session *session, uint64_t modseq)
{
    struct selected *selected = session->selected;
    if (selected && modseq > selected->seen_modseq)
        selected->seen_modseq = modseq;
}

int selected_expect_change(struct session *session)
{
    return session->selected ? selected_regrant(session) : 0;
}

/* The picture of now, under a grant that is not older: while either is asked for the
 * view may have come to the row that takes the rights away. NULL when the mailbox
 * was lost. */
static int selected_take_now(struct session *session, struct picture **out)
{
    struct picture *now = NULL;
    int err = 0;
    for (int attempt = 0; !err && session->selected; attempt++) {
        const struct view *view = session->selected->view;
        bool stale = grant_is_stale(session->selected->grant, view_rights_modseq(view));
        if (now && !stale)
            break;
        picture_unref(&now);
        if (attempt == SELECTED_ATTEMPTS)
            return fail(ERR_STALE, "the rights keep changing");
        if (stale)
            err = selected_regrant(session);
        if (!err && session->selected)
            err = view_picture(session->selected->view, session->actor.user_id, &now);
    }
    if (err || !session->selected)
        picture_unref(&now);
    *out = now;
    return err;
}

int selected_sync_store(struct session *session, bool may_expunge,
                        const struct selected_store *store)
{
    struct selected *selected = session->selected;
    int err = view_catch_up(selected->view, selected->seen_modseq);
    if (!err && view_is_gone(selected->view))
        err = fail(ERR_NOT_FOUND, "No such mailbox");
    if (selected_is_lost(err))
        err = selected_lose(session, err);
    struct picture *now = NULL;
    if (!err)
        err = selected_take_now(session, &now);
    uint32_t new_from = session->selected ? picture_uidnext(session->selected->picture) : 0;
    if (!err && now)
        err = update_send(session, now, may_expunge, store);
    if (!err && now)
        err = notify_tell_new(session, new_from);
    picture_unref(&now);
    if (reply_is_fatal(err))
        return err;
    if (err && !selected_is_lost(err)) {
        session_log(session, LOG_WARNING, "sync", NULL, err);
        selected->seen_modseq = 0; /* what else this command syncs need not wait for it again */
    }
    return 0; /* the news come with a later command, which asks how far they go */
}

int selected_sync(struct session *session, bool may_expunge)
{
    return selected_sync_store(session, may_expunge, NULL);
}

uint64_t selected_told_modseq(const struct selected *selected)
{
    uint64_t told =
        selected->picture_is_own ? selected->whole_modseq : picture_modseq(selected->picture);
    uint64_t flags = selected->flags_from ? picture_modseq(selected->flags_from) : told;
    return flags < told ? flags : told;
}

/* What was told may have higher modseqs than an EXPUNGE that is still to come, or a change of
 * flags that the client does not want to be told of (RFC 7162 section 6). */
static int selected_tell_shortened(struct session *session)
{
    const struct selected *selected = session->selected;
    if (!selected || !(session->enabled & ENABLED_CONDSTORE))
        return 0;
    uint64_t told = selected_told_modseq(selected);
    if (told == picture_modseq(selected->picture))
        return 0;
    return reply_line(session, "* OK [HIGHESTMODSEQ %llu] Not all that came later was told",
                      (unsigned long long)told);
}

int selected_tell_modseq(struct session *session, struct command *command)
{
    const struct selected *selected = session->selected;
    if (!selected || !(session->enabled & ENABLED_CONDSTORE))
        return 0;
    if (!command->tells_modseq || !(session->enabled & ENABLED_QRESYNC))
        return selected_tell_shortened(session);
    buffer_printf(&command->code, "[HIGHESTMODSEQ %llu]",
                  (unsigned long long)selected_told_modseq(selected));
    return buffer_check(&command->code);
}

/* Modseqs are told with flags, if they are, and with what is fetched of new messages. */
int selected_show(struct session *session, bool may_expunge)
{
    uint64_t modseq = picture_modseq(session->selected->picture);
    uint32_t uidnext = picture_uidnext(session->selected->picture);
    int err = selected_sync(session, may_expunge);
    const struct selected *selected = session->selected;
    if (err || !selected || picture_modseq(selected->picture) == modseq)
        return err;
    bool has_new = picture_uidnext(selected->picture) != uidnext;
    return has_new || selected->picture_is_own ? selected_tell_shortened(session) : 0;
}

void selected_render_flags(struct selected *selected, struct buffer *out)
{
    const struct keyword_table *keywords = view_keywords(selected->view);
    selected->keywords_version = view_keywords_version(selected->view);
    flag_mask all = FLAGS_SYSTEM;
    for (size_t i = 0; i < FLAG_KEYWORD_COUNT; i++)
        if (keywords->names[i].data)
            all |= (flag_mask)1 << (FLAG_KEYWORD_FIRST + i);
    buffer_add_cstr(out, "* FLAGS ");
    write_flags(out, all, keywords, false);
    rights_mask rights = selected->read_only ? RIGHTS_NONE : grant_rights(selected->grant);
    flag_mask permanent = all & flags_changeable(rights);
    buffer_add_cstr(out, "\r\n* OK [PERMANENTFLAGS ");
    write_flags(out, permanent, keywords, false);
    if (rights & RIGHT_WRITE && keywords->count < FLAG_KEYWORD_COUNT) {
        buffer_truncate(out, out->len - 1);
        buffer_add_cstr(out, permanent ? " \\*)" : "\\*)"); /* new keywords may be made */
    }
    buffer_add_cstr(out, "] Flags you may change\r\n");
}

int selected_copy_keywords(const struct session *session, struct arena *arena,
                           struct keyword_table *out)
{
    return view_copy_keywords(session->selected->view, arena, out);
}
