#include "mail/writer.h"

#include <stdlib.h>

#include "engine.h"
#include "mail/pulse.h"
#include "mail/quota.h"
#include "mail/recently_deleted.h"
#include "store/change_small.h"
#include "writer_change.h"
#include "writer_known.h"
#include "writer_queue.h"
#include "writer_store.h"

struct change writer_change(const struct grant *grant, enum change_kind kind)
{
    const struct actor *actor = grant_actor(grant);
    return (struct change){
        .kind = kind,
        .mailbox_id = grant_mailbox_id(grant),
        .rights_modseq = grant_rights_modseq(grant),
        .seen_per_user = grant_seen_per_user(grant),
        .user_id = actor->user_id,
        .actor = actor->login,
        .client = actor->client,
    };
}

/* Small changes look at the user's account under the lock, others don't. */
static int check_account(struct mail *mail, const struct grant *grant)
{
    if (grant_actor(grant)->user_id == 0)
        return 0;
    struct pulse pulse;
    int err = pulse_read(mail, grant, &pulse);
    if (!err && pulse.user_disabled)
        err = fail(ERR_STALE, "the account was disabled");
    return err;
}

/* Content that a batch of small changes was to bring along is stored by itself. */
static int store_content(struct mail *mail, struct append_item *items, size_t count)
{
    int err = 0;
    for (size_t i = 0; i < count && !err; i++) {
        const struct message_content *content = items[i].content;
        if (!content)
            continue;
        err = messages_put(mail->database, &content, 1, &items[i].message_id);
        items[i].seal = message_seal(&content->row);
        items[i].content = NULL;
    }
    return err;
}

static bool are_small(const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!change_is_small(&changes[i]))
            return false;
    return true;
}

/* As small changes if they are. *left_out: they are not, or could not be done so. */
static int try_small(struct mail *mail, const struct grant *grant, struct change *changes,
                     size_t count, bool *left_out)
{
    *left_out = true;
    if (!are_small(changes, count))
        return 0;
    int err = writer_submit_small(mail, changes, count, left_out);
    return !err && *left_out ? check_account(mail, grant) : err;
}

/* Runs one change; the content of `items` (NULL: it has none) goes with it or before
 * it. 0: committed; the caller then takes what it needs of the results and clears
 * the change. */
static int submit(struct mail *mail, const struct grant *grant, struct change *change,
                  struct append_item *items)
{
    bool left_out;
    int err = try_small(mail, grant, change, 1, &left_out);
    if (!err && left_out && change->expected_modseq)
        err = fail(ERR_STALE, "this is no small change now");
    if (!err && left_out && items)
        err = store_content(mail, items, change->item_count);
    if (!err && left_out)
        err = writer_submit(mail, change, 1);
    if (err)
        change_clear(change);
    return err;
}

static void take_uids(struct uidset *from, struct uidset *out)
{
    if (!out)
        return;
    *out = *from;
    uidset_init(from);
}

/* APPEND, COPY, MOVE -------------------------------------------------------------------- */

flag_mask writer_flags_settable(const struct grant *grant)
{
    flag_mask may = flags_changeable(grant_rights(grant));
    if (grant_seen_per_user(grant) && grant_actor(grant)->user_id == 0)
        may &= ~FLAG_SEEN;
    return may;
}

/* Freed by the caller. */
static int permitted_items(const struct grant *grant, const struct append_item *items, size_t count,
                           struct append_item **out)
{
    struct append_item *permitted = malloc((count + 1) * sizeof *permitted);
    if (!permitted)
        return fail(ERR_NO_MEMORY, "no memory for %zu messages to append", count);
    flag_mask may = writer_flags_settable(grant);
    for (size_t i = 0; i < count; i++) {
        permitted[i] = items[i];
        permitted[i].flags &= may;
    }
    *out = permitted;
    return 0;
}

static void nothing_appended(const struct grant *grant, struct append_outcome *out)
{
    out->uidvalidity = grant_uidvalidity(grant);
    uidset_init(&out->uids);
}

static int append_items(struct mail *mail, const struct grant *grant, struct change *change,
                        struct append_item *items, struct append_outcome *out)
{
    change->items = items;
    int err = submit(mail, grant, change, items);
    if (err)
        return err;
    out->uidvalidity = change->uidvalidity;
    take_uids(&change->row.uids, &out->uids);
    change_clear(change);
    return 0;
}

static struct quota_amounts amounts_of(const struct append_item *items, size_t count)
{
    struct quota_amounts amounts = {.of[QUOTA_MESSAGES] = count};
    for (size_t i = 0; i < count; i++)
        amounts.of[QUOTA_STORAGE] += items[i].size;
    return amounts;
}

/* `change` knows how many items there are, and where they are copied from. */
static int append(struct mail *mail, const struct grant *grant, struct change *change,
                  const struct append_item *items, struct append_outcome *out)
{
    int err = grant_require(grant, RIGHT_INSERT);
    if (err)
        return err;
    if (change->item_count == 0) {
        nothing_appended(grant, out);
        return 0;
    }
    struct append_item *permitted;
    err = permitted_items(grant, items, change->item_count, &permitted);
    if (err)
        return err;
    const struct quota_amounts added = amounts_of(items, change->item_count);
    struct quota_hold hold = {0};
    err = quota_check(mail, grant, &added, &hold);
    if (!err)
        err = append_items(mail, grant, change, permitted, out);
    quota_let_go(&hold);
    free(permitted);
    return err;
}

