#include "mail/mailbox.h"

#include "acl_check.h"
#include "acl_denial.h"
#include "engine.h"
#include "grant.h"
#include "mail/mailbox_settings.h"
#include "mailbox_target.h"
#include "quota_target.h"
#include "status_memory.h"
#include "store/listing_rows.h"
#include "store/recently_deleted.h"
#include "view_state.h"

static const struct special_uses no_uses = {.count = 0};

enum { FIRST_MODSEQ = 1 }; /* of a new mailbox */

/* Whether there may be one more: as many as anybody may have, and by the owner's quota. */
static int check_room(struct mail *mail, const struct actor *actor,
                      const struct mailbox_target *target)
{
    uint64_t count = 0;
    int64_t quota_root_id = 0;
    int err = 0;
    if (target->owner_id != OWNER_SHARED)
        err = mailboxes_count(mail->database, target->owner_id, &count, &quota_root_id);
    if (err)
        return err;
    uint32_t most = mail->settings.mailboxes_per_user;
    if (most && count >= most)
        return fail(ERR_LIMIT, "There are %llu mailboxes, more are not allowed",
                    (unsigned long long)count);
    return quota_check_creation(mail, actor, target, quota_root_id);
}

static int create_row(struct mail *mail, const struct actor *actor,
                      const struct mailbox_target *target, struct slice special_use,
                      const struct special_uses *own, int64_t *id_out)
{
    const struct mailbox_creation creation = {
        .owner_id = target->owner_id,
        .name = target->path.path,
        .special_use = special_use,
        .uses = own->uses,
        .use_count = own->count,
        .seen_per_user = target->owner_id == OWNER_SHARED,
        .parent_id = target->parent ? target->parent->mailbox_id : 0,
        .parent_rights_modseq = target->parent ? target->parent->rights_modseq : 0,
        .owner_rights_user = target->parent ? 0 : target->owner_id,
        .actor_id = actor->user_id,
        .actor = actor->login,
        .client = actor->client,
    };
    uint32_t uidvalidity;
    int64_t id;
    int err = mailboxes_create(mail->database, &creation, &id, &uidvalidity);
    if (err)
        return err;
    mail_announce(mail, id, FIRST_MODSEQ);
    *id_out = id;
    return 0;
}

static int create(struct mail *mail, const struct actor *actor, struct slice name,
                  struct slice special_use, const struct special_uses *own, int64_t *id_out)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct mailbox_target target;
    int err = mailbox_target_check(mail, actor, name, &arena, &target);
    if (!err)
        err = check_room(mail, actor, &target);
    int64_t id;
    if (!err)
        err = create_row(mail, actor, &target, special_use, own, &id);
    if (!err && id_out)
        *id_out = id;
    arena_clear(&arena);
    return err;
}

int mailbox_create(struct mail *mail, const struct actor *actor, struct slice name,
                   struct slice special_use, int64_t *id_out)
{
    struct slice use = mailbox_special_use(special_use);
    if (!use.data)
        return fail(ERR_INVALID, "A mailbox can't be made for the use %.*s",
                    SLICE_ARGS(special_use));
    return create(mail, actor, name, use, &no_uses, id_out);
}

int mailbox_create_for_uses(struct mail *mail, const struct actor *actor, struct slice name,
                            const struct special_uses *uses, int64_t *id_out)
{
    return create(mail, actor, name, SLICE_EMPTY, uses, id_out);
}

int mailbox_delete(struct mail *mail, const struct grant *grant)
{
    int err = grant_require(grant, RIGHT_DELETE_MAILBOX);
    if (err)
        return err;
    if (mailbox_path_is_inbox(&grant->path))
        return fail(ERR_WRONG_STATE, "INBOX can't be deleted");
    uint64_t modseq;
    err = mailboxes_delete(mail->database, grant->mailbox_id, grant->actor.user_id,
                           grant->actor.login, grant->actor.client, &modseq);
    if (err == -ERR_NOT_FOUND)
        return denial_not_found();
    if (!err)
        mail_announce(mail, grant->mailbox_id, modseq);
    return err;
}

static int make_inbox(struct mail *mail, const struct actor *actor)
{
    const struct mailbox_target inbox = {
        {MAILBOX_PERSONAL, SLICE_EMPTY, SLICE("INBOX")}, actor->user_id, NULL};
    int64_t id;
    int err = create_row(mail, actor, &inbox, SLICE_EMPTY, &no_uses, &id);
    if (err == -ERR_EXISTS)
        return 0; /* another session was quicker */
    if (err)
        return err;
    /* Clients that show only what is subscribed should show this. */
    return subscriptions_add(mail->database, actor->user_id, actor->user_id, inbox.path.path);
}

int mailbox_ensure_inbox(struct mail *mail, const struct actor *actor)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct mailbox_row row;
    int err = mailboxes_find(mail->database, &arena, actor->user_id, SLICE("INBOX"), actor->user_id,
                             &row);
    arena_clear(&arena);
    return err == -ERR_NOT_FOUND ? make_inbox(mail, actor) : err;
}

static int ask_status(struct mail *mail, const struct grant *grant, struct mailbox_status *out)
{
    int err = mailboxes_status(mail->database, grant->mailbox_id, grant->actor.user_id, out);
    if (!err && !is_recently_deleted(grant->mailbox_id)) /* its numbers move without a modseq */
        status_remember(mail, grant, out);
    return err == -ERR_NOT_FOUND ? denial_not_found() : err;
}

int mailbox_status(struct mail *mail, const struct grant *grant, struct mailbox_status *out)
{
    int err = grant_require(grant, RIGHT_READ);
    if (err)
        return err;
    return status_recall(mail, grant, out) ? 0 : ask_status(mail, grant, out);
}

int mailbox_status_with_recent(struct mail *mail, const struct grant *grant,
                               struct mailbox_status *out)
{
    bool written = false;
    int err = grant_require(grant, RIGHT_READ);
    if (!err)
        err = view_settle_recent(mail, grant->mailbox_id, &written);
    if (err)
        return err;
    /* What is remembered is from before. */
    return written ? ask_status(mail, grant, out) : mailbox_status(mail, grant, out);
}

int mailbox_status_deleted(struct mail *mail, const struct grant *grant,
                           struct mailbox_status *status)
{
    int err = grant_require(grant, RIGHT_READ);
    if (err || status->deleted == 0)
        return err;
    struct mailbox_status_asked asked = {.mailbox_id = grant->mailbox_id,
                                         .rights_modseq = grant->rights_modseq,
                                         .found = true,
                                         .status = *status};
    err = mailboxes_deleted_bytes(mail->database, &asked, 1);
    if (!err && !asked.found)
        err = fail(ERR_STALE, "the rights have changed");
    if (!err)
        status->deleted_bytes = asked.status.deleted_bytes;
    return err;
}
