#include "account_change.h"
#include "acl_denial.h"
#include "engine.h"
#include "grant.h"
#include "identifier.h"
#include "store/mailboxes.h"

static int explain_row(const struct acl_row *row, struct arena *arena, struct acl_reason *out)
{
    struct identifier identifier = {row->kind, row->negative, row->name};
    struct acl_reason reason = {.identifier = identifier_render(&identifier, arena),
                                .rights = row->rights,
                                .applies = row->concerns_user,
                                .negative = row->negative,
                                .expired = row->expired,
                                .granted_by = row->granted_by,
                                .granted_at = row->granted_at,
                                .expires_at = row->expires_at};
    if (!reason.identifier.data)
        return -ERR_NO_MEMORY;
    *out = reason;
    return 0;
}

static int explain_rows(struct mail *mail, const struct grant *grant, int64_t user_id,
                        struct arena *arena, struct acl_explanation *explanation)
{
    struct acl_row *rows;
    int err = acl_rows_explain(mail->database, arena, grant->mailbox_id, user_id, &rows,
                               &explanation->count);
    if (err)
        return err;
    explanation->reasons = ARENA_ARRAY(arena, explanation->count, struct acl_reason);
    if (!explanation->reasons)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < explanation->count && !err; i++)
        err = explain_row(&rows[i], arena, &explanation->reasons[i]);
    return err;
}

int acl_explain(struct mail *mail, const struct grant *admin, struct slice login,
                struct arena *arena, struct acl_explanation *out)
{
    int err = grant_require(admin, RIGHT_ADMINISTER);
    if (err)
        return err;
    struct user_row user;
    err = account_get(mail, arena, login, &user);
    if (err)
        return err;
    struct mailbox_row row;
    err = mailboxes_get(mail->database, arena, admin->mailbox_id, user.id, &row);
    if (err == -ERR_NOT_FOUND)
        return denial_not_found();
    if (err)
        return err;
    /* What comes out is asked of the database, as every check does, and not
     * computed a second way here. */
    struct acl_explanation explanation = {.login = user.login,
                                          .disabled = user.disabled,
                                          .owner = row.owner_id == user.id,
                                          .effective = row.rights};
    err = explain_rows(mail, admin, user.id, arena, &explanation);
    if (err)
        return err;
    *out = explanation;
    return 0;
}
