#include "account_change.h"
#include "account_name.h"
#include "engine.h"
#include "identifier.h"
#include "mail/account.h"

static int find_group(struct mail *mail, struct arena *arena, struct slice name,
                      struct group_row *out)
{
    struct slice normal;
    int err = identifier_prepare(name, arena, &normal);
    if (!err)
        err = groups_find(mail->database, arena, normal, out);
    if (err == -ERR_NOT_FOUND || err == -ERR_CHARSET || err == -ERR_INVALID)
        return fail(ERR_NOT_FOUND, "There is no group named %.*s", SLICE_ARGS(name));
    return err;
}

int group_add(struct mail *mail, struct slice name)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct slice normal;
    int64_t id;
    int err = account_name_check(name, &arena, &normal);
    if (!err)
        err = groups_insert(mail->database, normal, &id);
    arena_clear(&arena);
    if (err == -ERR_EXISTS)
        return fail(ERR_EXISTS, "There is a group named %.*s already", SLICE_ARGS(name));
    return err;
}

static int delete_group(struct mail *mail, struct arena *arena, struct slice name,
                        struct slice actor)
{
    struct group_row group;
    struct user_row *members;
    struct mailbox_modseq *touched;
    size_t member_count, touched_count;
    int err = find_group(mail, arena, name, &group);
    if (!err)
        err = groups_members(mail->database, arena, group.id, &members, &member_count);
    if (!err)
        err = groups_delete(mail->database, arena, group.id, actor, &touched, &touched_count);
    if (err)
        return err;
    mail_announce_all(mail, touched, touched_count);
    for (size_t i = 0; i < member_count; i++)
        mail_announce_user(mail, members[i].id);
    return 0;
}

int group_delete(struct mail *mail, struct slice name, struct slice actor)
{
    struct arena arena;
    arena_init(&arena, 0);
    int err = delete_group(mail, &arena, name, actor);
    arena_clear(&arena);
    return err;
}

static int change_member(struct mail *mail, struct arena *arena, struct slice name,
                         struct slice login, bool join, struct slice actor)
{
    struct group_row group;
    struct user_row user;
    int err = find_group(mail, arena, name, &group);
    if (!err)
        err = account_get(mail, arena, login, &user);
    if (err)
        return err;
    struct mailbox_modseq *touched;
    size_t count;
    err = groups_change_member(mail->database, arena, group.id, user.id, join, actor, &touched,
                               &count);
    if (err == -ERR_EXISTS)
        return fail(ERR_EXISTS, "%.*s is a member already", SLICE_ARGS(user.login));
    if (err == -ERR_NOT_FOUND)
        return fail(ERR_NOT_FOUND, "%.*s is no member", SLICE_ARGS(user.login));
    if (err)
        return err;
    mail_announce_all(mail, touched, count);
    mail_announce_user(mail, user.id);
    return 0;
}

int group_change_member(struct mail *mail, struct slice name, struct slice login, bool add,
                        struct slice actor)
{
    struct arena arena;
    arena_init(&arena, 0);
    int err = change_member(mail, &arena, name, login, add, actor);
    arena_clear(&arena);
    return err;
}
