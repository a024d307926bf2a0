#include "delivery_store.h"

#include "acl_check.h"
#include "base/clock.h"
#include "engine.h"
#include "mail/quota.h"
#include "mail/writer.h"
#include "store/deliveries.h"

static int is_duplicate(struct mail *mail, const struct delivery *delivery, int64_t mailbox_id,
                        const struct intake_result *message, bool *out)
{
    *out = false;
    if (delivery->duplicate_window == 0)
        return 0;
    struct slice message_id = message->content ? message->content->row.message_id : SLICE_EMPTY;
    if (message->content && message_id.len == 0)
        return 0;
    return deliveries_is_duplicate(mail->database, mailbox_id, message->message_id, message_id,
                                   delivery->duplicate_window, out);
}

static int resolve_flags(struct mail *mail, const struct grant *grant,
                         const struct delivery_flags *flags, flag_mask *out)
{
    if (grant_is_stale(flags->grant, grant_rights_modseq(grant)))
        return fail(ERR_STALE, "the rights have changed");
    rights_mask rights = grant_rights(flags->grant);
    struct flag_names names = *flags->names;
    names.system &= flags_changeable(rights);
    if (!(rights & RIGHT_WRITE))
        names.keyword_count = 0;
    return writer_resolve_flags(mail, grant, &names, out);
}

static int append(struct mail *mail, const struct grant *grant, const struct intake_result *message,
                  flag_mask flags)
{
    const struct quota_amounts added = {{[QUOTA_STORAGE] = message->size, [QUOTA_MESSAGES] = 1}};
    int err = quota_check_delivery(mail, grant, &added);
    if (err)
        return err;
    struct append_item item = {.message_id = message->message_id,
                               .content = message->content,
                               .size = message->size,
                               .flags = flags,
                               .seal = message->seal,
                               .internal_date = clock_realtime_us()};
    struct append_outcome outcome = {0};
    err = writer_append(mail, grant, &item, 1, &outcome);
    if (!err)
        uidset_clear(&outcome.uids);
    return err;
}

static int store(struct mail *mail, const struct delivery *delivery, const struct grant *grant,
                 const struct intake_result *message, const struct delivery_flags *flags)
{
    flag_mask mask = 0;
    bool duplicate = false;
    int err = flags ? resolve_flags(mail, grant, flags, &mask) : 0;
    if (!err)
        err = is_duplicate(mail, delivery, grant_mailbox_id(grant), message, &duplicate);
    if (!err && !duplicate)
        err = append(mail, grant, message, mask);
    return err;
}

static struct actor actor_of(const struct delivery *delivery)
{
    return (struct actor){.login = SLICE("LMTP"), .client = delivery->client};
}

int delivery_store(struct mail *mail, const struct delivery *delivery, int64_t mailbox_id,
                   const struct intake_result *message, const struct delivery_flags *flags,
                   struct arena *arena)
{
    const struct actor actor = actor_of(delivery);
    const struct grant *grant;
    int err = acl_check_id(mail, &actor, mailbox_id, RIGHT_INSERT, arena, &grant);
    return err ? err : store(mail, delivery, grant, message, flags);
}

int delivery_store_at(struct mail *mail, const struct delivery *delivery,
                      const struct mailbox_row *mailbox, const struct intake_result *message,
                      struct arena *arena)
{
    const struct actor actor = actor_of(delivery);
    const struct grant *grant;
    int err = acl_grant_all(&actor, mailbox, arena, &grant);
    return err ? err : store(mail, delivery, grant, message, NULL);
}
