#include "mail/acl.h"

#include "acl_denial.h"
#include "engine.h"
#include "grant.h"
#include "identifier.h"
#include "store/users.h"

static struct slice row_identifier(const struct acl_row *row, struct arena *arena)
{
    struct identifier identifier = {row->kind, row->negative, row->name};
    return identifier_render(&identifier, arena);
}

static bool is_owner(const struct grant *grant, enum acl_kind kind, int64_t id, bool negative)
{
    return kind == ACL_USER && !negative && grant->owner_id && id == grant->owner_id;
}

/* The owner's entry says what the owner keeps whatever the row says. */
static int make_entry(const struct grant *grant, const struct acl_row *row, struct arena *arena,
                      struct acl_entry *out)
{
    struct acl_entry entry = {row_identifier(row, arena), row->rights, row->expires_at};
    if (!entry.identifier.data)
        return -ERR_NO_MEMORY;
    if (is_owner(grant, row->kind, row->id, row->negative))
        entry.rights |= RIGHTS_OWNER_KEEPS;
    *out = entry;
    return 0;
}

static int make_owner_entry(struct mail *mail, const struct grant *grant, struct arena *arena,
                            struct acl_entry *out)
{
    struct user_row owner;
    int err = users_get(mail->database, arena, grant->owner_id, &owner);
    if (err)
        return err;
    *out = (struct acl_entry){owner.login, RIGHTS_OWNER_KEEPS, INT64_MAX};
    return 0;
}

int acl_list(struct mail *mail, const struct grant *grant, struct arena *arena,
             struct acl_entry **entries_out, size_t *count_out)
{
    int err = grant_require(grant, RIGHT_ADMINISTER);
    if (err)
        return err;
    struct acl_row *rows;
    size_t row_count;
    err = acl_rows_list(mail->database, arena, grant->mailbox_id, &rows, &row_count);
    if (err)
        return err;
    struct acl_entry *entries = ARENA_ARRAY(arena, row_count + 1, struct acl_entry);
    if (!entries)
        return -ERR_NO_MEMORY;
    size_t count = 0;
    bool owner_is_listed = grant->owner_id == 0;
    for (size_t i = 0; i < row_count && !err; i++) {
        if (rows[i].expired)
            continue;
        err = make_entry(grant, &rows[i], arena, &entries[count++]);
        owner_is_listed |= is_owner(grant, rows[i].kind, rows[i].id, rows[i].negative);
    }
    if (!err && !owner_is_listed)
        err = make_owner_entry(mail, grant, arena, &entries[count++]);
    if (err)
        return err;
    *entries_out = entries;
    *count_out = count;
    return 0;
}

static int change_row(struct mail *mail, const struct grant *grant, struct slice text,
                      enum rights_change change, rights_mask rights, struct arena *arena)
{
    struct identifier identifier;
    int err = identifier_parse(text, &identifier);
    if (err)
        return err;
    struct acl_change row = {.mailbox_id = grant->mailbox_id,
                             .kind = identifier.kind,
                             .negative = identifier.negative,
                             .change = change,
                             .rights = rights,
                             .expires_at = INT64_MAX,
                             .actor = grant->actor.login,
                             .client = grant->actor.client};
    err = identifier_find(mail, &identifier, arena, &row.id);
    if (err)
        return err;
    uint64_t modseq;
    err = acl_rows_change(mail->database, &row, &modseq);
    if (err == -ERR_NOT_FOUND)
        return denial_not_found();
    if (!err)
        mail_announce(mail, grant->mailbox_id, modseq);
    return err;
}

int acl_set(struct mail *mail, const struct grant *grant, struct slice identifier,
            enum rights_change change, rights_mask rights)
{
    int err = grant_require(grant, RIGHT_ADMINISTER);
    if (err)
        return err;
    struct arena arena;
    arena_init(&arena, 0);
    err = change_row(mail, grant, identifier, change, rights, &arena);
    arena_clear(&arena);
    return err;
}

int acl_delete(struct mail *mail, const struct grant *grant, struct slice identifier)
{
    return acl_set(mail, grant, identifier, RIGHTS_REPLACE, RIGHTS_NONE);
}

int acl_list_rights(struct mail *mail, const struct grant *grant, struct slice identifier,
                    rights_mask *always_out)
{
    int err = grant_require(grant, RIGHT_ADMINISTER);
    if (err)
        return err;
    struct identifier parsed;
    err = identifier_parse(identifier, &parsed);
    if (err)
        return err;
    struct arena arena;
    arena_init(&arena, 0);
    int64_t id;
    err = identifier_find(mail, &parsed, &arena, &id);
    arena_clear(&arena);
    if (err)
        return err;
    *always_out =
        is_owner(grant, parsed.kind, id, parsed.negative) ? RIGHTS_OWNER_KEEPS : RIGHTS_NONE;
    return 0;
}
