#include "acl_check.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "grant.h"
#include "mail/mailbox.h"
#include "mailbox_inbox.h"
#include "mailbox_target.h"
#include "quota_target.h"

/* A mailbox that changes its owner changes who administers it, and takes
 * what is below it along: that needs `x` and `a` on all of it. */
enum { RIGHTS_TO_GIVE_AWAY = RIGHT_DELETE_MAILBOX | RIGHT_ADMINISTER };

/* The name that a mailbox of the tree gets must be one that can be used. */
static int check_new_name(const struct grant *grant, const struct mailbox_target *target,
                          const struct mailbox_row *row, struct arena *arena)
{
    struct slice below = slice_sub(row->name, grant->path.path.len, row->name.len);
    char *path = arena_printf(arena, "%.*s%.*s", SLICE_ARGS(target->path.path), SLICE_ARGS(below));
    if (!path)
        return -ERR_NO_MEMORY;
    struct mailbox_path moved = {target->path.space, target->path.user, slice_cstr(path)};
    struct slice name;
    int err = path_shown(&moved, arena, &name);
    return err ? err : actor_parse_name(&grant->actor, name, arena, &moved);
}

static int check_tree(struct mail *mail, const struct grant *grant,
                      const struct mailbox_target *target, struct arena *arena)
{
    bool gives_away = target->owner_id != grant->owner_id;
    struct mailbox_row *rows;
    size_t count;
    int err = gives_away ? grant_require(grant, RIGHTS_TO_GIVE_AWAY) : 0;
    if (!err)
        err = mailboxes_tree(mail->database, arena, grant->owner_id, grant->path.path,
                             grant->actor.user_id, &rows, &count);
    for (size_t i = 0; !err && i < count; i++) {
        err = check_new_name(grant, target, &rows[i], arena);
        if (!err && gives_away && (rows[i].rights & RIGHTS_TO_GIVE_AWAY) != RIGHTS_TO_GIVE_AWAY)
            err = fail(ERR_DENIED, "You may not move everything that is in this mailbox");
        fiber_breathe();
    }
    return err;
}

static bool is_below(struct slice path, struct slice ancestor)
{
    return path.len > ancestor.len && slice_starts_with(path, ancestor) &&
           path.data[ancestor.len] == MAILBOX_SEPARATOR;
}

/* The rights that were asked for before are asked for again, under the locks. */
static struct mailbox_renaming make_renaming(const struct grant *grant,
                                             const struct mailbox_target *target)
{
    bool gives_away = target->owner_id != grant->owner_id;
    return (struct mailbox_renaming){
        .mailbox_id = grant->mailbox_id,
        .from = {grant->owner_id, grant->path.path},
        .to = {target->owner_id, target->path.path},
        .parent_id = target->parent ? target->parent->mailbox_id : 0,
        .needed = RIGHT_LOOKUP | RIGHT_DELETE_MAILBOX,
        .needed_tree = gives_away ? RIGHTS_TO_GIVE_AWAY : RIGHTS_NONE,
        .actor_id = grant->actor.user_id,
        .actor = grant->actor.login,
        .client = grant->actor.client,
    };
}

static int rename_tree(struct mail *mail, const struct grant *grant,
                       const struct mailbox_target *target, struct arena *arena)
{
    const struct mailbox_renaming renaming = make_renaming(grant, target);
    struct mailbox_modseq *touched;
    size_t count;
    int err = mailboxes_rename(mail->database, arena, &renaming, &touched, &count);
    if (err)
        return err;
    mail_announce_all(mail, touched, count);
    return 0;
}

static int move_to(struct mail *mail, const struct grant *grant, struct slice new_name,
                   struct arena *arena)
{
    struct mailbox_target target;
    int err = mailbox_target_check(mail, &grant->actor, new_name, arena, &target);
    if (err)
        return err;
    if (target.owner_id == grant->owner_id && is_below(target.path.path, grant->path.path))
        return fail(ERR_INVALID, "A mailbox can't be moved into itself");
    err = check_tree(mail, grant, &target, arena);
    if (!err)
        err = quota_check_renaming(mail, grant, &target);
    return err ? err : rename_tree(mail, grant, &target, arena);
}

int mailbox_rename(struct mail *mail, const struct grant *grant, struct slice new_name)
{
    int err = grant_require(grant, RIGHT_DELETE_MAILBOX);
    if (err)
        return err;
    if (mailbox_path_is_inbox(&grant->path))
        return mailbox_rename_inbox(mail, grant, new_name);
    struct arena arena;
    arena_init(&arena, 0);
    err = move_to(mail, grant, new_name, &arena);
    arena_clear(&arena);
    return err;
}
