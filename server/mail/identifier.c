#include "identifier.h"

#include "base/text.h"
#include "engine.h"
#include "store/users.h"

#define IDENTIFIER_ANYONE "anyone"
#define IDENTIFIER_GROUP  "group:"

int identifier_parse(struct slice text, struct identifier *out)
{
    struct identifier identifier = {ACL_USER, false, text};
    if (text.len && text.data[0] == '-') {
        identifier.negative = true;
        identifier.name = slice_sub(text, 1, text.len);
    }
    if (slice_equal_nocase(identifier.name, SLICE(IDENTIFIER_ANYONE))) {
        identifier.kind = ACL_ANYONE;
        identifier.name = SLICE_EMPTY;
    } else if (slice_starts_with_nocase(identifier.name, SLICE(IDENTIFIER_GROUP))) {
        identifier.kind = ACL_GROUP;
        identifier.name = slice_sub(identifier.name, strlen(IDENTIFIER_GROUP), text.len);
    }
    if (identifier.kind != ACL_ANYONE && identifier.name.len == 0)
        return fail(ERR_INVALID, "The identifier names nobody");
    *out = identifier;
    return 0;
}

struct slice identifier_render(const struct identifier *identifier, struct arena *arena)
{
    static const char *const prefixes[] = {
        [ACL_USER] = "", [ACL_GROUP] = IDENTIFIER_GROUP, [ACL_ANYONE] = IDENTIFIER_ANYONE};
    char *text = arena_printf(arena, "%s%s%.*s", identifier->negative ? "-" : "",
                              prefixes[identifier->kind], SLICE_ARGS(identifier->name));
    return text ? slice_cstr(text) : slice_of(NULL, 0);
}

int identifier_prepare(struct slice name, struct arena *arena, struct slice *out)
{
    struct buffer buffer;
    buffer_init(&buffer, 0);
    int err = text_prepare_name(name, &buffer);
    if (!err)
        err = buffer_check(&buffer);
    struct slice copy = err ? SLICE_EMPTY : arena_copy(arena, buffer_slice(&buffer));
    buffer_clear(&buffer);
    if (err)
        return err;
    if (!copy.data)
        return -ERR_NO_MEMORY;
    *out = copy;
    return 0;
}

static int find_id(struct mail *mail, enum acl_kind kind, struct slice name, struct arena *arena,
                   int64_t *id_out)
{
    struct user_row user = {0};
    struct group_row group = {0};
    int err = kind == ACL_USER ? users_find(mail->database, arena, name, &user)
                               : groups_find(mail->database, arena, name, &group);
    if (err)
        return err;
    *id_out = kind == ACL_USER ? user.id : group.id;
    return 0;
}

/* RFC 4314 section 3: what can't be prepared, or is empty then, is BAD. */
static int prepare_text(struct slice text, struct arena *arena, struct slice *out)
{
    int err = identifier_prepare(text, arena, out);
    if (err == -ERR_CHARSET || err == -ERR_INVALID)
        return fail(ERR_SYNTAX, "The identifier is not text that SASLprep allows");
    if (!err && out->len == 0)
        return fail(ERR_SYNTAX, "The identifier is empty");
    return err;
}

int identifier_find(struct mail *mail, struct slice text, struct arena *arena,
                    struct identifier *out, int64_t *id_out)
{
    struct slice prepared;
    struct identifier identifier;
    int64_t id = 0;
    int err = prepare_text(text, arena, &prepared);
    if (!err)
        err = identifier_parse(prepared, &identifier);
    if (!err && identifier.kind != ACL_ANYONE)
        err = find_id(mail, identifier.kind, identifier.name, arena, &id);
    if (err == -ERR_NOT_FOUND)
        return fail(ERR_INVALID, "There is no user or group named %.*s",
                    SLICE_ARGS(identifier.name));
    if (err)
        return err;
    *out = identifier;
    *id_out = id;
    return 0;
}

bool identifier_is_reserved(struct slice name)
{
    return (name.len && name.data[0] == '-') ||
           slice_equal_nocase(name, SLICE(IDENTIFIER_ANYONE)) ||
           slice_starts_with_nocase(name, SLICE(IDENTIFIER_GROUP));
}
