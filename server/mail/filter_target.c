#include "filter_target.h"

#include "mail/mailbox.h"

bool filter_target_takes_mail(const struct grant *grant)
{
    return grant_rights(grant) & (RIGHT_INSERT | RIGHT_POST);
}

int filter_target_exists(struct mail *mail, const struct actor *author, struct slice name,
                         struct arena *arena, bool *out)
{
    const struct grant *grant;
    int err = acl_check(mail, author, name, RIGHTS_NONE, arena, &grant);
    if (err && err != -ERR_NOT_FOUND)
        return err;
    *out = !err && filter_target_takes_mail(grant);
    return 0;
}

int filter_target_find(struct mail *mail, const struct actor *author,
                       const struct sieve_action *action, struct arena *arena,
                       const struct grant **out)
{
    int err = acl_check(mail, author, action->mailbox, RIGHTS_NONE, arena, out);
    if (err != -ERR_NOT_FOUND || !action->create)
        return err;
    err = mailbox_create(mail, author, action->mailbox, SLICE_EMPTY, NULL);
    if (err && err != -ERR_EXISTS)
        return err;
    return acl_check(mail, author, action->mailbox, RIGHTS_NONE, arena, out);
}
