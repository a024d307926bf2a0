#include "mail/listing.h"

#include "engine.h"
#include "fiber/fiber.h"
#include "listing_lines.h"
#include "listing_rows.h"
#include "model/mailbox_name.h"

/* Of all patterns together: each of their octets costs a look at each name. */
enum { PATTERNS_MAX = 2 * MAILBOX_NAME_MAX };

/* RFC 3501 section 6.3.8 leaves to the server how a pattern is read in the
 * context of a reference: here the one is put behind the other as it is. */
static int join(struct slice reference, struct slice pattern, struct arena *arena,
                struct slice *out)
{
    char *joined = arena_alloc(arena, reference.len + pattern.len);
    if (!joined)
        return -ERR_NO_MEMORY;
    if (reference.len)
        memcpy(joined, reference.data, reference.len);
    if (pattern.len)
        memcpy(joined + reference.len, pattern.data, pattern.len);
    *out = slice_of(joined, pattern.len ? reference.len + pattern.len : 0);
    return 0;
}

static int check_length(const struct list_query *query)
{
    size_t total = 0;
    for (size_t i = 0; i < query->pattern_count; i++)
        total += query->reference.len + query->patterns[i].len;
    if (total > PATTERNS_MAX)
        return fail(ERR_LIMIT, "Patterns have at most %d octets together", PATTERNS_MAX);
    return 0;
}

static int join_all(const struct list_query *query, struct arena *arena,
                    struct listing_patterns *out)
{
    int err = check_length(query);
    if (err)
        return err;
    struct slice *joined = ARENA_ARRAY(arena, query->pattern_count, struct slice);
    if (!joined)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < query->pattern_count && !err; i++)
        err = join(query->reference, query->patterns[i], arena, &joined[i]);
    if (!err)
        *out = (struct listing_patterns){joined, query->pattern_count};
    return err;
}

static void select_mailboxes(const struct list_query *query, struct listed_mailbox *mailboxes,
                             size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct listed_mailbox *mailbox = &mailboxes[i];
        bool there = query->select & LIST_SUBSCRIBED ? mailbox->subscribed : mailbox->exists;
        there = there || ((query->select & LIST_ALSO_SUBSCRIBED) && mailbox->subscribed);
        mailbox->selected =
            there && (!(query->select & LIST_SPECIAL_USE) || mailbox->special_use.len > 0);
    }
}

static int gather(struct mail *mail, const struct actor *actor, const struct list_query *query,
                  struct arena *arena, struct listed_mailbox **mailboxes_out, size_t *count_out)
{
    if (query->lsub)
        return listing_subscriptions(mail, actor, arena, mailboxes_out, count_out);
    struct listed_mailbox *mailboxes;
    size_t count;
    int err = listing_visible(mail, actor, query, arena, &mailboxes, &count);
    if (!err && ((query->select & LIST_SUBSCRIBED) || (query->tells & LIST_TELLS_SUBSCRIBED)))
        err = listing_mark_subscribed(mail, actor, true, arena, &mailboxes, &count);
    if (err)
        return err;
    select_mailboxes(query, mailboxes, count);
    *mailboxes_out = mailboxes;
    *count_out = count;
    return 0;
}

static bool has_wildcard(struct slice pattern)
{
    return slice_find(pattern, '*') < pattern.len || slice_find(pattern, '%') < pattern.len;
}

static bool is_one_name(const struct list_query *query, const struct listing_patterns *patterns)
{
    const struct slice *pattern = &patterns->patterns[0];
    return !query->lsub && !(query->select & (LIST_SUBSCRIBED | LIST_RECURSIVEMATCH)) &&
           patterns->count == 1 && !has_wildcard(*pattern);
}

/* Everything visible is looked at, but only what is told is kept. */
static int list_all(struct mail *mail, const struct actor *actor, const struct list_query *query,
                    const struct listing_patterns *patterns, struct arena *scratch,
                    struct arena *arena, struct listed_mailbox **rows_out, size_t *count_out)
{
    struct listed_mailbox *mailboxes;
    size_t count;
    int err = gather(mail, actor, query, scratch, &mailboxes, &count);
    if (err)
        return err;
    return listing_make(query, patterns, mailboxes, count, arena, rows_out, count_out);
}

static int list_name(struct mail *mail, const struct actor *actor, const struct list_query *query,
                     const struct listing_patterns *patterns, struct arena *arena,
                     struct listed_mailbox **rows_out, size_t *count_out, bool *known_out)
{
    struct listed_mailbox *rows = NULL;
    size_t count = 0;
    int err = listing_name(mail, actor, patterns->patterns[0], arena, &rows, &count, known_out);
    if (!err && count && (query->tells & LIST_TELLS_SUBSCRIBED))
        err = listing_mark_subscribed(mail, actor, false, arena, &rows, &count);
    if (err)
        return err;
    if (count && (query->select & LIST_SPECIAL_USE) && !rows[0].special_use.len)
        count = 0;
    *rows_out = rows;
    *count_out = count;
    return 0;
}

/* RFC 5258 section 3: a name that doesn't exist is told only when it is selected, for what is
 * below it, or as a level of the hierarchy that a wildcard asks for. */
static bool is_worth_telling(const struct listing_patterns *patterns,
                             const struct listed_mailbox *row)
{
    if (row->exists || row->selected || row->has_selected_below)
        return true;
    for (size_t i = 0; i < patterns->count; i++)
        if (has_wildcard(patterns->patterns[i]) &&
            mailbox_name_matches(row->name, patterns->patterns[i]))
            return true;
    return false;
}

static size_t leave_out_made_up(const struct listing_patterns *patterns,
                                struct listed_mailbox *rows, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (is_worth_telling(patterns, &rows[i]))
            rows[kept++] = rows[i];
    return kept;
}

static int list(struct mail *mail, const struct actor *actor, const struct list_query *query,
                struct arena *scratch, struct arena *arena, struct listed_mailbox **rows_out,
                size_t *count_out)
{
    struct listing_patterns patterns;
    bool known = false;
    int err = join_all(query, scratch, &patterns);
    if (!err && is_one_name(query, &patterns))
        err = list_name(mail, actor, query, &patterns, arena, rows_out, count_out, &known);
    if (!err && !known)
        err = list_all(mail, actor, query, &patterns, scratch, arena, rows_out, count_out);
    if (!err && (query->select & LIST_NAMED_EXIST))
        *count_out = leave_out_made_up(&patterns, *rows_out, *count_out);
    if (!err && (query->tells & LIST_TELLS_STATUS))
        err = listing_add_status(mail, actor, query, arena, *rows_out, *count_out);
    if (!err && (query->tells & LIST_TELLS_METADATA))
        err = listing_add_metadata(mail, actor, query, arena, *rows_out, *count_out);
    return err;
}

int mailbox_list(struct mail *mail, const struct actor *actor, const struct list_query *query,
                 struct arena *arena, struct listed_mailbox **rows_out, size_t *count_out)
{
    struct arena scratch;
    arena_init(&scratch, 0);
    int err = list(mail, actor, query, &scratch, arena, rows_out, count_out);
    arena_clear(&scratch);
    return err;
}
