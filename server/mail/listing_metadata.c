/* LIST with annotations (RFC 9590). */
#include "engine.h"
#include "listing_rows.h"
#include "store/annotations.h"
#include "store/recently_deleted.h"

/* Of all mailboxes together; section 3 lets a server leave out what it can't look up. */
enum { LISTED_OCTETS_MAX = 16 << 20 };

static bool has_annotations(const struct listed_mailbox *row)
{
    return row->exists && row->selected && (row->rights & ANNOTATION_RIGHTS) &&
           !is_recently_deleted(row->mailbox_id);
}

static int give(struct listed_mailbox *row, const struct annotations_asked *asked,
                struct arena *arena)
{
    struct annotation *annotations = ARENA_ARRAY(arena, asked->count, struct annotation);
    if (!annotations)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < asked->count; i++)
        annotations[i] =
            (struct annotation){asked->rows[i].entry, asked->rows[i].value, asked->rows[i].size};
    row->annotations = annotations;
    row->annotation_count = asked->count;
    return 0;
}

int listing_add_metadata(struct mail *mail, const struct actor *actor,
                         const struct list_query *query, struct arena *arena,
                         struct listed_mailbox *rows, size_t count)
{
    struct annotations_asked *asked = ARENA_ARRAY(arena, count, struct annotations_asked);
    if (!asked)
        return -ERR_NO_MEMORY;
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        if (has_annotations(&rows[i]))
            asked[total++] = (struct annotations_asked){.mailbox_id = rows[i].mailbox_id,
                                                        .rights_modseq = rows[i].rights_modseq};
    if (total == 0)
        return 0;
    int err = annotations_listed(mail->database, arena, actor->user_id, query->metadata.entries,
                                 query->metadata.count, LISTED_OCTETS_MAX, asked, total);
    for (size_t i = 0, next = 0; i < count && next < total && !err; i++) {
        if (rows[i].mailbox_id != asked[next].mailbox_id)
            continue;
        if (asked[next].found)
            err = give(&rows[i], &asked[next], arena);
        next++;
    }
    return err;
}
