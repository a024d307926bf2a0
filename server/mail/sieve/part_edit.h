/*
 * A message in which parts were replaced, and which was enclosed in another (RFC 5703 sections 6
 * and 7): what is to be done is noted here, and the message is made of it when an action needs
 * it.
 */
#ifndef POSTROOM_MAIL_SIEVE_PART_EDIT_H
#define POSTROOM_MAIL_SIEVE_PART_EDIT_H

#include <stdbool.h>

#include "sieve/part.h"

enum { SIEVE_ENCLOSURES_MAX = 8, SIEVE_REPLACEMENTS_MAX = 100 };

/* Instead of a part. Strings outlive the edits. */
struct sieve_replacement {
    struct sieve_replacement *next; /* by part */
    uint32_t part;
    struct slice text;
    bool is_mime;         /* text is an entity */
    struct slice subject; /* of the whole message, part 0; empty: stays */
    struct slice from;    /* likewise */
};

/* Around the whole message; each is around those before it. */
struct sieve_enclosure {
    struct slice text;
    struct slice subject;       /* empty: that of the message */
    const struct slice *fields; /* names of those that are copied */
    size_t field_count;
    char boundary[40];
};

struct sieve_part_edits {
    struct sieve_replacement *replacements;
    size_t replacement_count;                                /* ever made */
    struct sieve_enclosure enclosures[SIEVE_ENCLOSURES_MAX]; /* the innermost first */
    size_t enclosure_count;
};

/* Replacing a part twice, the last counts; a part that is replaced takes those within it along.
 * What is noted lives in the arena. -ERR_LIMIT. */
int sieve_part_replace(struct sieve_part_edits *edits, const struct mime_tree *tree,
                       const struct sieve_replacement *replacement, struct arena *arena) MUST_CHECK;
/* Makes a boundary for it; the one given does not count. -ERR_LIMIT. */
int sieve_part_enclose(struct sieve_part_edits *edits,
                       const struct sieve_enclosure *enclosure) MUST_CHECK;
/* Whether the part, or one that it lies in, is replaced. */
bool sieve_part_is_replaced(const struct sieve_part_edits *edits, const struct mime_tree *tree,
                            uint32_t part);

/* Appends the message, `size` octets as it came in; header is the one it has by now (RFC 5293).
 * How large it may become is the buffer's maximum. */
int sieve_part_edits_render(const struct sieve_part_edits *edits, const struct sieve_source *source,
                            struct slice header, uint64_t size, struct buffer *out) MUST_CHECK;

#endif