int writer_append(struct mail *mail, const struct grant *grant, const struct append_item *items,
                  size_t count, struct append_outcome *out)
{
    struct change change = writer_change(grant, CHANGE_APPEND);
    change.item_count = count;
    return append(mail, grant, &change, items, out);
}

int writer_copy(struct mail *mail, const struct grant *source, const struct uidset *uids,
                uint64_t source_modseq, const struct grant *destination,
                const struct append_item *items, struct append_outcome *out)
{
    struct change change = writer_change(destination, CHANGE_APPEND);
    change.item_count = uidset_size(uids);
    change.uids = uids;
    if (!grant_is_recently_deleted(source)) /* whose UIDs mean nothing to the journal */
        change.source_id = grant_mailbox_id(source);
    change.source_rights_modseq = grant_rights_modseq(source);
    change.expected_modseq = source_modseq;
    return append(mail, destination, &change, items, out);
}

static int move_items(struct mail *mail, const struct grant *source, const struct uidset *uids,
                      uint64_t source_modseq, const struct grant *destination,
                      const struct append_item *items, struct uidset *moved_out,
                      struct append_outcome *out)
{
    struct change change = writer_change(destination, CHANGE_MOVE);
    change.expected_modseq = source_modseq;
    change.items = items;
    change.item_count = uidset_size(uids);
    change.uids = uids;
    change.source_id = grant_mailbox_id(source);
    change.source_rights_modseq = grant_rights_modseq(source);
    int err = submit(mail, destination, &change, NULL);
    if (err)
        return err;
    out->uidvalidity = change.uidvalidity;
    take_uids(&change.row.uids, &out->uids);
    take_uids(&change.source_row.uids, moved_out);
    change_clear(&change);
    return 0;
}

static int may_move(const struct grant *source, const struct grant *destination)
{
    int err = grant_require(source, RIGHT_READ | RIGHT_DELETE_MESSAGES | RIGHT_EXPUNGE);
    if (!err)
        err = grant_require(destination, RIGHT_INSERT);
    return err;
}

int writer_move(struct mail *mail, const struct grant *source, const struct uidset *uids,
                uint64_t source_modseq, const struct grant *destination,
                const struct append_item *items, struct uidset *moved_out,
                struct append_outcome *out)
{
    int err = may_move(source, destination);
    if (err)
        return err;
    if (uidset_is_empty(uids)) {
        uidset_init(moved_out);
        nothing_appended(destination, out);
        return 0;
    }
    struct append_item *permitted;
    err = permitted_items(destination, items, uidset_size(uids), &permitted);
    if (err)
        return err;
    const struct quota_amounts added = amounts_of(items, uidset_size(uids));
    struct quota_hold hold = {0};
    err = quota_check_move(mail, source, destination, &added, &hold);
    if (!err)
        err = move_items(mail, source, uids, source_modseq, destination, permitted, moved_out, out);
    quota_let_go(&hold);
    free(permitted);
    return err;
}

/* REPLACE ---------------------------------------------------------------------------------- */

static int may_replace(struct mail *mail, const struct grant *source, uint64_t replaced_size,
                       const struct grant *destination, const struct append_item *item,
                       struct quota_hold *hold)
{
    int err = grant_require(source, RIGHT_DELETE_MESSAGES | RIGHT_EXPUNGE);
    if (!err)
        err = grant_require(destination, RIGHT_INSERT);
    const struct append_item replaced = {.size = replaced_size};
    const struct quota_amounts added = amounts_of(item, 1), removed = amounts_of(&replaced, 1);
    return err ? err : quota_check_replace(mail, source, destination, &added, &removed, hold);
}

int writer_replace(struct mail *mail, const struct grant *source, const struct entry *replaced,
                   const struct grant *destination, const struct append_item *item,
                   struct append_outcome *out)
{
    struct quota_hold hold = {0};
    int err = may_replace(mail, source, replaced->size, destination, item, &hold);
    if (err)
        return err;
    struct uid_range range = {replaced->uid, replaced->uid};
    const struct uidset uids = {.ranges = &range, .count = 1, .size = 1};
    struct append_item permitted = *item;
    permitted.flags &= writer_flags_settable(destination);
    struct change change = writer_change(destination, CHANGE_REPLACE);
    change.item_count = 1;
    change.uids = &uids;
    change.source_id = grant_mailbox_id(source);
    change.source_rights_modseq = grant_rights_modseq(source);
    err = append_items(mail, destination, &change, &permitted, out);
    quota_let_go(&hold);
    if (!err && uidset_is_empty(&out->uids))
        err = fail(ERR_NOT_FOUND, "The message to be replaced is gone");
    return err;
}

/* STORE ------------------------------------------------------------------------------------ */

