/*
 * What a client wants to hear of what was found: SEARCH RETURN (…) (RFC 4731, RFC 5182,
 * RFC 9394), the same of SORT (RFC 5267), and the page of UID FETCH.
 */
#ifndef POSTROOM_MODEL_SEARCH_RETURN_H
#define POSTROOM_MODEL_SEARCH_RETURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* partial-range (RFC 9394 section 4) as the client wrote it: 1 is the first of a list, or with
 * from_end the last. */
struct partial_range {
    bool given;
    bool from_end;
    uint32_t first;
    uint32_t last; /* may be lower than first */
};
/* How many messages it names at most. */
uint64_t partial_range_size(const struct partial_range *range);
/* The places *start_out to *end_out (exclusive, from 0) of a list of `count`; none when both
 * are the same. */
void partial_range_find(const struct partial_range *range, size_t count, size_t *start_out,
                        size_t *end_out);

struct search_return {
    bool given;   /* RETURN was there: ESEARCH in place of SEARCH or SORT */
    bool minimum; /* MIN … */
    bool maximum;
    bool all;
    bool count;
    bool save;
    struct partial_range partial;
};
/* Whether something of it is told: SAVE alone is silent (RFC 5182 section 1). */
bool search_return_tells(const struct search_return *wanted);
/* Whether all that was found is meant, by SAVE and by MODSEQ, and not only what is told of it
 * (RFC 5182 section 2.4, RFC 9394 section 3.2, RFC 4731 section 3.2). */
bool search_return_means_all(const struct search_return *wanted);

#endif
