#include "listing_lines.h"

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

/* Names with the same first level are in the same space. */
int listing_compare(struct slice a, struct slice b)
{
    size_t shorter = a.len < b.len ? a.len : b.len, at = 0;
    bool same_space = false;
    for (; at < shorter && a.data[at] == b.data[at]; at++)
        same_space |= a.data[at] == MAILBOX_SEPARATOR;
    int difference = same_space ? 0 : (int)space_of(a) - (int)space_of(b);
    if (difference)
        return difference;
    return at < shorter ? weight(a.data[at]) - weight(b.data[at])
                        : (a.len > b.len) - (a.len < b.len);
}

static int compare_mailboxes(const void *left, const void *right)
{
    const struct listed_mailbox *a = left, *b = right;
    return listing_compare(a->name, b->name);
}

void listing_sort(struct listed_mailbox *mailboxes, size_t count)
{
    if (count > 1)
        qsort(mailboxes, count, sizeof *mailboxes, compare_mailboxes);
}

static int level_of(struct slice name)
{
    int level = 1;
    for (size_t i = 0; i < name.len; i++)
        level += name.data[i] == MAILBOX_SEPARATOR;
    return level < LISTING_LEVELS_MAX ? level : LISTING_LEVELS_MAX;
}

bool listing_is_deepest(struct slice name)
{
    return level_of(name) >= MAILBOX_LEVELS_MAX;
}

bool listing_matches(const struct listing_patterns *patterns, struct slice name)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (mailbox_name_matches(name, patterns->patterns[i]))
            return true;
    return false;
}

/* What is below a name, as far as it has been seen. */
struct below {
    bool exists;   /* a mailbox */
    bool selected; /* a name that is selected */
    bool untold;   /* one that is not told itself */
};

/* Goes through the sorted names from the last to the first: then everything below a
 * parent has been seen when the parent's turn comes. */
struct listing {
    const struct list_query *query;
    const struct listing_patterns *patterns;
    bool makes_up;      /* parents that are not there are told ... */
    bool only_for_them; /* ... only for the sake of what is below them and is not told */
    struct arena *arena;
    struct buffer rows;                         /* struct listed_mailbox, backwards */
    struct below below[LISTING_LEVELS_MAX + 1]; /* below the name of that many levels */
};

static bool parent_of(struct slice name, struct slice *parent_out)
{
    for (size_t i = name.len; i > 0; i--)
        if (name.data[i - 1] == MAILBOX_SEPARATOR) {
            *parent_out = slice_sub(name, 0, i - 1);
            return true;
        }
    return false;
}

/* Takes what was gathered below a name of this level. */
static struct below take_below(struct listing *listing, int level)
{
    struct below below = listing->below[level];
    listing->below[level] = (struct below){false, false, false};
    return below;
}

static void tell_parents(struct listing *listing, int level, const struct listed_mailbox *mailbox,
                         bool told)
{
    for (int above = 1; above < level; above++) {
        struct below *below = &listing->below[above];
        below->exists |= mailbox->exists;
        below->selected |= mailbox->selected;
        below->untold |= mailbox->selected && !told;
    }
}

static int emit(struct listing *listing, const struct listed_mailbox *mailbox, struct below below)
{
    struct listed_mailbox row = *mailbox;
    row.has_children = listing->query->lsub ? below.selected : below.exists;
    row.has_selected_below = below.selected && (listing->query->select & LIST_RECURSIVEMATCH);
    row.no_inferiors = mailbox->no_inferiors || listing_is_deepest(mailbox->name);
    row.name = arena_copy(listing->arena, mailbox->name);
    row.special_use =
        mailbox->special_use.len ? arena_copy(listing->arena, mailbox->special_use) : SLICE_EMPTY;
    if (!row.name.data || !row.special_use.data)
        return -ERR_NO_MEMORY;
    buffer_add(&listing->rows, slice_of((const char *)&row, sizeof row));
    return 0;
}

/* A name that is only subscribed is a parent like others that are made up. */
static bool is_told(const struct listing *listing, const struct listed_mailbox *mailbox,
                    struct below below)
{
    if (mailbox->selected)
        return true;
    if (mailbox->exists)
        return below.untold && (listing->query->select & LIST_RECURSIVEMATCH);
    return listing->makes_up && (listing->only_for_them ? below.untold : below.exists);
}

static int consider_mailbox(struct listing *listing, const struct listed_mailbox *mailbox)
{
    int level = level_of(mailbox->name);
    struct below below = take_below(listing, level);
    bool told =
        is_told(listing, mailbox, below) && listing_matches(listing->patterns, mailbox->name);
    tell_parents(listing, level, mailbox, told);
    return told ? emit(listing, mailbox, below) : 0;
}

static int consider(struct listing *listing, const struct listed_mailbox *mailboxes, size_t i)
{
    int err = consider_mailbox(listing, &mailboxes[i]);
    /* Parents that the name before is, or is below of, get their turn with it. */
    struct listed_mailbox parent = {.name = mailboxes[i].name, .special_use = SLICE_EMPTY};
    while (!err && parent_of(parent.name, &parent.name)) {
        if (i > 0 && is_at_or_below(mailboxes[i - 1].name, parent.name))
            break;
        err = consider_mailbox(listing, &parent);
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

/* LSUB makes up parents for the sake of a "%" only. */
static bool has_percent(const struct listing_patterns *patterns)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (slice_find(patterns->patterns[i], '%') < patterns->patterns[i].len)
            return true;
    return false;
}

int listing_make(const struct list_query *query, const struct listing_patterns *patterns,
                 const struct listed_mailbox *mailboxes, size_t count, struct arena *arena,
                 struct listed_mailbox **rows_out, size_t *count_out)
{
    bool selects = query->select & (LIST_SUBSCRIBED | LIST_SPECIAL_USE);
    struct listing listing = {
        .query = query,
        .patterns = patterns,
        .makes_up =
            query->lsub ? has_percent(patterns) : !selects || (query->select & LIST_RECURSIVEMATCH),
        .only_for_them = query->lsub || selects,
        .arena = arena,
    };
    buffer_init(&listing.rows, 0);
    int err = 0;
    for (size_t i = count; i > 0 && !err; i--) {
        err = consider(&listing, mailboxes, i - 1);
        fiber_breathe();
    }
    if (!err)
        err = copy_reversed(&listing.rows, arena, rows_out, count_out);
    buffer_clear(&listing.rows);
    return err;
}
