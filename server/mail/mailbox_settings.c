#include "mail/mailbox_settings.h"

#include "acl_denial.h"
#include "engine.h"
#include "grant.h"
#include "store/mailbox_settings.h"

/* RFC 6154 section 2. \All and \Flagged are views over other mailboxes, which
 * this server does not offer. */
static const char *const special_uses[] = {"\\Archive", "\\Drafts", "\\Junk", "\\Sent", "\\Trash"};

struct slice mailbox_special_use(struct slice special_use)
{
    if (special_use.len == 0)
        return SLICE_EMPTY;
    for (size_t i = 0; i < sizeof special_uses / sizeof special_uses[0]; i++)
        if (slice_equal_nocase(special_use, slice_cstr(special_uses[i])))
            return slice_cstr(special_uses[i]);
    return slice_of(NULL, 0);
}

/* What every change ends with. */
static int announce(struct mail *mail, const struct grant *grant, int err, uint64_t modseq)
{
    if (err == -ERR_NOT_FOUND)
        return denial_not_found();
    if (!err)
        mail_announce(mail, grant->mailbox_id, modseq);
    return err;
}

int mailbox_set_seen_per_user(struct mail *mail, const struct grant *grant, bool per_user)
{
    int err = grant_require(grant, RIGHT_ADMINISTER);
    if (err)
        return err;
    uint64_t modseq = 0;
    err = mailboxes_set_seen_per_user(mail->database, grant->mailbox_id, per_user,
                                      grant->actor.login, grant->actor.client, &modseq);
    return announce(mail, grant, err, modseq);
}

int mailbox_set_special_use(struct mail *mail, const struct grant *grant, struct slice special_use)
{
    struct slice use = mailbox_special_use(special_use);
    int err = grant_require(grant, RIGHT_ADMINISTER);
    if (err)
        return err;
    if (!use.data)
        return fail(ERR_INVALID, "A mailbox can't be made for the use %.*s",
                    SLICE_ARGS(special_use));
    uint64_t modseq = 0;
    err = mailboxes_set_special_use(mail->database, grant->mailbox_id, use, grant->actor.login,
                                    grant->actor.client, &modseq);
    return announce(mail, grant, err, modseq);
}
