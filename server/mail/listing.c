#include "listing.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "fiber/fiber.h"

/* "Other Users" and the user's name come on top of a path's levels. */
enum { LISTING_LEVELS_MAX = MAILBOX_LEVELS_MAX + 4 };

enum listing_space { LISTING_INBOX, LISTING_OWN, LISTING_OTHER_USERS, LISTING_SHARED };

static bool is_below(struct slice name, struct slice ancestor)
{
    return name.len > ancestor.len && name.data[ancestor.len] == MAILBOX_SEPARATOR &&
           slice_starts_with(name, ancestor);
}

static bool is_at_or_below(struct slice name, struct slice ancestor)
{
    return is_below(name, ancestor) || slice_equal(name, ancestor);
}

static enum listing_space space_of(struct slice name)
{
    if (is_at_or_below(name, SLICE("INBOX")))
        return LISTING_INBOX;
    if (is_at_or_below(name, SLICE(MAILBOX_OTHER_USERS)))
        return LISTING_OTHER_USERS;
    if (is_at_or_below(name, SLICE(MAILBOX_SHARED)))
        return LISTING_SHARED;
    return LISTING_OWN;
}

/* The separator sorts before everything, so that what is below a mailbox
 * follows it directly. */
static int weight(char c)
{
    return c == MAILBOX_SEPARATOR ? 0 : (unsigned char)c + 1;
}

static int compare_names(struct slice a, struct slice b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    for (size_t i = 0; i < shorter; i++)
        if (a.data[i] != b.data[i])
            return weight(a.data[i]) - weight(b.data[i]);
    return (a.len > b.len) - (a.len < b.len);
}

static int compare_mailboxes(const void *left, const void *right)
{
    const struct listed_mailbox *a = left, *b = right;
    int difference = (int)space_of(a->name) - (int)space_of(b->name);
    return difference ? difference : compare_names(a->name, b->name);
}

/* Goes through the sorted mailboxes from the last to the first: then
 * everything below a parent has been seen when the parent's turn comes. */
struct listing {
    struct slice pattern;
    bool subscribed;
    struct arena *arena;
    struct buffer rows; /* struct listed_mailbox, backwards */
    /* Whether something below the parent of that many levels did not match. */
    bool unmatched_below[LISTING_LEVELS_MAX + 1];
};

static int level_of(struct slice name)
{
    int level = 1;
    for (size_t i = 0; i < name.len; i++)
        level += name.data[i] == MAILBOX_SEPARATOR;
    return level < LISTING_LEVELS_MAX ? level : LISTING_LEVELS_MAX;
}

static bool parent_of(struct slice name, struct slice *parent_out)
{
    for (size_t i = name.len; i > 0; i--)
        if (name.data[i - 1] == MAILBOX_SEPARATOR) {
            *parent_out = slice_sub(name, 0, i - 1);
            return true;
        }
    return false;
}

static int emit(struct listing *listing, const struct listed_mailbox *mailbox)
{
    struct listed_mailbox row = *mailbox;
    row.name = arena_copy(listing->arena, mailbox->name);
    row.special_use =
        mailbox->special_use.len ? arena_copy(listing->arena, mailbox->special_use) : SLICE_EMPTY;
    if (!row.name.data || !row.special_use.data)
        return -ERR_NO_MEMORY;
    buffer_add(&listing->rows, slice_of((const char *)&row, sizeof row));
    return 0;
}

static int consider_parent(struct listing *listing, struct slice name)
{
    bool *unmatched = &listing->unmatched_below[level_of(name)];
    /* LSUB: only for a "%" (RFC 3501 section 6.3.9). */
    bool stands_in = *unmatched && slice_find(listing->pattern, '%') < listing->pattern.len;
    bool wanted = !listing->subscribed || stands_in;
    *unmatched = false;
    if (!wanted || !mailbox_name_matches(name, listing->pattern))
        return 0;
    const struct listed_mailbox row = {.name = name, .no_select = true, .has_children = true};
    return emit(listing, &row);
}

static int consider_mailbox(struct listing *listing, struct listed_mailbox *mailbox,
                            const struct listed_mailbox *next)
{
    int level = level_of(mailbox->name);
    listing->unmatched_below[level] = false;
    mailbox->has_children = next && is_below(next->name, mailbox->name);
    if (mailbox_name_matches(mailbox->name, listing->pattern))
        return emit(listing, mailbox);
    for (int above = 1; above < level; above++)
        listing->unmatched_below[above] = true;
    return 0;
}

static int consider(struct listing *listing, struct listed_mailbox *mailboxes, size_t count,
                    size_t i)
{
    int err = consider_mailbox(listing, &mailboxes[i], i + 1 < count ? &mailboxes[i + 1] : NULL);
    /* Parents that the mailbox before is, or is below of, get their turn with it. */
    struct slice name = mailboxes[i].name;
    while (!err && parent_of(name, &name)) {
        if (i > 0 && is_at_or_below(mailboxes[i - 1].name, name))
            break;
        err = consider_parent(listing, name);
    }
    return err;
}

static int copy_reversed(const struct buffer *buffer, struct arena *arena,
                         struct listed_mailbox **rows_out, size_t *count_out)
{
    int err = buffer_check(buffer);
    if (err)
        return err;
    const struct listed_mailbox *backwards = (const void *)buffer->data;
    size_t count = buffer->len / sizeof *backwards;
    struct listed_mailbox *rows = ARENA_ARRAY(arena, count, struct listed_mailbox);
    if (!rows)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        rows[i] = backwards[count - 1 - i];
    *rows_out = rows;
    *count_out = count;
    return 0;
}

int listing_make(struct listed_mailbox *mailboxes, size_t count, struct slice pattern,
                 bool subscribed, struct arena *arena, struct listed_mailbox **rows_out,
                 size_t *count_out)
{
    struct listing listing = {.pattern = pattern, .subscribed = subscribed, .arena = arena};
    buffer_init(&listing.rows, 0);
    if (count > 1)
        qsort(mailboxes, count, sizeof *mailboxes, compare_mailboxes);
    int err = 0;
    for (size_t i = count; i > 0 && !err; i--) {
        err = consider(&listing, mailboxes, count, i - 1);
        fiber_breathe();
    }
    if (!err)
        err = copy_reversed(&listing.rows, arena, rows_out, count_out);
    buffer_clear(&listing.rows);
    return err;
}
