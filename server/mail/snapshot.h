/*
 * A snapshot: the messages of a mailbox at one modseq, immutable, refcounted,
 * in pages that it shares with older and younger snapshots. What is private
 * to a user (\Seen where it is per user) is not in it: see seen.h.
 *
 * A snapshot_builder makes the next one: from an older one or from nothing,
 * through changes, to a snapshot. It copies only the pages it touches, so
 * nobody who holds the older one sees anything happen.
 */
#ifndef POSTROOM_MAIL_SNAPSHOT_H
#define POSTROOM_MAIL_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/uidset.h"
#include "page.h"

struct snapshot_page {
    struct page *page;
    uint32_t before;    /* messages in the pages before this one */
    uint32_t first_uid; /* here too, to find a page without looking into it */
};

struct snapshot {
    uint32_t refs;
    uint32_t count;
    uint32_t uidnext;
    uint32_t page_count;
    uint64_t modseq;
    struct snapshot_page pages[];
};

/* A message's place. */
struct place {
    uint32_t page;
    uint32_t index;
};

struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot **snapshot);
/* How many messages of page number `page` belong to the snapshot. */
uint32_t snapshot_page_size(const struct snapshot *snapshot, uint32_t page);
/* seq is 1..count. */
struct place snapshot_place(const struct snapshot *snapshot, uint32_t seq);
/* The first sequence number whose UID is >= uid; count + 1 when none. */
uint32_t snapshot_seq_from(const struct snapshot *snapshot, uint32_t uid);
/* 0 when it is not there. */
uint32_t snapshot_seq(const struct snapshot *snapshot, uint32_t uid);
/* The same, and where it is. */
uint32_t snapshot_find(const struct snapshot *snapshot, uint32_t uid, struct place *out);

static inline const struct fact *snapshot_fact(const struct snapshot *snapshot, struct place place)
{
    return &snapshot->pages[place.page].page->facts->items[place.index];
}

static inline const struct mark *snapshot_mark(const struct snapshot *snapshot, struct place place)
{
    return &snapshot->pages[place.page].page->marks[place.index];
}

struct snapshot_builder {
    struct snapshot_page *pages; /* `before` is not kept up to date */
    uint32_t *sizes;             /* messages of each page */
    uint32_t page_count;
    uint32_t page_room;
    uint32_t count;
    uint32_t uidnext;
    uint64_t modseq;
};

void snapshot_builder_init(struct snapshot_builder *builder);
void snapshot_builder_clear(struct snapshot_builder *builder);
/* Starts from a snapshot; the builder must be empty. */
int snapshot_builder_start(struct snapshot_builder *builder,
                           const struct snapshot *snapshot) MUST_CHECK;
/* The result; the builder is empty then. */
int snapshot_builder_finish(struct snapshot_builder *builder, struct snapshot **out) MUST_CHECK;

/* Appending, in ascending order of UID. The last page grows in place where
 * nobody else has; so only one line of descent of a page may append to it. */
int snapshot_builder_append(struct snapshot_builder *builder,
                            const struct entry_row *entry) MUST_CHECK;
/* The first `count` messages of a page as they are, shared. */
int snapshot_builder_share(struct snapshot_builder *builder, struct page *page,
                           uint32_t count) MUST_CHECK;
/* A new page; what is appended next goes there. */
int snapshot_builder_open_page(struct snapshot_builder *builder, uint32_t capacity) MUST_CHECK;
/* Puts one message behind the last, into the page opened last. */
int snapshot_builder_add(struct snapshot_builder *builder, const struct fact *fact,
                         const struct mark *mark) MUST_CHECK;

/* new flags = old & ~cleared | set for those of uids that are older than
 * modseq: a message that has the change already stays as it is. Breathes. */
int snapshot_builder_mark(struct snapshot_builder *builder, const struct uidset *uids,
                          const struct mark_change *change) MUST_CHECK;
/* Takes messages out; UIDs that are not there are ignored. Breathes. */
int snapshot_builder_expunge(struct snapshot_builder *builder,
                             const struct uidset *uids) MUST_CHECK;

#endif
