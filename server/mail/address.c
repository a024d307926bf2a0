#include "mail/address.h"

#include "base/text.h"
#include "engine.h"
#include "identifier.h"
#include "store/users.h"

#define SHARED_LOCAL "shared"

/* As it is stored and compared. */
struct prepared {
    struct slice local, domain;
};

static struct slice small_letters(struct slice text, struct arena *arena)
{
    struct slice copy = arena_copy(arena, text);
    for (size_t i = 0; copy.data && i < copy.len; i++)
        ((char *)copy.data)[i] = ascii_lower(copy.data[i]);
    return copy;
}

static int prepare_local(struct slice local, struct arena *arena, struct slice *out)
{
    struct buffer normal;
    buffer_init(&normal, 0);
    int err = text_normalise(local, &normal);
    if (!err) {
        *out = small_letters(buffer_slice(&normal), arena);
        err = out->data ? 0 : -ERR_NO_MEMORY;
    }
    buffer_clear(&normal);
    return err;
}

static int prepare_domain(struct slice domain, struct arena *arena, struct slice *out)
{
    struct buffer name;
    buffer_init(&name, 0);
    int err = text_domain(domain, &name);
    if (!err) {
        *out = arena_copy(arena, buffer_slice(&name));
        err = out->data ? 0 : -ERR_NO_MEMORY;
    }
    buffer_clear(&name);
    return err;
}

static int prepare(const struct mail_address *address, struct arena *arena, struct prepared *out)
{
    struct prepared prepared = {SLICE_EMPTY, SLICE_EMPTY};
    int err = prepare_local(address->local, arena, &prepared.local);
    if (!err && address->domain.len)
        err = prepare_domain(address->domain, arena, &prepared.domain);
    if (!err)
        *out = prepared;
    return err;
}

/* Resolving ---------------------------------------------------------------------------------- */

/* What is behind the delimiter, as it was written: folders have capital letters. */
static struct slice detail_of(struct slice local, char delimiter)
{
    size_t at = delimiter ? slice_find(local, delimiter) : local.len;
    return at > 0 ? slice_sub(local, at + 1, local.len) : SLICE_EMPTY;
}

enum { LOCAL_WHOLE, LOCAL_BASE, LOCAL_ANY, LOCALS };

static int look_up(struct mail *mail, const struct prepared *prepared, struct slice detail,
                   int64_t poster_id, struct arena *arena, struct destination *out)
{
    size_t base = prepared->local.len - (detail.len ? detail.len + 1 : 0);
    const struct slice locals[LOCALS] = {
        [LOCAL_WHOLE] = prepared->local,
        [LOCAL_BASE] = slice_sub(prepared->local, 0, base),
        [LOCAL_ANY] = SLICE_EMPTY,
    };
    struct address_found found;
    int err =
        addresses_find(mail->database, arena, locals, LOCALS, prepared->domain, poster_id, &found);
    if (err)
        return err;
    *out = (struct destination){.user_id = found.user_id,
                                .login = found.login,
                                .filter_version = found.filter_version,
                                .mailbox_id = found.mailbox_id,
                                .shared = SLICE_EMPTY,
                                .detail = found.place == LOCAL_BASE ? detail : SLICE_EMPTY,
                                .home = found.home};
    return 0;
}

/* "shared+Sales/Orders@" in any domain that is ours. */
static bool is_shared(const struct prepared *prepared, struct slice detail)
{
    struct slice name = SLICE(SHARED_LOCAL);
    return detail.len && prepared->local.len == name.len + 1 + detail.len &&
           slice_starts_with(prepared->local, name);
}

static int is_ours(struct mail *mail, struct slice domain, struct arena *arena, bool *out)
{
    struct domain_row *rows;
    size_t count;
    int err = domains_list(mail->database, arena, &rows, &count);
    if (err)
        return err;
    *out = false;
    for (size_t i = 0; i < count; i++)
        *out |= domain.len ? slice_equal(rows[i].name, domain) : rows[i].is_default;
    return 0;
}