struct flag_edit {
    flag_mask cleared;
    flag_mask set;
};

static struct flag_edit edit_for(enum flag_change change, flag_mask flags, flag_mask may)
{
    struct flag_edit edit = {0};
    if (change != FLAG_CHANGE_REMOVE)
        edit.set = flags & may;
    if (change == FLAG_CHANGE_REMOVE)
        edit.cleared = flags & may;
    if (change == FLAG_CHANGE_SET)
        edit.cleared = may & ~flags;
    return edit;
}

/* A right that would have allowed to change one of these flags, which may
 * not be changed at all (RFC 4314 section 4). */
static rights_mask right_for(flag_mask flags)
{
    if (flags & FLAG_SEEN)
        return RIGHT_SEEN;
    if (flags & FLAG_DELETED)
        return RIGHT_DELETE_MESSAGES;
    return RIGHT_WRITE;
}

static void add_change(struct change *changes, size_t *count, const struct grant *grant,
                       enum change_kind kind, const struct uidset *uids, struct flag_edit edit)
{
    if (!(edit.cleared | edit.set))
        return;
    struct change *change = &changes[(*count)++];
    *change = writer_change(grant, kind);
    change->uids = uids;
    change->flags_cleared = edit.cleared;
    change->flags_set = edit.set;
}

/* Where \Seen is per user it is a change of its own, in the same batch. */
static size_t split_changes(const struct grant *grant, const struct uidset *uids,
                            struct flag_edit edit, struct change *changes)
{
    size_t count = 0;
    if (!grant_seen_per_user(grant)) {
        add_change(changes, &count, grant, CHANGE_FLAGS, uids, edit);
        return count;
    }
    struct flag_edit shared = {edit.cleared & ~FLAG_SEEN, edit.set & ~FLAG_SEEN};
    struct flag_edit seen = {edit.cleared & FLAG_SEEN, edit.set & FLAG_SEEN};
    add_change(changes, &count, grant, CHANGE_FLAGS, uids, shared);
    if (grant_actor(grant)->user_id != 0)
        add_change(changes, &count, grant, CHANGE_SEEN, uids, seen);
    return count;
}

int writer_may_store(const struct grant *grant, enum flag_change change, flag_mask flags)
{
    flag_mask wanted = change == FLAG_CHANGE_SET ? FLAGS_ALL : flags;
    if (wanted && !(wanted & flags_changeable(grant_rights(grant))))
        return grant_require(grant, right_for(wanted));
    return 0;
}

size_t writer_store_changes(const struct grant *grant, const struct uidset *uids,
                            enum flag_change change, flag_mask flags, struct change *changes)
{
    flag_mask may = flags_changeable(grant_rights(grant));
    return split_changes(grant, uids, edit_for(change, flags, may), changes);
}

static int store_changes(struct mail *mail, const struct grant *grant, struct change *changes,
                         size_t count)
{
    bool left_out;
    int err = try_small(mail, grant, changes, count, &left_out);
    if (err || !left_out)
        return err;
    struct uidset known[WRITER_CHANGES_MAX];
    for (size_t i = 0; i < count; i++)
        uidset_init(&known[i]);
    for (size_t i = 0; i < count && !err; i++)
        err = writer_use_view(mail, grant_actor(grant)->user_id, &changes[i], &known[i]);
    if (!err)
        err = writer_submit(mail, changes, count);
    for (size_t i = 0; i < count; i++)
        uidset_clear(&known[i]);
    return err;
}

int writer_store(struct mail *mail, const struct grant *grant, const struct uidset *uids,
                 enum flag_change change, flag_mask flags, uint64_t *modseq_out)
{
    if (modseq_out)
        *modseq_out = 0;
    int err = writer_may_store(grant, change, flags);
    if (err)
        return err;
    struct change changes[WRITER_CHANGES_MAX];
    size_t count = writer_store_changes(grant, uids, change, flags, changes);
    if (count == 0 || uidset_is_empty(uids))
        return 0;
    err = store_changes(mail, grant, changes, count);
    for (size_t i = 0; i < count; i++) {
        if (!err && modseq_out && changes[i].highest_modseq > *modseq_out)
            *modseq_out = changes[i].highest_modseq;
        change_clear(&changes[i]);
    }
    return err;
}

/* EXPUNGE ----------------------------------------------------------------------------------- */

int writer_expunge(struct mail *mail, const struct grant *grant, const struct uidset *uids,
                   uint64_t modseq, struct uidset *gone_out)
{
    int err = grant_require(grant, RIGHT_EXPUNGE);
    if (err)
        return err;
    struct uid_range everything = {1, UINT32_MAX};
    const struct uidset all = {.ranges = &everything, .count = 1, .size = 1};
    struct change change = writer_change(grant, CHANGE_EXPUNGE);
    change.uids = uids ? uids : &all;
    change.only_deleted = true;
    change.expected_modseq = modseq;
    err = submit(mail, grant, &change, NULL);
    if (err)
        return err;
    take_uids(&change.row.uids, gone_out);
    change_clear(&change);
    return 0;
}
