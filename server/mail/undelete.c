#include "mail/undelete.h"

#include <stdlib.h>

#include "base/text.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "mail/quota.h"
#include "mail/recently_deleted.h"
#include "store/quota_rows.h"
#include "store/recently_deleted.h"
#include "subject.h"
#include "writer_change.h"
#include "writer_queue.h"

/* Finding -------------------------------------------------------------------------------- */

static int fill_subjects(struct mail *mail, struct arena *arena, const struct expunged_row *rows,
                         size_t count, struct expunged_message *messages)
{
    int64_t *ids = ARENA_ARRAY(arena, count, int64_t);
    struct slice *subjects = ARENA_ARRAY(arena, count, struct slice);
    if (!ids || !subjects)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        ids[i] = rows[i].message_id;
    int err = subjects_read(mail, arena, ids, count, subjects);
    for (size_t i = 0; i < count && !err; i++)
        messages[i] = (struct expunged_message){rows[i], subjects[i]};
    return err;
}

/* What is left has `part` in its subject, as SEARCH SUBJECT would find it. */
static size_t keep_subjects_with(struct slice part, struct expunged_message *messages, size_t count)
{
    struct buffer wanted, folded;
    buffer_init(&wanted, 0);
    buffer_init(&folded, 0);
    text_fold(part, &wanted);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        buffer_reset(&folded);
        text_fold(messages[i].subject, &folded);
        if (memmem(folded.data, folded.len, wanted.data, wanted.len))
            messages[kept++] = messages[i];
        fiber_breathe();
    }
    buffer_clear(&wanted);
    buffer_clear(&folded);
    return kept;
}

static int find(struct mail *mail, int64_t mailbox_id, const struct undelete_filter *filter,
                uint32_t from_uid, struct arena *arena, struct expunged_row **rows_out,
                size_t *count_out)
{
    const struct expunged_filter wanted = {
        .actor = filter->by,
        .since = filter->since,
        .until = filter->until,
        .uids = filter->uids,
    };
    return expunged_find(mail->database, arena, mailbox_id, &wanted, from_uid, UNDELETE_BATCH,
                         rows_out, count_out);
}

int undelete_find(struct mail *mail, const struct grant *grant,
                  const struct undelete_filter *filter, uint32_t from_uid, struct arena *arena,
                  struct expunged_message **rows_out, size_t *count_out, uint32_t *next_out)
{
    struct expunged_row *rows = NULL;
    size_t count = 0;
    int err = grant_require(grant, RIGHT_READ | RIGHT_EXPUNGE | RIGHT_DELETE_MESSAGES);
    if (!err)
        err = find(mail, grant_mailbox_id(grant), filter, from_uid, arena, &rows, &count);
    struct expunged_message *messages =
        err ? NULL : ARENA_ARRAY(arena, count, struct expunged_message);
    if (!err && !messages)
        err = -ERR_NO_MEMORY;
    if (!err)
        err = fill_subjects(mail, arena, rows, count, messages);
    if (err)
        return err;
    *next_out = count == UNDELETE_BATCH ? rows[count - 1].uid + 1 : 0;
    *rows_out = messages;
    *count_out = filter->subject.len ? keep_subjects_with(filter->subject, messages, count) : count;
    return 0;
}

/* Restoring ------------------------------------------------------------------------------ */

static int may_restore(const struct grant *source, const struct uidset *uids,
                       const struct grant *destination, const struct append_item *items)
{
    int err = grant_require(source, RIGHT_EXPUNGE | RIGHT_DELETE_MESSAGES);
    if (!err)
        err = grant_require(destination, RIGHT_INSERT);
    if (err)
        return err;
    if (uidset_size(uids) > UNDELETE_BATCH && !grant_is_recently_deleted(source))
        return fail(ERR_LIMIT, "More than %d messages at once can't be given back", UNDELETE_BATCH);
    if (!items && mailbox_behind(grant_mailbox_id(source)) != grant_mailbox_id(destination))
        return fail(ERR_INTERNAL, "messages of another mailbox are given back without flags");
    return 0;
}

/* What comes back counts again. */
static int check_quota(struct mail *mail, const struct grant *source, const struct uidset *uids,
                       const struct grant *destination, struct quota_hold *hold)
{
    if (!quota_applies(mail, destination))
        return 0;
    struct quota_amounts added;
    int err = quota_expunged(mail->database, mailbox_behind(grant_mailbox_id(source)), uids,
                             grant_is_recently_deleted(source), &added);
    return err ? err : quota_check(mail, destination, &added, hold);
}

/* Which of the UIDs they were. When the outcome had to be looked up it knows only the new ones. */
static int take_restored(struct change *change, struct uidset *out)
{
    struct uidset *restored = &change->source_row.uids;
    if (change->row.modseq == 0 || !uidset_is_empty(restored)) {
        *out = *restored;
        uidset_init(restored);
        return 0;
    }
    if (uidset_size(&change->row.uids) != uidset_size(change->uids))
        return fail(ERR_IN_DOUBT, "Some of the messages are back; which ones is not known");
    uidset_init(out);
    return uidset_union(out, change->uids);
}

int undelete_restore(struct mail *mail, const struct grant *source, const struct uidset *uids,
                     const struct grant *destination, const struct append_item *items,
                     struct uidset *restored_out, struct append_outcome *out)
{
    struct quota_hold hold = {0};
    int err = may_restore(source, uids, destination, items);
    if (!err)
        err = check_quota(mail, source, uids, destination, &hold);
    if (err)
        return err;
    struct change change = writer_change(destination, CHANGE_RESTORE);
    change.items = items;
    change.item_count = items ? uidset_size(uids) : 0;
    change.uids = uids;
    change.restorable = writer_flags_settable(destination);
    change.source_id = mailbox_behind(grant_mailbox_id(source));
    change.uids_are_deleted = grant_is_recently_deleted(source);
    change.source_rights_modseq = grant_rights_modseq(source);
    err = writer_submit(mail, &change, 1);
    quota_let_go(&hold);
    if (!err)
        err = take_restored(&change, restored_out);
    if (!err) {
        out->uidvalidity = change.uidvalidity;
        out->uids = change.row.uids;
        uidset_init(&change.row.uids);
    }
    change_clear(&change);
    return err;
}
