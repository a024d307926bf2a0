/*
 * Inside of a picture (mail/view.h), and how views make one.
 */
#ifndef POSTROOM_MAIL_PICTURE_H
#define POSTROOM_MAIL_PICTURE_H

#include "mail/view.h"
#include "seen.h"
#include "snapshot.h"

struct reader;

struct picture {
    uint32_t refs;
    bool first_unseen_known;
    uint32_t first_unseen; /* sequence number, 0: none */
    struct snapshot *snapshot;
    struct seen_bits *seen; /* NULL: \Seen is a flag like others */
    struct reader *reader;  /* keeps the user's bits loaded; NULL in tests */
};

/* Takes references of its own to all three; seen and reader may be NULL. */
int picture_new(struct reader *reader, struct snapshot *snapshot, struct seen_bits *seen,
                struct picture **out) MUST_CHECK;

/* The flags of a message as the picture's user sees them. */
static inline flag_mask picture_flags(const struct picture *picture, uint32_t uid,
                                      const struct mark *mark)
{
    if (!picture->seen)
        return mark->flags;
    flag_mask seen = seen_bits_contain(picture->seen, uid) ? FLAG_SEEN : 0;
    return (mark->flags & ~FLAG_SEEN) | seen;
}

/* When the flags have changed last, as the picture's user sees them. */
static inline uint64_t picture_mark_modseq(const struct picture *picture, uint32_t uid,
                                           const struct mark *mark)
{
    uint64_t seen = picture->seen ? seen_bits_modseq(picture->seen, uid) : 0;
    return seen > mark->modseq ? seen : mark->modseq;
}

#endif
