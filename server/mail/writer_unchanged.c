/* STORE (UNCHANGEDSINCE n) (RFC 7162 section 3.1.3): what has changed before the
 * picture is looked up, what has since is found under the mailbox's lock. */
#include "engine.h"
#include "mail/writer.h"
#include "store/history.h"
#include "writer_queue.h"
#include "writer_store.h"

/* A STORE under way. */
struct condition {
    struct mail *mail;
    const struct grant *grant;
    const struct picture *picture;
    uint64_t since;
    flag_mask flags;       /* those that must not have changed */
    struct uidset refused; /* messages in which they have */
};

/* Of these messages, which have changed after `since`, only those in which one of the
 * flags has: section 3.1.12. When the journal cannot tell, all of them. */
static int keep_touched(const struct condition *condition, struct uidset *changed)
{
    const struct history_span span = {grant_mailbox_id(condition->grant), condition->since,
                                      picture_modseq(condition->picture)};
    int64_t user_id = grant_actor(condition->grant)->user_id;
    struct uidset touched;
    bool complete;
    int err = history_flags(condition->mail->database, &span, condition->flags, user_id, &complete,
                            &touched);
    if (err)
        return err;
    if (complete)
        err = uidset_intersect(changed, &touched);
    uidset_clear(&touched);
    return err;
}

static int refuse_changed(struct condition *condition, const struct uidset *uids)
{
    struct uidset changed;
    int err = picture_changed_since(condition->picture, condition->since, &changed);
    if (err)
        return err;
    err = uidset_intersect(&changed, uids);
    if (!err && !uidset_is_empty(&changed))
        err = keep_touched(condition, &changed);
    if (!err)
        err = uidset_union(&condition->refused, &changed);
    uidset_clear(&changed);
    return err;
}

/* Both halves of a STORE refuse the same messages. */
static int submit(struct condition *condition, struct change *changes, size_t count)
{
    uint64_t known = picture_modseq(condition->picture);
    for (size_t i = 0; i < count; i++) {
        changes[i].unchanged_since = condition->since > known ? condition->since : known;
        changes[i].unchanged_flags = condition->flags;
        changes[i].is_second_half = i > 0;
    }
    int err = writer_submit(condition->mail, changes, count);
    if (!err)
        err = uidset_union(&condition->refused, &changes[0].refused);
    for (size_t i = 0; i < count; i++)
        change_clear(&changes[i]);
    return err;
}

static int store_left(struct condition *condition, const struct uidset *uids,
                      enum flag_change change, flag_mask flags)
{
    struct uidset left;
    uidset_init(&left);
    int err = uidset_union(&left, uids);
    if (!err)
        err = uidset_subtract(&left, &condition->refused);
    struct change changes[WRITER_CHANGES_MAX];
    size_t count = writer_store_changes(condition->grant, &left, change, flags, changes);
    if (!err && count > 0 && !uidset_is_empty(&left))
        err = submit(condition, changes, count);
    uidset_clear(&left);
    return err;
}

int writer_store_unchanged(struct mail *mail, const struct grant *grant,
                           const struct picture *picture, const struct uidset *uids,
                           enum flag_change change, flag_mask flags, uint64_t unchanged_since,
                           struct uidset *refused_out)
{
    int err = writer_may_store(grant, change, flags);
    if (err)
        return err;
    struct condition condition = {
        .mail = mail,
        .grant = grant,
        .picture = picture,
        .since = unchanged_since,
        .flags = change == FLAG_CHANGE_SET ? FLAGS_ALL : flags,
    };
    uidset_init(&condition.refused);
    err = refuse_changed(&condition, uids);
    if (!err)
        err = store_left(&condition, uids, change, flags);
    if (err)
        uidset_clear(&condition.refused);
    else
        *refused_out = condition.refused;
    return err;
}
