#include "quota_payer.h"

#include "engine.h"
#include "quota_hold.h"

void payer_apply_default(const struct mail *mail, struct quota_row *row)
{
    if (row->id)
        return;
    for (int i = 0; i < QUOTA_RESOURCES; i++) {
        uint64_t limit = mail->settings.user_quota.of[i];
        row->limits.of[i] = limit ? limit : QUOTA_UNLIMITED;
    }
}

static bool has_default_limits(const struct mail *mail)
{
    for (int i = 0; i < QUOTA_RESOURCES; i++)
        if (mail->settings.user_quota.of[i])
            return true;
    return false;
}

bool payer_is_limited(const struct mail *mail, struct payer payer)
{
    return payer.root_id || (payer.user_id && has_default_limits(mail));
}

int payer_load(struct mail *mail, struct payer payer, struct arena *arena, struct quota_row *out)
{
    if (!payer.user_id)
        return quota_rows_get(mail->database, arena, payer.root_id, out);
    int err = quota_rows_of_user(mail->database, arena, payer.user_id, out);
    if (!err)
        payer_apply_default(mail, out);
    return err;
}

/* For people. What others have in private is not told. */
static int refuse(int64_t viewer_id, const struct quota_row *root, enum quota_resource resource,
                  uint64_t added)
{
    static const struct {
        const char *things;
        unsigned shift;
    } shown[] = {
        [QUOTA_STORAGE] = {"KB", 10},
        [QUOTA_MESSAGES] = {"messages", 0},
        [QUOTA_MAILBOXES] = {"mailboxes", 0},
    };
    if (viewer_id == VIEWER_OUTSIDE)
        return fail(ERR_OVER_QUOTA, "The mailbox is full");
    if (root->user_id && root->user_id != viewer_id)
        return fail(ERR_OVER_QUOTA, "The owner of this mailbox has no room for that");
    unsigned shift = shown[resource].shift;
    uint64_t unit = (uint64_t)1 << shift;
    return fail(ERR_OVER_QUOTA, "Over quota: \"%.*s\" has %llu of %llu %s, that would be %llu more",
                SLICE_ARGS(root->name),
                (unsigned long long)((root->used.of[resource] + unit - 1) >> shift),
                (unsigned long long)(root->limits.of[resource] >> shift), shown[resource].things,
                (unsigned long long)((added + unit - 1) >> shift));
}

static int find_excess(int64_t viewer_id, const struct quota_row *root,
                       const struct quota_amounts *added)
{
    for (int i = 0; i < QUOTA_RESOURCES; i++) {
        uint64_t limit = root->limits.of[i];
        uint64_t used = root->used.of[i];
        if (added->of[i] && limit != QUOTA_UNLIMITED &&
            (used > limit || added->of[i] > limit - used))
            return refuse(viewer_id, root, (enum quota_resource)i, added->of[i]);
    }
    return 0;
}

/* With so many at once under way, each of them as large as this one, there would not be room for
 * all: then one goes after the other. Elsewhere nobody waits. */
enum { CROWD = 64 };

static bool is_tight(const struct quota_row *root, const struct quota_amounts *added)
{
    for (int i = 0; i < QUOTA_RESOURCES; i++) {
        uint64_t limit = root->limits.of[i];
        if (added->of[i] && limit != QUOTA_UNLIMITED &&
            added->of[i] > (limit - root->used.of[i]) / CROWD)
            return true;
    }
    return false;
}

static int look(struct mail *mail, int64_t viewer_id, struct payer payer,
                const struct quota_amounts *added, bool *is_tight_out)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct quota_row root;
    *is_tight_out = false;
    int err = payer_load(mail, payer, &arena, &root);
    if (err == -ERR_NOT_FOUND) {
        err = 0; /* deleted since: no limit */
    } else if (!err) {
        err = find_excess(viewer_id, &root, added);
        *is_tight_out = !err && is_tight(&root, added);
    }
    arena_clear(&arena);
    return err;
}

int payer_check(struct mail *mail, int64_t viewer_id, struct payer payer,
                const struct quota_amounts *added, struct quota_hold *hold)
{
    bool tight;
    if (!payer_is_limited(mail, payer))
        return 0;
    int err = look(mail, viewer_id, payer, added, &tight);
    if (err || !hold || !tight)
        return err;
    err = quota_hold_take(mail, payer, hold);
    if (err)
        return err;
    err = look(mail, viewer_id, payer, added, &tight);
    if (err)
        quota_let_go(hold);
    return err;
}
