#include "account_change.h"

#include "account_name.h"
#include "engine.h"
#include "identifier.h"
#include "mail/account.h"
#include "mail/mailbox.h"

int account_get(struct mail *mail, struct arena *arena, struct slice login, struct user_row *out)
{
    struct slice normal;
    int err = identifier_prepare(login, arena, &normal);
    if (!err)
        err = users_find(mail->database, arena, normal, out);
    if (err == -ERR_NOT_FOUND || err == -ERR_CHARSET || err == -ERR_INVALID)
        return fail(ERR_NOT_FOUND, "There is no user named %.*s", SLICE_ARGS(login));
    return err;
}

static int make_verifier(struct slice password, struct buffer *verifier)
{
    if (password.len == 0)
        return fail(ERR_INVALID, "The password must not be empty");
    if (slice_find(password, '\0') < password.len) /* AUTHENTICATE PLAIN has no way to say it */
        return fail(ERR_INVALID, "The password must not have a NUL octet");
    return verifier_make(password, verifier);
}

static int add(struct mail *mail, struct arena *arena, struct slice login, struct slice verifier)
{
    struct slice name;
    int err = account_name_check(login, arena, &name);
    if (err)
        return err;
    struct actor user = {.login = name, .client = SLICE_EMPTY};
    err = users_insert(mail->database, name, verifier, &user.user_id);
    if (err == -ERR_EXISTS)
        return fail(ERR_EXISTS, "There is a user named %.*s already", SLICE_ARGS(name));
    return err ? err : mailbox_ensure_inbox(mail, &user);
}

int account_add(struct mail *mail, struct slice login, struct slice password)
{
    struct arena arena;
    struct buffer verifier;
    arena_init(&arena, 0);
    buffer_init(&verifier, 0);
    int err = make_verifier(password, &verifier);
    if (!err)
        err = add(mail, &arena, login, buffer_slice(&verifier));
    buffer_clear(&verifier);
    arena_clear(&arena);
    return err;
}

int account_set_password(struct mail *mail, struct slice login, struct slice password)
{
    struct arena arena;
    struct buffer verifier;
    arena_init(&arena, 0);
    buffer_init(&verifier, 0);
    struct user_row user;
    int err = account_get(mail, &arena, login, &user);
    if (!err)
        err = make_verifier(password, &verifier);
    if (!err)
        err = users_set_verifier(mail->database, user.id, buffer_slice(&verifier));
    if (!err)
        mail_announce_user(mail, user.id);
    buffer_clear(&verifier);
    arena_clear(&arena);
    return err;
}

int account_set_disabled(struct mail *mail, struct slice login, bool disabled)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct user_row user;
    int err = account_get(mail, &arena, login, &user);
    if (!err)
        err = users_set_disabled(mail->database, user.id, disabled);
    if (!err)
        mail_announce_user(mail, user.id);
    arena_clear(&arena);
    return err;
}

int account_delete(struct mail *mail, struct slice login, struct slice actor)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct user_row user;
    struct mailbox_modseq *touched;
    size_t count;
    int err = account_get(mail, &arena, login, &user);
    if (!err)
        err = users_delete(mail->database, &arena, user.id, actor, &touched, &count);
    if (!err) {
        mail_announce_user(mail, user.id);
        mail_announce_all(mail, touched, count);
    }
    arena_clear(&arena);
    return err;
}
