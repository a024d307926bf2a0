#include "quota_root.h"

#include "engine.h"

struct slice quota_root_login(struct slice root)
{
    struct slice prefix = SLICE(QUOTA_USER_PREFIX);
    return slice_starts_with(root, prefix) ? slice_sub(root, prefix.len, root.len)
                                           : slice_of(NULL, 0);
}

static int no_root(void)
{
    return fail(ERR_NOT_FOUND, "No such quota root");
}

int quota_root_find_user(struct mail *mail, const struct actor *actor, struct slice login,
                         struct arena *arena, int64_t *user_id_out)
{
    if (actor->user_id) {
        *user_id_out = actor->user_id;
        return slice_equal(login, actor->login) ? 0 : no_root();
    }
    struct user_row user;
    int err = users_find(mail->database, arena, login, &user);
    if (!err)
        *user_id_out = user.id;
    return err == -ERR_NOT_FOUND ? no_root() : err;
}

int quota_root_find_tree(struct mail *mail, const struct actor *actor, struct slice root,
                         struct arena *arena, struct quota_row *out, bool *administers_out)
{
    int err = quota_rows_find(mail->database, arena, root, actor->user_id, out, administers_out);
    return err == -ERR_NOT_FOUND ? no_root() : err;
}
