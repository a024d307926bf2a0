#include "acl_denial.h"
#include "engine.h"
#include "grant.h"
#include "mail/mailbox.h"
#include "mailbox_inbox.h"
#include "mailbox_target.h"

/* A mailbox that changes its owner changes who administers it, and takes
 * what is below it along: that needs `x` and `a` on all of it. */
enum { RIGHTS_TO_GIVE_AWAY = RIGHT_DELETE_MAILBOX | RIGHT_ADMINISTER };

static int check_give_away(struct mail *mail, const struct grant *grant, struct arena *arena)
{
    int err = grant_require(grant, RIGHTS_TO_GIVE_AWAY);
    if (err)
        return err;
    struct mailbox_row *rows;
    size_t count;
    err = mailboxes_tree(mail->database, arena, grant->owner_id, grant->path.path,
                         grant->actor.user_id, &rows, &count);
    if (err)
        return err;
    for (size_t i = 0; i < count; i++)
        if ((rows[i].rights & RIGHTS_TO_GIVE_AWAY) != RIGHTS_TO_GIVE_AWAY)
            return fail(ERR_DENIED, "You may not move everything that is in this mailbox");
    return 0;
}

static bool is_below(struct slice path, struct slice ancestor)
{
    return path.len > ancestor.len && slice_starts_with(path, ancestor) &&
           path.data[ancestor.len] == MAILBOX_SEPARATOR;
}

static int rename_tree(struct mail *mail, const struct grant *grant,
                       const struct mailbox_target *target, struct arena *arena)
{
    struct mailbox_modseq *touched;
    size_t count;
    int err = mailboxes_rename(mail->database, arena, grant->owner_id, grant->path.path,
                               target->owner_id, target->path.path, grant->actor.login,
                               grant->actor.client, &touched, &count);
    if (err == -ERR_NOT_FOUND)
        return denial_not_found();
    if (err)
        return err;
    for (size_t i = 0; i < count; i++)
        mail_announce(mail, touched[i].mailbox_id, touched[i].modseq);
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
    if (target.owner_id != grant->owner_id) {
        err = check_give_away(mail, grant, arena);
        if (err)
            return err;
    }
    return rename_tree(mail, grant, &target, arena);
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
