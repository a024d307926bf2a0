#include "acl_check.h"
#include "acl_denial.h"
#include "engine.h"
#include "grant.h"
#include "mail/mailbox.h"

/* In one's own namespace any name may be subscribed, there is nothing to
 * hide; elsewhere only what is visible, or the answer would tell. */
static int subscribe(struct mail *mail, const struct actor *actor, struct slice name,
                     struct arena *arena)
{
    struct mailbox_path path;
    int err = actor_parse_name(actor, name, arena, &path);
    if (err)
        return err;
    if (path.space != MAILBOX_PERSONAL || path.path.len == 0) {
        const struct grant *grant;
        err = acl_check(mail, actor, name, RIGHT_LOOKUP, arena, &grant);
        if (err)
            return err;
    }
    int64_t owner_id;
    err = path_owner(mail, actor, &path, arena, &owner_id);
    if (err)
        return err;
    return subscriptions_add(mail->database, actor->user_id, owner_id, path.path);
}

static int unsubscribe(struct mail *mail, const struct actor *actor, struct slice name,
                       struct arena *arena)
{
    struct mailbox_path path;
    int64_t owner_id;
    int err = actor_parse_name(actor, name, arena, &path);
    if (!err)
        err = path_owner(mail, actor, &path, arena, &owner_id);
    if (err)
        return err;
    return subscriptions_remove(mail->database, actor->user_id, owner_id, path.path);
}

int mailbox_subscribe(struct mail *mail, const struct actor *actor, struct slice name)
{
    struct arena arena;
    arena_init(&arena, 0);
    int err = subscribe(mail, actor, name, &arena);
    arena_clear(&arena);
    if (!err)
        mail_announce_subscriptions(mail, actor->user_id);
    return err;
}

int mailbox_unsubscribe(struct mail *mail, const struct actor *actor, struct slice name)
{
    struct arena arena;
    arena_init(&arena, 0);
    int err = unsubscribe(mail, actor, name, &arena);
    arena_clear(&arena);
    if (!err)
        mail_announce_subscriptions(mail, actor->user_id);
    return err;
}

int mailbox_set_auto_subscribe(struct mail *mail, const struct grant *grant, bool automatic)
{
    int err = grant_require(grant, RIGHT_ADMINISTER);
    if (err)
        return err;
    uint64_t modseq;
    err = mailboxes_set_auto_subscribe(mail->database, grant->mailbox_id, automatic,
                                       grant->actor.login, grant->actor.client, &modseq);
    if (err == -ERR_NOT_FOUND)
        return denial_not_found();
    if (err)
        return err;
    mail_announce(mail, grant->mailbox_id, modseq);
    mail_announce_subscriptions(mail, 0);
    return 0;
}
