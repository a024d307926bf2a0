/*
 * A mailbox as simple as can be, beside the snapshot under test: what is done
 * to both must come out the same.
 */
#ifndef POSTROOM_TESTS_PICTURE_MODEL_H
#define POSTROOM_TESTS_PICTURE_MODEL_H

#include "picture.h"

enum { MODEL_MAX = 20000 };

struct model {
    struct entry entries[MODEL_MAX]; /* flags without \Seen when per user */
    uint32_t count;
    uint32_t uidnext;
    uint64_t modseq;
    bool *seen;             /* by uid, MODEL_MAX; NULL: \Seen is shared */
    uint64_t *seen_modseqs; /* likewise */
};

/* An empty mailbox; the picture of it. */
struct model *model_new(bool seen_per_user, struct picture **picture_out);
void model_free(struct model **model);
/* The same change to both: the picture given up, a younger one instead. */
void model_append(struct model *model, struct picture **picture, uint32_t messages);
void model_expunge(struct model *model, struct picture **picture, const struct uidset *uids);
void model_mark(struct model *model, struct picture **picture, const struct uidset *uids,
                flag_mask cleared, flag_mask set);
void model_see(struct model *model, struct picture **picture, const struct uidset *uids, bool seen);
/* One of these at random. */
void model_change(struct model *model, struct picture **picture, unsigned *seed);
/* Some of the UIDs below uidnext. */
void model_random_uids(const struct model *model, unsigned *seed, struct uidset *uids);
/* Every question about the picture has the model's answer. */
void model_compare(const struct model *model, const struct picture *picture);
struct entry model_entry(const struct model *model, uint32_t seq);

#endif
