/* Setting up quota roots. */
#include "acl_check.h"
#include "base/text.h"
#include "engine.h"
#include "grant.h"
#include "quota_root.h"

/* Mailboxes that hear of a change, until they are announced. */
struct audience {
    struct arena arena;
    struct mailbox_modseq *touched;
    size_t count;
};

static void audience_tell(struct mail *mail, struct audience *audience)
{
    for (size_t i = 0; i < audience->count; i++)
        mail_announce(mail, audience->touched[i].mailbox_id, audience->touched[i].modseq);
}

static struct quota_author author_of(const struct actor *actor)
{
    return (struct quota_author){actor->user_id, actor->login, actor->client};
}

/* Clients name roots as they name mailboxes, where INBOX is INBOX in any case. */
static int check_tree_name(struct slice root)
{
    enum { ROOT_NAME_MAX = 500 };
    if (root.len == 0 || root.len > ROOT_NAME_MAX)
        return fail(ERR_INVALID, "The name of a quota root has 1 to %d octets", ROOT_NAME_MAX);
    if (!text_is_utf8(root) || text_has_control(root))
        return fail(ERR_INVALID, "The name of a quota root is text in UTF-8");
    if (quota_root_login(root).data || slice_equal_nocase(root, SLICE("INBOX")))
        return fail(ERR_INVALID, "\"%.*s\" can't be the quota root of shared mailboxes",
                    SLICE_ARGS(root));
    return 0;
}

/* quota_set ------------------------------------------------------------------------------- */

static int set_for_user(struct mail *mail, const struct actor *actor, struct slice login,
                        const struct quota_amounts *limits, struct audience *audience)
{
    int64_t user_id;
    int err = quota_root_find_user(mail, actor, login, &audience->arena, &user_id);
    if (!err && actor->user_id)
        err = fail(ERR_DENIED, "Only the administrator of the server sets the quota of users");
    if (err)
        return err;
    const struct quota_author author = author_of(actor);
    return quota_rows_set_for_user(mail->database, &audience->arena, user_id, limits, &author,
                                   &audience->touched, &audience->count);
}

/* Before anything is locked, so that the answer says why. */
static int may_set_tree(struct mail *mail, const struct actor *actor, struct slice root,
                        struct arena *arena)
{
    struct quota_row row;
    bool administers = false;
    int err = quota_root_find_tree(mail, actor, root, arena, &row, &administers);
    if (!err && !administers)
        err = fail(ERR_DENIED, "Only who administers the mailboxes of this quota root may do that");
    return err;
}

static int set_tree(struct mail *mail, const struct actor *actor, struct slice root,
                    const struct quota_amounts *limits, struct audience *audience)
{
    const struct quota_author author = author_of(actor);
    int err = may_set_tree(mail, actor, root, &audience->arena);
    if (err)
        return err;
    err = quota_rows_set(mail->database, &audience->arena, root, limits, &author,
                         &audience->touched, &audience->count);
    return err == -ERR_NOT_FOUND ? fail(ERR_STALE, "the rights have changed") : err;
}

int quota_set(struct mail *mail, const struct actor *actor, struct slice root,
              const struct quota_amounts *limits)
{
    struct audience audience = {.count = 0};
    arena_init(&audience.arena, 0);
    struct slice login = quota_root_login(root);
    int err = login.data ? set_for_user(mail, actor, login, limits, &audience)
                         : set_tree(mail, actor, root, limits, &audience);
    if (!err)
        audience_tell(mail, &audience);
    arena_clear(&audience.arena);
    return err;
}

/* Attaching, deleting ---------------------------------------------------------------------- */

int quota_attach(struct mail *mail, const struct grant *admin, struct slice root)
{
    if (admin->owner_id != OWNER_SHARED)
        return fail(ERR_INVALID, "A personal mailbox counts for its owner");
    int err = root.len ? check_tree_name(root) : 0;
    if (err)
        return err;
    struct audience audience = {.count = 0};
    arena_init(&audience.arena, 0);
    const struct quota_author author = author_of(&admin->actor);
    err = quota_rows_attach(mail->database, &audience.arena, admin->mailbox_id, admin->path.path,
                            root, &author, &audience.touched, &audience.count);
    if (!err)
        audience_tell(mail, &audience);
    arena_clear(&audience.arena);
    return err;
}

int quota_delete(struct mail *mail, const struct actor *admin, struct slice root)
{
    struct audience audience = {.count = 0};
    arena_init(&audience.arena, 0);
    const struct quota_author author = author_of(admin);
    int err = quota_rows_delete(mail->database, &audience.arena, root, &author, &audience.touched,
                                &audience.count);
    if (!err)
        audience_tell(mail, &audience);
    arena_clear(&audience.arena);
    return err;
}
