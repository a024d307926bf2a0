#include "reader.h"

#include <stdlib.h>

#include "engine.h"
#include "picture.h"
#include "store/history.h"
#include "view_state.h"

int reader_hold(struct view *view, int64_t user_id, struct reader **out)
{
    struct reader *reader = map_get(&view->readers, (uint64_t)user_id);
    if (reader) {
        reader->refs++;
        *out = reader;
        return 0;
    }
    reader = calloc(1, sizeof *reader);
    if (!reader)
        return fail(ERR_NO_MEMORY, "no memory for a reader of a mailbox");
    *reader = (struct reader){.view = view, .user_id = user_id, .refs = 1};
    wait_queue_init(&reader->loaded);
    int err = map_put(&view->readers, (uint64_t)user_id, reader);
    if (err) {
        free(reader);
        return err;
    }
    *out = reader;
    return 0;
}

void reader_release(struct reader **reader_in)
{
    struct reader *reader = *reader_in;
    *reader_in = NULL;
    if (!reader || --reader->refs > 0)
        return;
    if (reader->view)
        map_remove(&reader->view->readers, (uint64_t)reader->user_id);
    seen_bits_unref(&reader->seen);
    seen_bits_unref(&reader->next);
    free(reader);
}

static bool is_ready(const struct reader *reader)
{
    return !reader->view->seen_per_user || reader->seen;
}

struct reader *reader_find(const struct view *view, int64_t user_id)
{
    struct reader *reader = map_get(&view->readers, (uint64_t)user_id);
    return reader && is_ready(reader) ? reader : NULL;
}

static int read_bits(const struct reader *reader, struct seen_bits **out)
{
    if (reader->user_id == 0)
        return seen_bits_new(out); /* the administrator reads nobody's mail */
    struct arena arena;
    arena_init(&arena, 0);
    struct seen_page_row *rows;
    size_t count;
    int err = seen_pages_read(reader->view->mail->database, &arena, reader->view->mailbox_id,
                              reader->user_id, &rows, &count);
    if (!err)
        err = seen_bits_load(rows, count, out);
    arena_clear(&arena);
    return err;
}

/* A row about this user that is applied while we read may be older or younger
 * than what we got: then read again. */
static int load(struct reader *reader)
{
    struct seen_bits *bits;
    for (;;) {
        reader->outdated = false;
        int err = read_bits(reader, &bits);
        if (err)
            return err;
        if (!reader->outdated)
            break;
        seen_bits_unref(&bits);
    }
    reader->seen = bits;
    return 0;
}

int reader_load(struct reader *reader)
{
    while (!is_ready(reader)) {
        if (reader->loading) {
            (void)!wait_for(&reader->loaded, WAIT_FOREVER);
            continue;
        }
        reader->loading = true;
        int err = load(reader);
        reader->loading = false;
        wait_wake_all(&reader->loaded);
        if (err)
            return err;
    }
    return 0;
}

/* `bits` with the modseqs of all changes up to one. */
static int read_modseqs(const struct reader *reader, const struct seen_bits *bits, uint64_t until,
                        struct seen_bits **out)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct seen_history history;
    int err = history_seen(reader->view->mail->database, &arena, reader->view->mailbox_id,
                           reader->user_id, until, &history);
    if (!err) {
        err = seen_bits_know(bits, &history, out);
        seen_history_clear(&history);
    }
    arena_clear(&arena);
    return err;
}

/* Nothing is done when a change of the user's has come in between: it may be
 * among what was read, or not. */
static int know_modseqs(struct reader *reader)
{
    struct seen_bits *before = seen_bits_ref(reader->seen);
    struct seen_bits *known = NULL;
    int err = read_modseqs(reader, before, reader->view->snapshot->modseq, &known);
    if (!err && reader->seen == before && !reader->next) {
        seen_bits_unref(&reader->seen);
        reader->seen = seen_bits_ref(known);
        reader->current = NULL;
    }
    seen_bits_unref(&known);
    seen_bits_unref(&before);
    return err;
}

