/*
 * A page: up to PAGE_ENTRIES messages of a mailbox in ascending order of UID,
 * 40 octets each. Pages are refcounted and shared by snapshots (snapshot.h).
 *
 * A page has two halves, because they change at different rates: the facts of
 * a message never change, its marks do. Pages that differ in marks only share
 * their facts, so that a STORE to all messages costs 16 octets a message.
 *
 * What a page holds is never overwritten while anybody else has a reference.
 * The one thing that may happen to a shared page is that messages are added
 * behind the last: a snapshot knows how many of a page are its own.
 */
#ifndef POSTROOM_MAIL_PAGE_H
#define POSTROOM_MAIL_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/flags.h"
#include "store/entries.h"

enum { PAGE_ENTRIES = 1024, PAGE_ENTRIES_MIN = 16 };

struct fact {
    int64_t message_id;
    int64_t internal_date; /* microseconds since 1970 UTC */
    uint32_t uid;
    uint32_t size; /* IMAP's numbers have 32 bits (RFC 3501 section 9, number) */
};

struct mark {
    flag_mask flags;
    uint64_t modseq;
};

struct fact_block {
    uint32_t refs;
    uint32_t used;
    struct fact items[];
};

struct page {
    uint32_t refs;
    uint32_t used;
    uint32_t capacity;     /* of both halves */
    uint32_t seen_prefix;  /* this many of the first messages are known to have \Seen */
    uint64_t modseq_bound; /* no mark has a higher modseq */
    flag_mask flags_bound; /* no mark has any other flag */
    struct fact_block *facts;
    struct mark marks[];
};

/* An empty page; capacity is rounded up and at most PAGE_ENTRIES. */
int page_new(uint32_t capacity, struct page **out) MUST_CHECK;
/* The first `count` messages with marks of their own and the same facts. */
int page_copy_marks(const struct page *page, uint32_t count, struct page **out) MUST_CHECK;
/* The first `count` messages in memory of their own, with room for more. */
int page_copy(const struct page *page, uint32_t count, uint32_t capacity,
              struct page **out) MUST_CHECK;
struct page *page_ref(struct page *page);
void page_unref(struct page **page);

/* Whether a message can be put behind the first `count`: there is room, and
 * nobody else has put one there. */
bool page_can_append(const struct page *page, uint32_t count);
void page_append(struct page *page, const struct entry_row *entry);
void page_append_item(struct page *page, const struct fact *fact, const struct mark *mark);

/* Changes the marks from start to end (exclusive) that have an older modseq; the page must
 * be the caller's own. */
struct mark_change {
    flag_mask cleared;
    flag_mask set;
    uint64_t modseq;
};
void page_mark(struct page *page, uint32_t start, uint32_t end, const struct mark_change *change);

/* How many of the first `count` messages have \Seen before the first one without;
 * remembered, as marks stay what they are. */
uint32_t page_seen_prefix(struct page *page, uint32_t count);

/* The index of the first of `count` messages whose UID is >= uid. */
uint32_t page_find(const struct page *page, uint32_t count, uint32_t uid);

static inline uint32_t page_uid(const struct page *page, uint32_t index)
{
    return page->facts->items[index].uid;
}

#endif
