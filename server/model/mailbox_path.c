/*
 * Names as IMAP shows them to a user, and what they name.
 */
#include "base/text.h"
#include "mailbox_text.h"
#include "model/mailbox_name.h"

#define INBOX "INBOX"

/* Splits off the first level. False when `rest` is empty. */
static bool next_level(struct slice *rest, struct slice *level_out)
{
    if (rest->len == 0)
        return false;
    size_t length = slice_find(*rest, MAILBOX_SEPARATOR);
    *level_out = slice_sub(*rest, 0, length);
    *rest = slice_sub(*rest, length + 1, rest->len);
    return true;
}

static int check_levels(struct slice name)
{
    struct slice level;
    size_t count = 0;
    if (slice_ends_with(name, SLICE("/")))
        return fail(ERR_INVALID, "mailbox name has an empty level");
    while (next_level(&name, &level)) {
        if (level.len == 0)
            return fail(ERR_INVALID, "mailbox name has an empty level");
        if (++count > MAILBOX_LEVELS_MAX)
            return fail(ERR_INVALID, "mailbox name has more than %d levels", MAILBOX_LEVELS_MAX);
    }
    return 0;
}

static int check_name(struct slice name)
{
    if (name.len == 0)
        return fail(ERR_INVALID, "mailbox name is empty");
    if (name.len > MAILBOX_NAME_MAX)
        return fail(ERR_INVALID, "mailbox name is longer than %d octets", MAILBOX_NAME_MAX);
    if (text_has_control(name))
        return fail(ERR_INVALID, "mailbox name has a control or unassigned character");
    return check_levels(name);
}

static bool is_reserved(struct slice level)
{
    return slice_equal(level, SLICE(MAILBOX_SHARED)) ||
           slice_equal(level, SLICE(MAILBOX_OTHER_USERS));
}

static struct mailbox_path split(struct slice name, struct slice login)
{
    struct slice rest = name, level = SLICE_EMPTY, user = SLICE_EMPTY;
    (void)next_level(&rest, &level);
    if (slice_equal(level, SLICE(MAILBOX_SHARED)))
        return (struct mailbox_path){MAILBOX_IN_SHARED, SLICE_EMPTY, rest};
    if (!slice_equal(level, SLICE(MAILBOX_OTHER_USERS)))
        return (struct mailbox_path){MAILBOX_PERSONAL, SLICE_EMPTY, name};
    if (next_level(&rest, &user) && slice_equal(user, login))
        return (struct mailbox_path){MAILBOX_PERSONAL, SLICE_EMPTY, rest};
    return (struct mailbox_path){MAILBOX_OF_USER, user, rest};
}

/* In a user's space INBOX has one spelling (RFC 3501 section 5.1), and what
 * would read as another namespace has no name that its owner could use. */
static int settle_first_level(struct arena *arena, struct slice *path)
{
    struct slice rest = *path, level = SLICE_EMPTY;
    (void)next_level(&rest, &level);
    if (is_reserved(level))
        return fail(ERR_INVALID, "\"%.*s\" is not a mailbox of a user", SLICE_ARGS(level));
    if (!slice_equal_nocase(level, SLICE(INBOX)))
        return 0;
    char *spelt = arena_cstr(arena, *path);
    if (!spelt)
        return -ERR_NO_MEMORY;
    memcpy(spelt, INBOX, level.len);
    *path = slice_of(spelt, path->len);
    return 0;
}

int mailbox_text_normalise(struct arena *arena, struct slice name, struct slice *out)
{
    struct buffer composed;
    buffer_init(&composed, 0);
    int result = text_normalise(name, &composed);
    if (result == 0) {
        struct slice copy = arena_copy(arena, buffer_slice(&composed));
        if (copy.data)
            *out = copy;
        else
            result = -ERR_NO_MEMORY;
    }
    buffer_clear(&composed);
    return result;
}

int mailbox_path_parse(struct arena *arena, struct slice name, struct slice login,
                       struct mailbox_path *out)
{
    if (name.len > 1 && slice_ends_with(name, SLICE("/")))
        name.len--;
    if (!text_is_utf8(name))
        return fail(ERR_INVALID, "mailbox name is not UTF-8");
    struct slice composed;
    int result = mailbox_text_normalise(arena, name, &composed);
    if (result == 0)
        result = check_name(composed);
    if (result)
        return result;

    struct mailbox_path path = split(composed, login);
    if (path.space != MAILBOX_IN_SHARED)
        result = settle_first_level(arena, &path.path);
    if (result == 0)
        *out = path;
    return result;
}

void mailbox_path_render(const struct mailbox_path *path, struct buffer *out)
{
    size_t start = out->len;
    if (path->space == MAILBOX_IN_SHARED)
        buffer_add(out, SLICE(MAILBOX_SHARED));
    if (path->space == MAILBOX_OF_USER)
        buffer_add(out, SLICE(MAILBOX_OTHER_USERS));
    if (path->user.len > 0) {
        buffer_add_char(out, MAILBOX_SEPARATOR);
        buffer_add(out, path->user);
    }
    if (path->path.len > 0) {
        if (out->len > start)
            buffer_add_char(out, MAILBOX_SEPARATOR);
        buffer_add(out, path->path);
    }
}

bool mailbox_path_parent(const struct mailbox_path *path, struct mailbox_path *parent_out)
{
    struct slice whole = path->path;
    const char *separator = whole.len ? memrchr(whole.data, MAILBOX_SEPARATOR, whole.len) : NULL;
    if (!separator)
        return false;
    struct mailbox_path parent = *path;
    parent.path.len = (size_t)(separator - whole.data);
    *parent_out = parent;
    return true;
}

bool mailbox_path_is_inbox(const struct mailbox_path *path)
{
    return path->space != MAILBOX_IN_SHARED && slice_equal(path->path, SLICE(INBOX));
}
