/* Deleted mailboxes, and how long what is deleted is kept. */
#include "acl_check.h"
#include "acl_denial.h"
#include "engine.h"
#include "grant.h"
#include "mail/undelete.h"
#include "mailbox_target.h"

static int require_administrator(const struct actor *actor)
{
    if (actor->user_id != 0)
        return fail(ERR_DENIED, "Only an administrator may give a mailbox back");
    return 0;
}

int mailbox_list_deleted(struct mail *mail, const struct actor *actor, struct slice name,
                         struct arena *arena, struct deleted_mailbox_row **rows_out,
                         size_t *count_out)
{
    struct mailbox_path path;
    int64_t owner_id;
    int err = require_administrator(actor);
    if (!err)
        err = actor_parse_name(actor, name, arena, &path);
    if (!err)
        err = path_owner(mail, actor, &path, arena, &owner_id);
    if (err)
        return err;
    return mailboxes_deleted(mail->database, arena, owner_id, path.path, rows_out, count_out);
}

static int undelete(struct mail *mail, const struct actor *actor, int64_t mailbox_id,
                    struct slice name, struct arena *arena)
{
    struct mailbox_target target;
    int err = mailbox_target_check(mail, actor, name, arena, &target);
    uint64_t modseq;
    if (!err)
        err = mailboxes_undelete(mail->database, mailbox_id, target.owner_id, target.path.path,
                                 actor->login, actor->client, &modseq);
    if (err == -ERR_EXISTS)
        return fail(ERR_EXISTS, "There is a mailbox of that name already");
    if (!err)
        mail_announce(mail, mailbox_id, modseq);
    return err;
}

int mailbox_undelete(struct mail *mail, const struct actor *actor, int64_t mailbox_id,
                     struct slice name)
{
    int err = require_administrator(actor);
    if (err)
        return err;
    struct arena arena;
    arena_init(&arena, 0);
    err = undelete(mail, actor, mailbox_id, name, &arena);
    arena_clear(&arena);
    return err;
}

int mailbox_retention(struct mail *mail, const struct grant *grant, int32_t *days_out)
{
    int err = grant_require(grant, RIGHT_ADMINISTER);
    if (!err)
        err = mailboxes_retention(mail->database, grant->mailbox_id, days_out);
    return err == -ERR_NOT_FOUND ? denial_not_found() : err;
}

int mailbox_set_retention(struct mail *mail, const struct grant *grant, int32_t days)
{
    int err = grant_require(grant, RIGHT_ADMINISTER);
    if (err)
        return err;
    if (days < RETENTION_DEFAULT || days > RETENTION_DAYS_MAX)
        return fail(ERR_INVALID, "A retention is at most %d days", RETENTION_DAYS_MAX);
    uint64_t modseq;
    err = mailboxes_set_retention(mail->database, grant->mailbox_id, days, grant->actor.login,
                                  grant->actor.client, &modseq);
    if (err == -ERR_NOT_FOUND)
        return denial_not_found();
    if (!err)
        mail_announce(mail, grant->mailbox_id, modseq);
    return err;
}
