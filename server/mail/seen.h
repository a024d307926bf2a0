/*
 * One user's \Seen in a mailbox where it is per user: a bit a message, in
 * pages of SEEN_PAGE_BITS as the database has them. Refcounted and immutable;
 * a change makes a new version that shares the pages it did not touch.
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

struct seen_bits {
    uint32_t refs;
    uint32_t count;
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
/* With these UIDs seen or not. */
int seen_bits_change(const struct seen_bits *from, const struct uidset *uids, bool seen,
                     struct seen_bits **out) MUST_CHECK;
struct seen_bits *seen_bits_ref(struct seen_bits *bits);
void seen_bits_unref(struct seen_bits **bits);

bool seen_bits_contain(const struct seen_bits *bits, uint32_t uid);
/* Goes through the pages that differ between two versions: *number starts at
 * 0 and is the page found; false when there is no more. Continue with
 * *number + 1. */
bool seen_bits_differ_from(const struct seen_bits *a, const struct seen_bits *b, uint32_t *number);

#endif
