#include "mail/account.h"

#include "engine.h"
#include "identifier.h"
#include "login_memory.h"
#include "store/secrets.h"
#include "store/users.h"
#include "verifier.h"

static int refuse_credentials(void)
{
    return fail(ERR_CREDENTIALS, "Wrong user name or password");
}

/* As users.login has it; what can't be a login is empty, which is nobody's. */
static int prepare(struct slice login, struct arena *arena, struct slice *out)
{
    int err = identifier_prepare(login, arena, out);
    if (err != -ERR_CHARSET && err != -ERR_INVALID)
        return err;
    *out = SLICE_EMPTY;
    return 0;
}

/* The row of a user who may log in. Nobody of that name, or disabled:
 * *found_out is false. */
static int find_enabled(struct mail *mail, struct arena *arena, struct slice login,
                        struct user_row *user_out, bool *found_out)
{
    struct slice prepared;
    int err = prepare(login, arena, &prepared);
    if (err)
        return err;
    struct user_row user;
    err = users_find(mail->database, arena, prepared, &user);
    if (err && err != -ERR_NOT_FOUND)
        return err;
    *found_out = !err && !user.disabled;
    if (*found_out)
        *user_out = user;
    return 0;
}

/* Login ------------------------------------------------------------------------------ */

static int accept(struct arena *arena, const struct user_row *user, struct account *out)
{
    struct account account = {user->id, arena_copy(arena, user->login)};
    if (!account.login.data)
        return -ERR_NO_MEMORY;
    *out = account;
    return 0;
}

/* Whether it is the user's password; an unknown user (NULL) has a verifier that
 * takes as long to check and accepts nothing. */
static int check(struct mail *mail, const struct user_row *user, struct slice password,
                 bool *right_out)
{
    struct verifier verifier = {.iterations = VERIFIER_ITERATIONS, .salt_len = VERIFIER_SALT_SIZE};
    if (user) {
        if (login_memory_knows(mail->logins, user->login, user->verifier, password)) {
            *right_out = true;
            return 0;
        }
        int err = verifier_parse(user->verifier, &verifier);
        if (err)
            return err;
    }
    bool right = verifier_accepts(&verifier, password) && user;
    if (right)
        login_memory_add(mail->logins, user->login, user->verifier, password);
    *right_out = right;
    return 0;
}

static int check_password(struct mail *mail, struct arena *scratch, struct arena *arena,
                          struct slice login, struct slice password, struct account *out)
{
    struct user_row user;
    bool found, right;
    int err = find_enabled(mail, scratch, login, &user, &found);
    if (!err)
        err = check(mail, found ? &user : NULL, password, &right);
    if (err)
        return err;
    return right ? accept(arena, &user, out) : refuse_credentials();
}

int account_check_password(struct mail *mail, struct arena *arena, struct slice login,
                           struct slice password, struct account *out)
{
    struct arena scratch;
    arena_init(&scratch, 0);
    int err = check_password(mail, &scratch, arena, login, password, out);
    arena_clear(&scratch);
    return err;
}

/* Read for known users, too, so that an unknown one takes no longer. */
static int load_secret(struct mail *mail)
{
    if (login_memory_secret(mail->logins))
        return 0;
    uint8_t secret[SECRET_SIZE];
    int err = secrets_get(mail->database, SLICE("scram"), secret);
    if (!err)
        login_memory_set_secret(mail->logins, secret);
    return err;
}

/* From the name in its one spelling: else two spellings with two salts would
 * tell that there is no such user. */
static int make_up_verifier(struct mail *mail, struct arena *scratch, struct slice login,
                            struct verifier *out)
{
    struct slice prepared;
    int err = prepare(login, scratch, &prepared);
    if (err)
        return err;
    const uint8_t *secret = login_memory_secret(mail->logins);
    verifier_make_up(slice_of((const char *)secret, SECRET_SIZE), prepared.len ? prepared : login,
                     out);
    return 0;
}

int account_find_verifier(struct mail *mail, struct slice login, struct verifier *out)
{
    int err = load_secret(mail);
    if (err)
        return err;
    struct arena scratch;
    arena_init(&scratch, 0);
    struct user_row user;
    bool found;
    err = find_enabled(mail, &scratch, login, &user, &found);
    if (!err && found)
        err = verifier_parse(user.verifier, out);
    else if (!err)
        err = make_up_verifier(mail, &scratch, login, out);
    arena_clear(&scratch);
    return err;
}

int account_find(struct mail *mail, struct arena *arena, struct slice login, struct account *out)
{
    struct arena scratch;
    arena_init(&scratch, 0);
    struct user_row user;
    bool found;
    int err = find_enabled(mail, &scratch, login, &user, &found);
    if (!err)
        err = found ? accept(arena, &user, out) : refuse_credentials();
    arena_clear(&scratch);
    return err;
}

int account_is_enabled(struct mail *mail, int64_t user_id, bool *enabled_out)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct user_row user;
    int err = users_get(mail->database, &arena, user_id, &user);
    arena_clear(&arena);
    if (err && err != -ERR_NOT_FOUND)
        return err;
    *enabled_out = !err && !user.disabled;
    return 0;
}
