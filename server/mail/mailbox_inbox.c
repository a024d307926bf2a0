#include "mailbox_inbox.h"

#include "base/arena.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "grant.h"
#include "mail/mailbox.h"
#include "mail/view.h"
#include "mail/writer.h"
#include "store/annotations.h"

enum { MOVE_ATTEMPTS = 4, RIGHTS_TO_MOVE = RIGHT_READ | RIGHT_DELETE_MESSAGES | RIGHT_EXPUNGE };

/* One move of a whole picture. */
struct inbox_move {
    struct mail *mail;
    const struct grant *source;
    const struct grant *destination;
    const struct picture *picture;
    struct arena *arena;
    flag_mask keywords[FLAG_KEYWORD_COUNT]; /* bit of the source -> mask of the destination */
};

static int map_keyword(struct inbox_move *move, struct slice name, flag_mask *out)
{
    const struct flag_names names = {0, &name, 1};
    return writer_resolve_flags(move->mail, move->destination, &names, out);
}

static int map_keywords(struct inbox_move *move, const struct keyword_table *table)
{
    /* The table is the view's and may go at the first park. */
    struct slice names[FLAG_KEYWORD_COUNT];
    for (size_t i = 0; i < FLAG_KEYWORD_COUNT; i++) {
        names[i] = table->names[i];
        if (names[i].data)
            names[i] = arena_copy(move->arena, table->names[i]);
        if (table->names[i].data && !names[i].data)
            return -ERR_NO_MEMORY;
    }
    int err = 0;
    for (size_t i = 0; i < FLAG_KEYWORD_COUNT && !err; i++)
        if (names[i].data)
            err = map_keyword(move, names[i], &move->keywords[i]);
    return err;
}

static flag_mask translate(const struct inbox_move *move, flag_mask flags)
{
    flag_mask translated = flags & FLAGS_SYSTEM;
    for (size_t i = 0; i < FLAG_KEYWORD_COUNT; i++)
        if (flags & ((flag_mask)1 << (FLAG_KEYWORD_FIRST + i)))
            translated |= move->keywords[i];
    return translated;
}

static int collect(struct inbox_move *move, struct append_item *items, struct uidset *uids)
{
    uint32_t count = picture_count(move->picture);
    int err = 0;
    for (uint32_t seq = 1; seq <= count && !err; seq++) {
        struct entry entry = picture_entry(move->picture, seq);
        items[seq - 1] = (struct append_item){.message_id = entry.message_id,
                                              .size = entry.size,
                                              .flags = translate(move, entry.flags),
                                              .internal_date = entry.internal_date};
        err = uidset_add(uids, entry.uid);
        fiber_breathe();
    }
    return err;
}

/* By one change, as MOVE of all of them would: all or none. */
static int move_all(struct inbox_move *move)
{
    struct append_item *items =
        ARENA_ARRAY(move->arena, picture_count(move->picture), struct append_item);
    if (!items)
        return -ERR_NO_MEMORY;
    struct uidset uids, moved;
    struct append_outcome outcome = {0};
    uidset_init(&uids);
    uidset_init(&moved);
    uidset_init(&outcome.uids);
    int err = collect(move, items, &uids);
    if (!err)
        err = writer_move(move->mail, move->source, &uids, 0, move->destination, items, &moved,
                          &outcome);
    uidset_clear(&outcome.uids);
    uidset_clear(&moved);
    uidset_clear(&uids);
    return err;
}

static int move_view(struct inbox_move *move, struct view *view)
{
    struct picture *picture;
    int err = view_picture(view, move->source->actor.user_id, &picture);
    if (err)
        return err;
    move->picture = picture;
    err = map_keywords(move, view_keywords(view));
    if (!err)
        err = move_all(move);
    picture_unref(&picture);
    return err;
}

static int move_messages(struct mail *mail, const struct grant *inbox, struct slice new_name,
                         struct arena *arena)
{
    struct inbox_move move = {.mail = mail, .source = inbox, .arena = arena};
    int err = acl_check(mail, &inbox->actor, new_name, RIGHT_INSERT, arena, &move.destination);
    if (err)
        return err;
    struct view *view;
    err = view_open(mail, inbox, &view);
    if (err)
        return err;
    err = move_view(&move, view);
    view_close(&view);
    return err;
}

/* When rights have changed, with what the actor may now. */
static int move_with_current_rights(struct mail *mail, const struct grant *inbox,
                                    struct slice new_name, struct arena *arena)
{
    int err = move_messages(mail, inbox, new_name, arena);
    for (int attempt = 1; err == -ERR_STALE && attempt < MOVE_ATTEMPTS; attempt++) {
        const struct grant *now;
        err = acl_check_id(mail, &inbox->actor, inbox->mailbox_id, RIGHTS_TO_MOVE, arena, &now);
        if (!err)
            err = move_messages(mail, now, new_name, arena);
    }
    return err == -ERR_STALE ? fail(ERR_UNAVAILABLE, "the rights keep changing") : err;
}

/* RFC 5464 section 4.1: INBOX keeps its own. */
static int copy_annotations(struct mail *mail, const struct grant *inbox, struct slice new_name,
                            struct arena *arena)
{
    const struct grant *made;
    int err = acl_check(mail, &inbox->actor, new_name, RIGHTS_NONE, arena, &made);
    return err ? err : annotations_copy(mail->database, inbox->mailbox_id, made->mailbox_id);
}

static int fill(struct mail *mail, const struct grant *inbox, struct slice new_name)
{
    struct arena arena;
    arena_init(&arena, 0);
    int err = copy_annotations(mail, inbox, new_name, &arena);
    if (!err)
        err = move_with_current_rights(mail, inbox, new_name, &arena);
    arena_clear(&arena);
    return err;
}

static int delete_if_empty(struct mail *mail, const struct actor *actor, int64_t id)
{
    struct mailbox_status status;
    uint64_t modseq;
    int err = mailboxes_status(mail->database, id, actor->user_id, &status);
    if (err || status.messages)
        return err;
    /* Made by this command, so gone without asking whether the actor may delete it. */
    err = mailboxes_delete(mail->database, id, 0, actor->login, actor->client, &modseq);
    if (!err)
        mail_announce(mail, id, modseq);
    return err;
}

/* The mailbox is made by a transaction of its own. When nothing comes into it, it goes again,
 * so that the command can be repeated; what others have put there meanwhile keeps it. */
static int undo(struct mail *mail, const struct actor *actor, int64_t id, int err)
{
    const struct error reason = *last_error();
    (void)!delete_if_empty(mail, actor, id);
    return fail_sql((enum err) - err, reason.sqlstate, "%s", reason.text);
}

int mailbox_rename_inbox(struct mail *mail, const struct grant *inbox, struct slice new_name)
{
    int64_t id;
    int err = grant_require(inbox, RIGHTS_TO_MOVE);
    if (!err)
        err = mailbox_create(mail, &inbox->actor, new_name, SLICE_EMPTY, &id);
    if (err)
        return err;
    err = fill(mail, inbox, new_name);
    return err ? undo(mail, &inbox->actor, id, err) : 0;
}
