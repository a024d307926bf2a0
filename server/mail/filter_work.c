#include "filter_work.h"

#include "delivery_plan.h"
#include "engine.h"
#include "filter_send.h"
#include "mail/quota.h"
#include "mail/writer.h"
#include "store/outgoing_rows.h"
#include "writer_change.h"
#include "writer_queue.h"
#include "writer_store.h"

/* Flags ---------------------------------------------------------------------------------------- */

int filter_work_flags(const struct filter_work *work, struct filter_flag_edit *out)
{
    *out = (struct filter_flag_edit){.added = work->is_kept ? 0 : FLAG_DELETED};
    if (!work->is_kept || !work->kept_with)
        return 0;
    flag_mask wanted;
    int err = writer_resolve_flags(work->mail, work->grant, &work->kept_with->flags, &wanted);
    if (!err)
        *out = (struct filter_flag_edit){wanted & ~work->flags, work->flags & ~wanted};
    return err;
}

static int add_store(const struct filter_work *work, struct delivery_plan *plan,
                     enum flag_change kind, flag_mask flags)
{
    if (!flags)
        return 0;
    int err = writer_may_store(work->grant, kind, flags);
    if (err)
        return err;
    struct change changes[WRITER_CHANGES_MAX];
    size_t count = writer_store_changes(work->grant, &work->uids, kind, flags, changes);
    for (size_t i = 0; i < count && !err; i++)
        err = delivery_plan_change(plan, &changes[i]);
    return err;
}

static int add_flags(struct filter_work *work, struct delivery_plan *plan)
{
    struct filter_flag_edit edit;
    work->at = work->is_kept ? work->kept_with : NULL;
    int err = filter_work_flags(work, &edit);
    if (!err)
        err = add_store(work, plan, FLAG_CHANGE_ADD, edit.added);
    return err ? err : add_store(work, plan, FLAG_CHANGE_REMOVE, edit.removed);
}

/* Copies --------------------------------------------------------------------------------------- */

/* As the action has it, or as it is. */
static int choose_message(const struct filter_work *work, const struct sieve_action *action,
                          struct intake_result *out)
{
    *out = work->stored;
    bool is_changed = action->content.data || action->header.data;
    return is_changed ? filter_message_change(&work->message, action, out) : 0;
}

static int make_item(const struct filter_work *work, const struct filter_filing *filing,
                     struct append_item *out)
{
    struct intake_result message;
    flag_mask flags;
    int err = writer_resolve_flags(work->mail, filing->target, &filing->action->flags, &flags);
    if (!err)
        err = choose_message(work, filing->action, &message);
    if (!err)
        *out = (struct append_item){.message_id = message.message_id,
                                    .size = message.size,
                                    .flags = flags & writer_flags_settable(filing->target),
                                    .seal = message.seal,
                                    .internal_date = work->entry->internal_date};
    return err;
}

/* A copy of the message itself is one in the journal, too. */
static struct change make_copy(const struct filter_work *work, const struct filter_filing *filing,
                               const struct append_item *item)
{
    struct change change = writer_change(filing->target, CHANGE_APPEND);
    change.items = item;
    change.item_count = 1;
    if (item->message_id == work->stored.message_id) {
        change.uids = &work->uids;
        change.source_id = grant_mailbox_id(work->grant);
        change.source_rights_modseq = grant_rights_modseq(work->grant);
    }
    return change;
}

static int add_copy(struct filter_work *work, struct delivery_plan *plan,
                    const struct filter_filing *filing)
{
    struct append_item *item = ARENA_NEW(work->arena, struct append_item);
    work->at = filing->action;
    int err = item ? make_item(work, filing, item) : -ERR_NO_MEMORY;
    if (err)
        return err;
    const struct quota_amounts added = {{[QUOTA_STORAGE] = item->size, [QUOTA_MESSAGES] = 1}};
    const struct change change = make_copy(work, filing, item);
    err = quota_check(work->mail, filing->target, &added, NULL);
    return err ? err : delivery_plan_change(plan, &change);
}

/* Sending -------------------------------------------------------------------------------------- */

/* Who sends it: the owner of the script (RFC 6785 section 3.4). Mail that still has its envelope is
 * redirected with that, as when it was delivered (section 4.3 of the draft). */
static int find_envelope(const struct filter_work *work, struct delivery *out)
{
    const struct filter_owner *owner = &work->filter->owner;
    int64_t user_id = owner->user_id ? owner->user_id : owner->actor_id;
    struct slice address;
    int err = outgoing_rows_sender(work->mail->database, user_id, owner->mailbox_id, work->arena,
                                   &address);
    if (!err && address.len == 0)
        err = fail(ERR_NOT_FOUND, "there is no address to send it from");
    if (!err)
        *out = (struct delivery){.client = grant_actor(work->grant)->client,
                                 .envelope_from =
                                     work->envelope_from.data ? work->envelope_from : address,
                                 .envelope_to = address};
    return err;
}

static int add_sending(struct filter_work *work, const struct filter_sending *sending,
                       const struct sieve_action *action)
{
    struct intake_result message;
    work->at = action;
    if (action->kind == SIEVE_NOTIFY)
        return filter_notify(sending, action);
    int err = choose_message(work, action, &message);
    return err ? err : filter_redirect(sending, action, &message);
}

/* Mail that nobody takes comes back to where it was, unless it is in a mailbox anyway. */
static int add_sendings(struct filter_work *work, struct delivery_plan *plan,
                        const struct delivery *delivery)
{
    bool stays = work->is_kept || work->filing_count;
    const struct filter_sending sending = {.mail = work->mail,
                                           .delivery = delivery,
                                           .owner = &work->filter->owner,
                                           .message = &work->message,
                                           .occasion = work->filter->occasion,
                                           .home_id = stays ? 0 : grant_mailbox_id(work->grant),
                                           .plan = plan,
                                           .arena = work->arena};
    int err = 0;
    for (size_t i = 0; i < work->sending_count && !err; i++)
        err = add_sending(work, &sending, work->sendings[i]);
    return err;
}

/* Together ------------------------------------------------------------------------------------- */

int filter_work_together(struct filter_work *work)
{
    struct delivery delivery = {.envelope_from = SLICE_EMPTY};
    work->at = work->sending_count ? work->sendings[0] : NULL;
    int err = work->sending_count ? find_envelope(work, &delivery) : 0;
    struct delivery_plan *plan = delivery_plan_new(work->mail, &delivery, work->arena);
    if (!err && !plan)
        err = -ERR_NO_MEMORY;
    if (!err)
        err = add_sendings(work, plan, &delivery);
    for (size_t i = 0; i < work->filing_count && !err; i++)
        err = add_copy(work, plan, &work->filings[i]);
    if (!err)
        err = add_flags(work, plan);
    if (err)
        return err;
    work->at = work->filing_count ? work->filings[0].action : NULL;
    return delivery_plan_carry_out(plan);
}
