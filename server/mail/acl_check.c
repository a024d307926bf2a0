#include "acl_check.h"

#include "acl_denial.h"
#include "engine.h"
#include "grant.h"
#include "recently_deleted_row.h"

int actor_parse_name(const struct actor *actor, struct slice name, struct arena *arena,
                     struct mailbox_path *out)
{
    struct slice login = actor->user_id ? actor->login : SLICE_EMPTY;
    return mailbox_path_parse(arena, name, login, out);
}

int path_owner(struct mail *mail, const struct actor *actor, const struct mailbox_path *path,
               struct arena *arena, int64_t *owner_id_out)
{
    int64_t owner_id = OWNER_SHARED;
    if (path->space == MAILBOX_PERSONAL)
        owner_id = actor->user_id ? actor->user_id : OWNER_NOBODY;
    if (path->space == MAILBOX_OF_USER) {
        struct user_row user;
        int err = users_find(mail->database, arena, path->user, &user);
        if (err && err != -ERR_NOT_FOUND)
            return err;
        owner_id = err ? OWNER_NOBODY : user.id;
    }
    *owner_id_out = owner_id;
    return 0;
}

struct mailbox_path path_of_row(const struct actor *actor, int64_t owner_id, struct slice owner,
                                struct slice name)
{
    if (owner_id == OWNER_SHARED)
        return (struct mailbox_path){MAILBOX_IN_SHARED, SLICE_EMPTY, name};
    if (owner_id == actor->user_id)
        return (struct mailbox_path){MAILBOX_PERSONAL, SLICE_EMPTY, name};
    return (struct mailbox_path){MAILBOX_OF_USER, owner, name};
}

int path_shown(const struct mailbox_path *path, struct arena *arena, struct slice *out)
{
    struct buffer name;
    buffer_init(&name, 0);
    mailbox_path_render(path, &name);
    int err = buffer_check(&name);
    struct slice copy = err ? SLICE_EMPTY : arena_copy(arena, buffer_slice(&name));
    buffer_clear(&name);
    if (err)
        return err;
    if (!copy.data)
        return -ERR_NO_MEMORY;
    *out = copy;
    return 0;
}

static int copy_actor(const struct actor *actor, struct arena *arena, struct actor *out)
{
    struct actor copy = {actor->user_id, arena_copy(arena, actor->login),
                         arena_copy(arena, actor->client)};
    if (!copy.login.data || !copy.client.data)
        return -ERR_NO_MEMORY;
    *out = copy;
    return 0;
}

/* The only place a grant comes from. The row's strings are in `arena` already. */
static int make_grant(const struct actor *actor, const struct mailbox_row *row, struct arena *arena,
                      struct grant **out)
{
    struct grant *grant = ARENA_NEW(arena, struct grant);
    if (!grant)
        return -ERR_NO_MEMORY;
    grant->mailbox_id = row->id;
    grant->owner_id = row->owner_id;
    grant->path = path_of_row(actor, row->owner_id, row->owner, row->name);
    grant->uidvalidity = row->uidvalidity;
    grant->seen_per_user = row->seen_per_user;
    grant->special_use = row->special_use;
    grant->rights = row->rights;
    grant->rights_modseq = row->rights_modseq;
    grant->rights_until = row->rights_until;
    grant->highest_modseq = row->highest_modseq;
    grant->first_recent = row->first_recent;
    grant->quota_root_id = row->quota_root_id;
    grant->has_events = row->has_events;
    int err = copy_actor(actor, arena, &grant->actor);
    if (!err)
        err = path_shown(&grant->path, arena, &grant->name);
    if (err)
        return err;
    *out = grant;
    return 0;
}

int acl_grant_all(const struct actor *administrator, const struct mailbox_row *row,
                  struct arena *arena, const struct grant **out)
{
    struct mailbox_row whole = *row;
    whole.rights = RIGHTS_ALL;
    whole.rights_until = INT64_MAX;
    struct grant *grant;
    int err = make_grant(administrator, &whole, arena, &grant);
    if (!err)
        *out = grant;
    return err;
}

/* `found` is what the look-up said: 0 with a row, or its error. */
static int decide(const struct actor *actor, int found, const struct mailbox_row *row,
                  rights_mask needed, struct arena *arena, const struct grant **out)
{
    if (found == -ERR_NOT_FOUND)
        return denial_not_found();
    if (found)
        return found;
    struct grant *grant;
    int err = make_grant(actor, row, arena, &grant);
    if (!err)
        err = grant_require(grant, needed);
    if (err)
        return err;
    *out = grant;
    return 0;
}

static int find_row(struct mail *mail, struct arena *arena, int64_t owner_id, struct slice path,
                    int64_t user_id, struct mailbox_row *out)
{
    int err = mailboxes_find(mail->database, arena, owner_id, path, user_id, out);
    if (err == -ERR_NOT_FOUND)
        err = recently_deleted_find(mail, arena, owner_id, path, user_id, out);
    return err;
}

int acl_check(struct mail *mail, const struct actor *actor, struct slice name, rights_mask needed,
              struct arena *arena, const struct grant **out)
{
    struct mailbox_path path;
    int err = actor_parse_name(actor, name, arena, &path);
    if (err == -ERR_INVALID)
        return denial_not_found(); /* nothing can exist under such a name */
    if (err)
        return err;
    int64_t owner_id;
    err = path_owner(mail, actor, &path, arena, &owner_id);
    if (err)
        return err;
    struct mailbox_row row;
    err = find_row(mail, arena, owner_id, path.path, actor->user_id, &row);
    return decide(actor, err, &row, needed, arena, out);
}

int acl_check_id(struct mail *mail, const struct actor *actor, int64_t mailbox_id,
                 rights_mask needed, struct arena *arena, const struct grant **out)
{
    struct mailbox_row row;
    int err = is_recently_deleted(mailbox_id)
                  ? recently_deleted_get(mail, arena, mailbox_id, actor->user_id, &row)
                  : mailboxes_get(mail->database, arena, mailbox_id, actor->user_id, &row);
    return decide(actor, err, &row, needed, arena, out);
}

static bool may_create_at_top(const struct actor *actor, const struct mailbox_path *path,
                              int64_t owner_id)
{
    if (owner_id == OWNER_NOBODY)
        return false;
    return path->space == MAILBOX_PERSONAL || actor->user_id == 0;
}

int acl_check_create(struct mail *mail, const struct actor *actor, const struct mailbox_path *path,
                     struct arena *arena, const struct grant **parent_out)
{
    int64_t owner_id;
    int err = path_owner(mail, actor, path, arena, &owner_id);
    if (err)
        return err;
    struct mailbox_row row;
    err =
        mailboxes_nearest_parent(mail->database, arena, owner_id, path->path, actor->user_id, &row);
    if (err == -ERR_NOT_FOUND) {
        if (!may_create_at_top(actor, path, owner_id))
            return denial_of_creation();
        *parent_out = NULL;
        return 0;
    }
    if (err)
        return err;
    struct grant *parent;
    err = make_grant(actor, &row, arena, &parent);
    if (err)
        return err;
    if (!grant_has(parent, RIGHT_LOOKUP | RIGHT_CREATE))
        return denial_of_creation();
    *parent_out = parent;
    return 0;
}
