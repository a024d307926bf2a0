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
    struct acl_entry entry = {row_identifier(row, arena), row->rights, row->expires_at,
                              row->granted_by};
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
    *out = (struct acl_entry){owner.login, RIGHTS_OWNER_KEEPS, INT64_MAX, SLICE_EMPTY};
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

/* Whether it can take l or a from somebody who has them. */
static bool takes_administration(const struct identifier *identifier,
                                 const struct acl_modification *modification)
{
    const rights_mask kept = RIGHT_LOOKUP | RIGHT_ADMINISTER;
    if (identifier->negative)
        return modification->change != RIGHTS_REMOVE && (modification->rights & kept);
    if (modification->change == RIGHTS_REPLACE)
        return (modification->rights & kept) != kept;
    return modification->change == RIGHTS_REMOVE && (modification->rights & kept);
}

static int explain_refusal(int err)
{
    if (err == -ERR_NOT_FOUND)
        return denial_not_found();
    if (err == -ERR_WRONG_STATE)
        return fail(ERR_WRONG_STATE, "Nobody could administer this mailbox any more: "
                                     "give another the rights \"l\" and \"a\" first");
    return err;
}

static int modify_row(struct mail *mail, const struct grant *grant,
                      const struct acl_modification *modification, struct arena *arena)
{
    struct identifier identifier;
    int64_t id;
    int err = identifier_find(mail, modification->identifier, arena, &identifier, &id);
    if (err)
        return err;
    bool endangers = grant->owner_id == 0 && takes_administration(&identifier, modification);
    const struct acl_change row = {.mailbox_id = grant->mailbox_id,
                                   .kind = identifier.kind,
                                   .id = id,
                                   .negative = identifier.negative,
                                   .change = modification->change,
                                   .rights = modification->rights,
                                   .expires_at = modification->expires_at,
                                   .keep_administered = endangers && !modification->force,
                                   .actor_id = grant->actor.user_id,
                                   .actor = grant->actor.login,
                                   .client = grant->actor.client};
    uint64_t modseq;
    err = acl_rows_change(mail->database, &row, &modseq);
    if (err)
        return explain_refusal(err);
    mail_announce(mail, grant->mailbox_id, modseq);
    return 0;
}

int acl_modify(struct mail *mail, const struct grant *grant,
               const struct acl_modification *modification)
{
    int err = grant_require(grant, RIGHT_ADMINISTER);
    if (err)
        return err;
    struct arena arena;
    arena_init(&arena, 0);
    err = modify_row(mail, grant, modification, &arena);
    arena_clear(&arena);
    return err;
}

int acl_set(struct mail *mail, const struct grant *grant, struct slice identifier,
            enum rights_change change, rights_mask rights)
{
    const struct acl_modification modification = {
        .identifier = identifier, .change = change, .rights = rights, .expires_at = INT64_MAX};
    return acl_modify(mail, grant, &modification);
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
    struct arena arena;
    arena_init(&arena, 0);
    struct identifier parsed;
    int64_t id;
    err = identifier_find(mail, identifier, &arena, &parsed, &id);
    arena_clear(&arena);
    if (err)
        return err;
    *always_out =
        is_owner(grant, parsed.kind, id, parsed.negative) ? RIGHTS_OWNER_KEEPS : RIGHTS_NONE;
    return 0;
}
