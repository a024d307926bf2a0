#include <stdlib.h>

#include "acl_check.h"
#include "acl_denial.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "grant.h"
#include "mail/mailbox.h"
#include "mailbox_inbox.h"
#include "mailbox_target.h"
#include "quota_target.h"

/* A mailbox that changes its owner changes who administers it, and takes
 * what is below it along: that needs `x` and `a` on all of it. */
enum {
    RIGHTS_TO_GIVE_AWAY = RIGHT_DELETE_MAILBOX | RIGHT_ADMINISTER,
    RIGHTS_TO_RENAME = RIGHT_LOOKUP | RIGHT_DELETE_MAILBOX
};

/* What gets another name. */
struct renamed {
    const struct actor *actor;
    const struct grant *grant; /* NULL: a parent of others that is no mailbox */
    const struct mailbox_path *path;
    int64_t owner_id;
    struct mailbox_row *rows; /* the tree, by name */
    size_t count;
};

static int load_tree(struct mail *mail, struct renamed *renamed, struct arena *arena)
{
    return mailboxes_tree(mail->database, arena, renamed->owner_id, renamed->path->path,
                          renamed->actor->user_id, &renamed->rows, &renamed->count);
}

/* The name that a mailbox of the tree gets must be one that can be used. */
static int check_new_name(const struct renamed *renamed, const struct mailbox_target *target,
                          const struct mailbox_row *row, struct arena *arena)
{
    struct slice below = slice_sub(row->name, renamed->path->path.len, row->name.len);
    char *path = arena_printf(arena, "%.*s%.*s", SLICE_ARGS(target->path.path), SLICE_ARGS(below));
    if (!path)
        return -ERR_NO_MEMORY;
    struct mailbox_path moved = {target->path.space, target->path.user, slice_cstr(path)};
    struct slice name;
    int err = path_shown(&moved, arena, &name);
    return err ? err : actor_parse_name(renamed->actor, name, arena, &moved);
}

static int check_tree(const struct renamed *renamed, const struct mailbox_target *target,
                      struct arena *arena)
{
    bool gives_away = target->owner_id != renamed->owner_id;
    int err = gives_away && renamed->grant ? grant_require(renamed->grant, RIGHTS_TO_GIVE_AWAY) : 0;
    for (size_t i = 0; !err && i < renamed->count; i++) {
        const struct mailbox_row *row = &renamed->rows[i];
        err = check_new_name(renamed, target, row, arena);
        if (!err && gives_away && (row->rights & RIGHTS_TO_GIVE_AWAY) != RIGHTS_TO_GIVE_AWAY)
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
static struct mailbox_renaming make_renaming(const struct renamed *renamed,
                                             const struct mailbox_target *target)
{
    bool gives_away = target->owner_id != renamed->owner_id;
    return (struct mailbox_renaming){
        .mailbox_id = renamed->grant ? renamed->grant->mailbox_id : 0,
        .from = {renamed->owner_id, renamed->path->path},
        .to = {target->owner_id, target->path.path},
        .parent_id = target->parent ? target->parent->mailbox_id : 0,
        .needed = RIGHTS_TO_RENAME,
        .needed_tree = gives_away ? RIGHTS_TO_GIVE_AWAY : RIGHTS_NONE,
        .actor_id = renamed->actor->user_id,
        .actor = renamed->actor->login,
        .client = renamed->actor->client,
    };
}

static int rename_tree(struct mail *mail, const struct mailbox_renaming *renaming,
                       struct arena *arena)
{
    struct mailbox_modseq *touched;
    size_t count;
    int err = mailboxes_rename(mail->database, arena, renaming, &touched, &count);
    if (err)
        return err;
    mail_announce_all(mail, touched, count);
    return 0;
}

static int move_to(struct mail *mail, const struct renamed *renamed, struct slice new_name,
                   struct arena *arena)
{
    struct mailbox_target target;
    int err = mailbox_target_check(mail, renamed->actor, new_name, arena, &target);
    if (err)
        return err;
    bool stays = target.owner_id == renamed->owner_id;
    if (stays && is_below(target.path.path, renamed->path->path))
        return fail(ERR_INVALID, "A mailbox can't be moved into itself");
    if (stays && slice_equal(target.path.path, renamed->path->path))
        return fail(ERR_EXISTS, "This is what it is called already");
    err = check_tree(renamed, &target, arena);
    const struct mailbox_renaming renaming = make_renaming(renamed, &target);
    int64_t quota_root_id = renamed->grant ? renamed->grant->quota_root_id : 0;
    if (!err)
        err = quota_check_renaming(mail, renamed->actor, &renaming.from, quota_root_id, &target);
    return err ? err : rename_tree(mail, &renaming, arena);
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
    struct renamed renamed = {
        .actor = &grant->actor, .grant = grant, .path = &grant->path, .owner_id = grant->owner_id};
    err = load_tree(mail, &renamed, &arena);
    if (!err)
        err = move_to(mail, &renamed, new_name, &arena);
    arena_clear(&arena);
    return err;
}

/* A parent that is no mailbox ----------------------------------------------------------- */

static int compare_name(const void *name, const void *row)
{
    return slice_compare(*(const struct slice *)name, ((const struct mailbox_row *)row)->name);
}

/* Whether there is no mailbox between the parent and this one. */
static bool is_closest(const struct renamed *renamed, const struct mailbox_row *row)
{
    for (size_t at = renamed->path->path.len + 1; at < row->name.len; at++) {
        struct slice above = slice_sub(row->name, 0, at);
        if (row->name.data[at] == MAILBOX_SEPARATOR &&
            bsearch(&above, renamed->rows, renamed->count, sizeof *row, compare_name))
            return false;
    }
    return true;
}

static int check_parent(const struct renamed *renamed)
{
    bool is_seen = false, may = true;
    for (size_t i = 0; i < renamed->count; i++) {
        const struct mailbox_row *row = &renamed->rows[i];
        if (slice_equal(row->name, renamed->path->path)) /* made meanwhile, or hidden */
            return denial_not_found();
        is_seen |= row->rights & RIGHT_LOOKUP;
        if ((row->rights & RIGHTS_TO_RENAME) != RIGHTS_TO_RENAME)
            may = may && !is_closest(renamed, row);
        fiber_breathe();
    }
    if (!is_seen)
        return denial_not_found();
    return may ? 0 : fail(ERR_DENIED, "You may not move everything that is below this name");
}

static int rename_parent(struct mail *mail, const struct actor *actor, struct slice name,
                         struct slice new_name, struct arena *arena)
{
    struct mailbox_path path;
    int err = actor_parse_name(actor, name, arena, &path);
    if (err == -ERR_INVALID || (!err && path.path.len == 0))
        return denial_not_found();
    struct renamed renamed = {.actor = actor, .path = &path};
    if (!err)
        err = path_owner(mail, actor, &path, arena, &renamed.owner_id);
    if (!err)
        err = load_tree(mail, &renamed, arena);
    if (!err)
        err = check_parent(&renamed);
    return err ? err : move_to(mail, &renamed, new_name, arena);
}

int mailbox_rename_parent(struct mail *mail, const struct actor *actor, struct slice name,
                          struct slice new_name)
{
    struct arena arena;
    arena_init(&arena, 0);
    int err = rename_parent(mail, actor, name, new_name, &arena);
    arena_clear(&arena);
    return err;
}
