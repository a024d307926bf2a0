/*
 * A set of UIDs (or sequence numbers): sorted, disjoint, non-adjacent ranges.
 */
#ifndef POSTROOM_MODEL_UIDSET_H
#define POSTROOM_MODEL_UIDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

struct uid_range {
    uint32_t first;
    uint32_t last; /* inclusive, >= first */
};

struct uidset {
    struct uid_range *ranges; /* malloc'd */
    size_t count;
    size_t size;
};

void uidset_init(struct uidset *set);
void uidset_clear(struct uidset *set);
/* -ERR_NO_MEMORY. Adding in ascending order is O(1), elsewhere O(count). */
int uidset_add(struct uidset *set, uint32_t uid) MUST_CHECK;
int uidset_add_range(struct uidset *set, uint32_t first, uint32_t last) MUST_CHECK;
int uidset_union(struct uidset *set, const struct uidset *other) MUST_CHECK;
/* What is in both; what is in `set` and not in `other`. */
int uidset_intersect(struct uidset *set, const struct uidset *other) MUST_CHECK;
int uidset_subtract(struct uidset *set, const struct uidset *other) MUST_CHECK;
bool uidset_contains(const struct uidset *set, uint32_t uid); /* binary search */
/* How many numbers are in it. */
uint64_t uidset_size(const struct uidset *set);
bool uidset_is_empty(const struct uidset *set);
/* Keeps the numbers at the places `start` to `end` (exclusive, from 0) of the set in order. */
int uidset_keep_places(struct uidset *set, uint64_t start, uint64_t end) MUST_CHECK;

/* "1:3,5" (RFC 3501 sequence-set / uid-set without "*"). Empty set: nothing. */
void uidset_render(const struct uidset *set, struct buffer *out);
/* PostgreSQL's int8multirange text: "{[1,4),[5,6)}", both ways. Parsing
 * replaces the contents of *out, an initialised set. */
void uidset_render_multirange(const struct uidset *set, struct buffer *out);
int uidset_parse_multirange(struct slice text, struct uidset *out) MUST_CHECK;

/* A sequence-set as the client wrote it; 0 stands for "*" until resolved. */
struct sequence_set {
    bool saved;              /* "$": what SEARCH RETURN (SAVE) has found (RFC 5182); no items */
    struct uid_range *items; /* in the client's order, arena memory */
    size_t count;
};
/* With "*" as `largest` (0 when the mailbox is empty: then "*" and ranges
 * with it select nothing). Ranges may be written backwards (RFC 3501).
 * Replaces the contents of *out, an initialised set. */
int sequence_set_resolve(const struct sequence_set *sequence, uint32_t largest,
                         struct uidset *out) MUST_CHECK;

#endif
