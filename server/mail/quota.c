#include "mail/quota.h"

#include "acl_check.h"
#include "acl_denial.h"
#include "engine.h"
#include "grant.h"
#include "quota_payer.h"
#include "quota_root.h"
#include "quota_target.h"

/* Checking ------------------------------------------------------------------------------ */

static struct payer payer_of(const struct grant *grant)
{
    return (struct payer){grant->owner_id, grant->quota_root_id};
}

/* The administrator is not stopped. */
static int check_payer(struct mail *mail, const struct actor *actor, struct payer payer,
                       const struct quota_amounts *added, struct quota_hold *hold)
{
    return actor->user_id ? payer_check(mail, actor->user_id, payer, added, hold) : 0;
}

bool quota_applies(const struct mail *mail, const struct grant *grant)
{
    return grant->actor.user_id && payer_is_limited(mail, payer_of(grant));
}

int quota_check(struct mail *mail, const struct grant *grant, const struct quota_amounts *added,
                struct quota_hold *hold)
{
    return check_payer(mail, &grant->actor, payer_of(grant), added, hold);
}

int quota_check_delivery(struct mail *mail, const struct grant *grant,
                         const struct quota_amounts *added)
{
    return payer_check(mail, VIEWER_OUTSIDE, payer_of(grant), added, NULL);
}

int quota_check_move(struct mail *mail, const struct grant *source, const struct grant *destination,
                     const struct quota_amounts *added, struct quota_hold *hold)
{
    struct payer payer = payer_of(destination);
    if (payer_equal(payer_of(source), payer))
        return 0;
    return check_payer(mail, &destination->actor, payer, added, hold);
}

int quota_check_replace(struct mail *mail, const struct grant *source,
                        const struct grant *destination, const struct quota_amounts *added,
                        const struct quota_amounts *removed, struct quota_hold *hold)
{
    struct payer payer = payer_of(destination);
    struct quota_amounts more = *added;
    bool frees = payer_equal(payer_of(source), payer);
    for (int i = 0; i < QUOTA_RESOURCES && frees; i++)
        more.of[i] -= removed->of[i] < more.of[i] ? removed->of[i] : more.of[i];
    return check_payer(mail, &destination->actor, payer, &more, hold);
}

static struct payer payer_of_target(const struct mailbox_target *target, int64_t user_root_id)
{
    if (target->owner_id != OWNER_SHARED)
        return (struct payer){target->owner_id, user_root_id};
    return (struct payer){0, target->parent ? target->parent->quota_root_id : 0};
}

int quota_check_creation(struct mail *mail, const struct actor *actor,
                         const struct mailbox_target *target, int64_t user_root_id)
{
    const struct quota_amounts added = {.of[QUOTA_MAILBOXES] = 1};
    return check_payer(mail, actor, payer_of_target(target, user_root_id), &added, NULL);
}

/* Whether limits were set for the user is not known here: asked when there is something
 * to be paid for. */
static int find_user_root(struct mail *mail, int64_t user_id, int64_t *root_id_out)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct quota_row row;
    int err = quota_rows_of_user(mail->database, &arena, user_id, &row);
    if (!err)
        *root_id_out = row.id;
    arena_clear(&arena);
    return err;
}

int quota_check_renaming(struct mail *mail, const struct actor *actor,
                         const struct mailbox_place *from, int64_t quota_root_id,
                         const struct mailbox_target *target)
{
    struct payer payer = payer_of_target(target, 0);
    const struct payer before = {from->owner_id, quota_root_id};
    if (payer_equal(before, payer) || actor->user_id == 0)
        return 0;
    int err = payer.user_id ? find_user_root(mail, payer.user_id, &payer.root_id) : 0;
    if (err || !payer_is_limited(mail, payer))
        return err;
    struct quota_amounts added;
    err = quota_tree_used(mail->database, from->owner_id, from->name, payer.root_id, payer.user_id,
                          &added);
    return err ? err : check_payer(mail, actor, payer, &added, NULL);
}

/* Showing ------------------------------------------------------------------------------- */

static void show(const struct quota_row *row, struct quota *out)
{
    *out = (struct quota){row->name, row->limits, row->used};
}

/* What others have in private is theirs. */
static bool may_see(const struct actor *actor, struct payer payer)
{
    if (payer.user_id)
        return actor->user_id == 0 || actor->user_id == payer.user_id;
    return payer.root_id != 0;
}

static int quota_of_payer(struct mail *mail, const struct actor *actor, struct payer payer,
                          struct arena *arena, struct quota *out, bool *found_out)
{
    *found_out = false;
    if (!may_see(actor, payer))
        return 0;
    struct quota_row row;
    int err = payer_load(mail, payer, arena, &row);
    if (err)
        return err == -ERR_NOT_FOUND ? 0 : err;
    show(&row, out);
    *found_out = true;
    return 0;
}

/* RFC 9208 section 4.1.2: the mailbox need not exist. One that the actor may not create
 * is as absent as one that may not be seen. */
static int quota_of_new_mailbox(struct mail *mail, const struct actor *actor, struct slice mailbox,
                                struct arena *arena, struct quota *out, bool *found_out)
{
    struct mailbox_target target;
    int err = mailbox_target_check(mail, actor, mailbox, arena, &target);
    if (err == -ERR_DENIED || err == -ERR_INVALID || err == -ERR_EXISTS)
        return denial_not_found();
    return err ? err
               : quota_of_payer(mail, actor, payer_of_target(&target, 0), arena, out, found_out);
}

int quota_of_name(struct mail *mail, const struct actor *actor, struct slice mailbox,
                  struct arena *arena, struct quota *out, bool *found_out)
{
    const struct grant *grant;
    int err = acl_check(mail, actor, mailbox, RIGHT_READ, arena, &grant);
    if (err == -ERR_NOT_FOUND)
        return quota_of_new_mailbox(mail, actor, mailbox, arena, out, found_out);
    return err ? err : quota_of_payer(mail, actor, payer_of(grant), arena, out, found_out);
}

int quota_get(struct mail *mail, const struct actor *actor, struct slice root, struct arena *arena,
              struct quota *out)
{
    struct slice login = quota_root_login(root);
    struct payer payer = {0};
    struct quota_row row;
    bool administers;
    int err;
    if (login.data) {
        err = quota_root_find_user(mail, actor, login, arena, &payer.user_id);
        if (!err)
            err = payer_load(mail, payer, arena, &row);
    } else {
        err = quota_root_find_tree(mail, actor, root, arena, &row, &administers);
    }
    if (!err)
        show(&row, out);
    return err;
}

int quota_list(struct mail *mail, struct arena *arena, struct quota **rows_out, size_t *count_out)
{
    struct quota_row *rows;
    size_t count;
    int err = quota_rows_list(mail->database, arena, &rows, &count);
    if (err)
        return err;
    struct quota *shown = ARENA_ARRAY(arena, count, struct quota);
    if (!shown)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        payer_apply_default(mail, &rows[i]);
        show(&rows[i], &shown[i]);
    }
    *rows_out = shown;
    *count_out = count;
    return 0;
}