int address_resolve(struct mail *mail, const struct mail_address *address, char delimiter,
                    int64_t poster_id, struct arena *arena, struct destination *out)
{
    struct prepared prepared;
    int err = prepare(address, arena, &prepared);
    if (err == -ERR_INVALID || err == -ERR_CHARSET)
        return fail(ERR_NOT_FOUND, "there is no such address");
    if (err)
        return err;
    struct slice detail = detail_of(address->local, delimiter);
    struct slice prepared_detail = detail_of(prepared.local, delimiter);
    bool ours = false;
    if (is_shared(&prepared, prepared_detail))
        err = is_ours(mail, prepared.domain, arena, &ours);
    if (!err && !ours)
        return look_up(mail, &prepared, prepared_detail.len ? detail : SLICE_EMPTY, poster_id,
                       arena, out);
    if (!err)
        *out = (struct destination){.login = SLICE_EMPTY, .shared = detail, .detail = SLICE_EMPTY};
    return err;
}

/* Administration ----------------------------------------------------------------------------- */

/* "local@domain" or "@domain"; a domain must be there: what the default is may change. */
static int parse(struct slice text, struct arena *arena, struct prepared *out)
{
    struct mail_address address = {SLICE_EMPTY, slice_sub(text, 1, text.len)};
    bool any = text.len && text.data[0] == '@';
    int err = any ? 0 : mail_address_parse(text, arena, &address);
    if (err)
        return fail(ERR_INVALID, "\"%.*s\" is no mail address", SLICE_ARGS(text));
    if (address.domain.len == 0)
        return fail(ERR_INVALID, "\"%.*s\" has no domain", SLICE_ARGS(text));
    return prepare(&address, arena, out);
}

static int add(struct mail *mail, struct slice text, int64_t user_id, int64_t mailbox_id,
               struct arena *arena)
{
    struct prepared prepared;
    int err = parse(text, arena, &prepared);
    if (!err)
        err = addresses_add(mail->database, prepared.local, prepared.domain, user_id, mailbox_id);
    if (err == -ERR_EXISTS)
        return fail(ERR_EXISTS, "%.*s is somebody's address already", SLICE_ARGS(text));
    return err;
}

int address_add_user(struct mail *mail, struct slice text, struct slice login)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct user_row user;
    struct slice normal;
    int err = identifier_prepare(login, &arena, &normal);
    if (!err)
        err = users_find(mail->database, &arena, normal, &user);
    if (err == -ERR_NOT_FOUND || err == -ERR_CHARSET || err == -ERR_INVALID)
        err = fail(ERR_NOT_FOUND, "there is no user named %.*s", SLICE_ARGS(login));
    if (!err)
        err = add(mail, text, user.id, 0, &arena);
    arena_clear(&arena);
    return err;
}

int address_add_mailbox(struct mail *mail, struct slice text, int64_t mailbox_id)
{
    struct arena arena;
    arena_init(&arena, 0);
    int err = add(mail, text, 0, mailbox_id, &arena);
    arena_clear(&arena);
    return err;
}

int address_delete(struct mail *mail, struct slice text)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct prepared prepared;
    int err = parse(text, &arena, &prepared);
    if (!err)
        err = addresses_delete(mail->database, prepared.local, prepared.domain);
    if (err == -ERR_NOT_FOUND)
        err = fail(ERR_NOT_FOUND, "%.*s is nobody's address", SLICE_ARGS(text));
    arena_clear(&arena);
    return err;
}

static int on_domain(struct mail *mail, struct slice name,
                     int (*change)(struct database *database, struct slice name))
{
    struct arena arena;
    arena_init(&arena, 0);
    struct slice prepared;
    int err = prepare_domain(name, &arena, &prepared);
    if (err == -ERR_INVALID)
        err = fail(ERR_INVALID, "\"%.*s\" is no domain", SLICE_ARGS(name));
    if (!err)
        err = change(mail->database, prepared);
    arena_clear(&arena);
    return err;
}

int address_add_domain(struct mail *mail, struct slice name)
{
    return on_domain(mail, name, domains_add);
}

int address_delete_domain(struct mail *mail, struct slice name)
{
    return on_domain(mail, name, domains_delete);
}

int address_set_default_domain(struct mail *mail, struct slice name)
{
    return on_domain(mail, name, domains_set_default);
}