int reader_know_modseqs(struct reader *reader)
{
    reader->wants_modseqs = true;
    int err = reader_load(reader);
    while (!err && reader->seen && !reader->seen->knows_modseqs) {
        if (reader->loading) {
            (void)!wait_for(&reader->loaded, WAIT_FOREVER);
            continue;
        }
        reader->loading = true;
        err = know_modseqs(reader);
        reader->loading = false;
        wait_wake_all(&reader->loaded);
    }
    return err;
}

int reader_picture(struct reader *reader, struct picture **out)
{
    if (reader->current) {
        *out = picture_ref(reader->current);
        return 0;
    }
    struct picture *picture;
    int err = picture_new(reader, reader->view->snapshot, reader->seen, &picture);
    if (err)
        return err;
    reader->current = picture;
    *out = picture;
    return 0;
}

void reader_forget_picture(struct reader *reader, const struct picture *picture)
{
    if (reader->current == picture)
        reader->current = NULL;
}

int reader_change(struct reader *reader, const struct uidset *uids, bool seen, uint64_t modseq)
{
    if (!reader->seen) {
        reader->outdated = true; /* load() is at it */
        return 0;
    }
    struct seen_bits *next;
    int err =
        seen_bits_change(reader->next ? reader->next : reader->seen, uids, seen, modseq, &next);
    if (err)
        return err;
    seen_bits_unref(&reader->next);
    reader->next = next;
    return 0;
}

static struct reader *next_reader(const struct view *view, size_t *cursor)
{
    uint64_t key;
    return map_next(&view->readers, cursor, &key);
}

void readers_mark_outdated(struct view *view)
{
    size_t cursor = 0;
    for (struct reader *reader; (reader = next_reader(view, &cursor));)
        reader->outdated = true;
}

static struct reader *find_outdated(const struct view *view)
{
    size_t cursor = 0;
    for (struct reader *reader; (reader = next_reader(view, &cursor));) {
        if (reader->outdated && reader->seen)
            return reader;
    }
    return NULL;
}

/* Bits for a state of the view at modseq, with what is known of those there are. */
static int read_again(const struct reader *reader, uint64_t modseq, struct seen_bits **out)
{
    struct seen_bits *bits;
    int err = read_bits(reader, &bits);
    if (err)
        return err;
    if (!reader->wants_modseqs) {
        *out = bits;
        return 0;
    }
    err = read_modseqs(reader, bits, modseq, out);
    seen_bits_unref(&bits);
    return err;
}

int readers_refresh(struct view *view, uint64_t modseq)
{
    if (!view->seen_per_user)
        return 0;
    for (struct reader *reader; (reader = find_outdated(view));) {
        reader->refs++;
        reader->outdated = false;
        struct seen_bits *bits;
        int err = read_again(reader, modseq, &bits);
        if (!err) {
            seen_bits_unref(&reader->next);
            reader->next = bits;
            reader->outdated = reader->wants_modseqs && !bits->knows_modseqs;
        } else {
            reader->outdated = true;
        }
        reader_release(&reader);
        if (err)
            return err;
    }
    return 0;
}

void readers_publish(struct view *view)
{
    size_t cursor = 0;
    for (struct reader *reader; (reader = next_reader(view, &cursor));) {
        reader->current = NULL;
        if (!reader->next)
            continue;
        seen_bits_unref(&reader->seen);
        reader->seen = reader->next;
        reader->next = NULL;
    }
}

void readers_discard(struct view *view)
{
    size_t cursor = 0;
    for (struct reader *reader; (reader = next_reader(view, &cursor));)
        seen_bits_unref(&reader->next);
}

void readers_forget(struct view *view)
{
    size_t cursor = 0;
    for (struct reader *reader; (reader = next_reader(view, &cursor));) {
        seen_bits_unref(&reader->seen);
        seen_bits_unref(&reader->next);
        reader->outdated = true; /* load() may be at it */
    }
}
