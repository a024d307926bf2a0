/* Mailboxes on the command line: "Shared/NAME" and "USER:MAILBOX". */
#include "admin.h"

#include <string.h>

#include "base/text.h"
#include "store/users.h"

struct slice admin_argument(const struct admin *admin, int i)
{
    return i < admin->argc ? slice_cstr(admin->argv[i]) : SLICE_EMPTY;
}

struct slice admin_option(const struct admin *admin, const char *name)
{
    const char *value = options_find(&admin->options, name);
    return value ? slice_cstr(value) : slice_of(NULL, 0);
}

bool admin_flag(const struct admin *admin, const char *name)
{
    return options_find(&admin->options, name) != NULL;
}

static int admin_normalise(struct admin *admin, struct slice name, struct slice *out)
{
    struct buffer normal;
    buffer_init(&normal, 0);
    int err = text_normalise(name, &normal);
    if (!err) {
        *out = arena_copy(&admin->arena, buffer_slice(&normal));
        err = out->data ? 0 : -ERR_NO_MEMORY;
    }
    buffer_clear(&normal);
    return err;
}

int admin_find_user(struct admin *admin, struct slice login, struct user_row *out)
{
    struct slice normal;
    int err = admin_normalise(admin, login, &normal);
    if (!err)
        err = users_find(admin->database, &admin->arena, normal, out);
    if (err == -ERR_NOT_FOUND || err == -ERR_CHARSET)
        return fail(ERR_NOT_FOUND, "there is no user \"%.*s\"", SLICE_ARGS(login));
    return err;
}

int admin_find_group(struct admin *admin, struct slice name, struct group_row *out)
{
    struct slice normal;
    int err = admin_normalise(admin, name, &normal);
    if (!err)
        err = groups_find(admin->database, &admin->arena, normal, out);
    if (err == -ERR_NOT_FOUND || err == -ERR_CHARSET)
        return fail(ERR_NOT_FOUND, "there is no group \"%.*s\"", SLICE_ARGS(name));
    return err;
}

int admin_new_mailbox_name(struct admin *admin, int i, struct slice *name_out)
{
    struct slice text = admin_argument(admin, i);
    int err = admin_mailbox_name(admin, text, name_out);
    struct user_row owner;
    if (!err && !slice_starts_with(*name_out, SLICE(MAILBOX_SHARED "/")))
        err = admin_find_user(admin, slice_sub(text, 0, slice_find(text, ':')), &owner);
    return err;
}

int admin_mailbox_name(struct admin *admin, struct slice text, struct slice *name_out)
{
    if (slice_starts_with(text, SLICE(MAILBOX_SHARED "/"))) {
        *name_out = text;
        return 0;
    }
    size_t colon = slice_find(text, ':');
    if (colon == 0 || colon + 1 >= text.len)
        return fail(ERR_INVALID, "\"%.*s\" is no mailbox: write Shared/NAME or USER:MAILBOX",
                    SLICE_ARGS(text));
    char *name = arena_printf(&admin->arena, MAILBOX_OTHER_USERS "/%.*s/%.*s", (int)colon,
                              text.data, (int)(text.len - colon - 1), text.data + colon + 1);
    if (!name)
        return -ERR_NO_MEMORY;
    *name_out = slice_cstr(name);
    return 0;
}

struct slice admin_mailbox_text(struct admin *admin, struct slice name)
{
    struct slice prefix = SLICE(MAILBOX_OTHER_USERS "/");
    if (!slice_starts_with(name, prefix))
        return name;
    struct slice rest = slice_sub(name, prefix.len, SIZE_MAX);
    size_t slash = slice_find(rest, '/');
    if (slash == rest.len)
        return name;
    struct slice text = arena_copy(&admin->arena, rest);
    if (!text.data)
        return name;
    ((char *)text.data)[slash] = ':';
    return text;
}

int admin_mailbox_grant(struct admin *admin, int i, const struct grant **out)
{
    struct slice name;
    int err = admin_mailbox_name(admin, admin_argument(admin, i), &name);
    if (!err)
        err = acl_check(admin->mail, &admin->actor, name, RIGHTS_NONE, &admin->arena, out);
    return err == -ERR_NOT_FOUND ? fail(ERR_NOT_FOUND, "there is no mailbox \"%s\"", admin->argv[i])
                                 : err;
}

struct slice admin_rights_text(struct admin *admin, rights_mask rights)
{
    struct buffer text;
    buffer_init(&text, 0);
    rights_render(rights, false, &text);
    struct slice copy = arena_copy(&admin->arena, buffer_slice(&text));
    buffer_clear(&text);
    return copy.data ? copy : SLICE_EMPTY;
}
