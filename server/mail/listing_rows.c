#include "acl_check.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "listing.h"

/* What LIST may show: every mailbox with `l`. */
static int gather_visible(struct mail *mail, const struct actor *actor, struct arena *arena,
                          struct listed_mailbox **mailboxes_out, size_t *count_out)
{
    struct mailbox_row *rows;
    size_t row_count, count = 0;
    int err = mailboxes_visible(mail->database, arena, actor->user_id, &rows, &row_count);
    if (err)
        return err;
    struct listed_mailbox *mailboxes = ARENA_ARRAY(arena, row_count, struct listed_mailbox);
    if (!mailboxes)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < row_count && !err; i++) {
        const struct mailbox_row *row = &rows[i];
        if (!(row->rights & RIGHT_LOOKUP))
            continue;
        struct mailbox_path path = path_of_row(actor, row->owner_id, row->owner, row->name);
        struct listed_mailbox *mailbox = &mailboxes[count++];
        *mailbox = (struct listed_mailbox){
            .special_use = row->special_use, .mailbox_id = row->id, .rights = row->rights};
        err = path_shown(&path, arena, &mailbox->name);
        fiber_breathe();
    }
    if (err)
        return err;
    *mailboxes_out = mailboxes;
    *count_out = count;
    return 0;
}

/* What LSUB may show: names, whether there is such a mailbox (now) or not. */
static int gather_subscribed(struct mail *mail, const struct actor *actor, struct arena *arena,
                             struct listed_mailbox **mailboxes_out, size_t *count_out)
{
    struct subscription_row *rows;
    size_t count;
    int err = subscriptions_list(mail->database, arena, actor->user_id, &rows, &count);
    if (err)
        return err;
    struct listed_mailbox *mailboxes = ARENA_ARRAY(arena, count, struct listed_mailbox);
    if (!mailboxes)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++) {
        struct mailbox_path path =
            path_of_row(actor, rows[i].owner_id, rows[i].owner, rows[i].name);
        mailboxes[i].special_use = SLICE_EMPTY;
        err = path_shown(&path, arena, &mailboxes[i].name);
        fiber_breathe();
    }
    if (err)
        return err;
    *mailboxes_out = mailboxes;
    *count_out = count;
    return 0;
}

/* Longer than any name; each of its octets costs a look at each name. */
enum { PATTERN_MAX = 2 * MAILBOX_NAME_MAX };

/* RFC 3501 section 6.3.8 leaves to the server how a pattern is read in the
 * context of a reference: here the one is put behind the other as it is. */
static int join(struct slice reference, struct slice pattern, struct arena *arena,
                struct slice *out)
{
    if (reference.len + pattern.len > PATTERN_MAX)
        return fail(ERR_LIMIT, "A pattern has at most %d octets", PATTERN_MAX);
    char *joined = arena_alloc(arena, reference.len + pattern.len);
    if (!joined)
        return -ERR_NO_MEMORY;
    if (reference.len)
        memcpy(joined, reference.data, reference.len);
    if (pattern.len)
        memcpy(joined + reference.len, pattern.data, pattern.len);
    *out = slice_of(joined, reference.len + pattern.len);
    return 0;
}

static int list(struct mail *mail, const struct actor *actor, struct slice pattern, bool subscribed,
                struct arena *scratch, struct arena *arena, struct listed_mailbox **rows_out,
                size_t *count_out)
{
    struct listed_mailbox *mailboxes;
    size_t count;
    int err = subscribed ? gather_subscribed(mail, actor, scratch, &mailboxes, &count)
                         : gather_visible(mail, actor, scratch, &mailboxes, &count);
    if (err)
        return err;
    return listing_make(mailboxes, count, pattern, subscribed, arena, rows_out, count_out);
}

int mailbox_list(struct mail *mail, const struct actor *actor, struct slice reference,
                 struct slice pattern, bool subscribed, struct arena *arena,
                 struct listed_mailbox **rows_out, size_t *count_out)
{
    /* Everything visible is looked at, but only what matches is kept. */
    struct arena scratch;
    arena_init(&scratch, 0);
    struct slice joined;
    int err = join(reference, pattern, &scratch, &joined);
    if (!err)
        err = list(mail, actor, joined, subscribed, &scratch, arena, rows_out, count_out);
    arena_clear(&scratch);
    return err;
}
