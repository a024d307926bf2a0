#include "mailbox_target.h"

#include "acl_check.h"
#include "recently_deleted_row.h"

/* What exists without the actor's being able to see it is left to the rights
 * and then to the database: the answer before that must not depend on it. */
static int refuse_existing(struct mail *mail, const struct actor *actor,
                           const struct mailbox_path *path, struct slice name, struct arena *arena)
{
    if (path->path.len == 0)
        return fail(ERR_INVALID, "This name is a namespace's, not a mailbox's");
    bool own_inbox = path->space == MAILBOX_PERSONAL && mailbox_path_is_inbox(path);
    if (!own_inbox) {
        const struct grant *existing;
        int err = acl_check(mail, actor, name, RIGHTS_NONE, arena, &existing);
        if (err)
            return err == -ERR_NOT_FOUND ? 0 : err;
    }
    return fail(ERR_EXISTS, "There is a mailbox of that name already");
}

int mailbox_target_check(struct mail *mail, const struct actor *actor, struct slice name,
                         struct arena *arena, struct mailbox_target *out)
{
    struct mailbox_target target;
    int err = actor_parse_name(actor, name, arena, &target.path);
    if (!err)
        err = recently_deleted_check_new(mail, target.path.path);
    if (!err)
        err = refuse_existing(mail, actor, &target.path, name, arena);
    if (!err)
        err = path_owner(mail, actor, &target.path, arena, &target.owner_id);
    if (!err)
        err = acl_check_create(mail, actor, &target.path, arena, &target.parent);
    if (err)
        return err;
    *out = target;
    return 0;
}
