/*
 * One user's \Seen in a mailbox where it is per user: a bit a message, in
 * pages of SEEN_PAGE_BITS as the database has them. Refcounted and immutable;
 * a change makes a new version that shares the pages it did not touch.
 *
 * For clients that ask (RFC 7162) it also knows at which modseq a message's bit
 * has changed last: as runs of messages with the same one, 8 octets each, and
 * at most one a message.
 */
#ifndef POSTROOM_MAIL_SEEN_H
#define POSTROOM_MAIL_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/uidset.h"
#include "store/entries.h"

struct seen_page;
struct seen_history;

struct seen_bits {
    uint32_t refs;
    uint32_t count;
    bool knows_modseqs;
    struct seen_place {
        uint32_t number; /* uid / SEEN_PAGE_BITS */
        struct seen_page *page;
    } pages[]; /* ascending; absent: nothing seen */
};

/* Nothing seen. */
int seen_bits_new(struct seen_bits **out) MUST_CHECK;
/* Rows in any order. */
int seen_bits_load(const struct seen_page_row *rows, size_t count,
                   struct seen_bits **out) MUST_CHECK;
/* With these UIDs seen or not, since modseq. */
int seen_bits_change(const struct seen_bits *from, const struct uidset *uids, bool seen,
                     uint64_t modseq, struct seen_bits **out) MUST_CHECK;
/* The same bits with the modseqs of their changes. Breathes. */
int seen_bits_know(const struct seen_bits *from, const struct seen_history *history,
                   struct seen_bits **out) MUST_CHECK;
struct seen_bits *seen_bits_ref(struct seen_bits *bits);
void seen_bits_unref(struct seen_bits **bits);

bool seen_bits_contain(const struct seen_bits *bits, uint32_t uid);
bool seen_bits_contain_all(const struct seen_bits *bits, uint32_t first, uint32_t last);
/* When the bit has changed last; 0: never, or modseqs are not known. */
uint64_t seen_bits_modseq(const struct seen_bits *bits, uint32_t uid);
/* Adds the UIDs, whether they exist or not, whose bits have changed after modseq. */
int seen_bits_changed_since(const struct seen_bits *bits, uint64_t modseq,
                            struct uidset *uids) MUST_CHECK;
/* Goes through the pages that differ between two versions: *number starts at
 * 0 and is the page found; false when there is no more. Continue with
 * *number + 1. */
bool seen_bits_differ_from(const struct seen_bits *a, const struct seen_bits *b, uint32_t *number);

#endif
