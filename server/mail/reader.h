/*
 * A reader: one user in one view, as long as somebody holds a picture of
 * that user. Has the user's \Seen bits where they are private, and knows the
 * current picture, so that all sessions of a user get the same one.
 *
 * Where \Seen is shared, there is one reader for everybody (READER_EVERYBODY).
 */
#ifndef POSTROOM_MAIL_READER_H
#define POSTROOM_MAIL_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "fiber/wait.h"
#include "seen.h"

struct picture;
struct view;

enum { READER_EVERYBODY = 0 };

struct reader {
    struct view *view; /* NULL when the view is gone before the last picture */
    int64_t user_id;
    uint32_t refs;           /* pictures, and who is about to make one */
    bool loading;            /* a fiber reads the bits from the database */
    bool wants_modseqs;      /* reader_know_modseqs() was called */
    bool outdated;           /* they have changed in a way that only reading them again tells */
    struct seen_bits *seen;  /* NULL: not loaded, or \Seen is shared */
    struct seen_bits *next;  /* while the view moves: what `seen` is going to be */
    struct picture *current; /* weak: the picture that shows the view as it is now */
    struct wait_queue loaded;
};

/* The reader for this user, made when there is none, held once more. */
int reader_hold(struct view *view, int64_t user_id, struct reader **out) MUST_CHECK;
void reader_release(struct reader **reader);
/* Without making one: NULL when there is none that is ready. Not held. */
struct reader *reader_find(const struct view *view, int64_t user_id);
/* Reads the bits unless they are there. Parks. */
int reader_load(struct reader *reader) MUST_CHECK;
/* From now on the user's pictures know the modseqs of \Seen. Parks. */
int reader_know_modseqs(struct reader *reader) MUST_CHECK;
/* The picture of the view as it is now. */
int reader_picture(struct reader *reader, struct picture **out) MUST_CHECK;
/* A picture is about to be freed. */
void reader_forget_picture(struct reader *reader, const struct picture *picture);

/* While the view moves (view_move.c): */
/* \Seen of these UIDs changes at modseq. */
int reader_change(struct reader *reader, const struct uidset *uids, bool seen,
                  uint64_t modseq) MUST_CHECK;
/* Reads the bits again for what could not be told otherwise, for a state of the
 * view at modseq. Parks. */
int readers_refresh(struct view *view, uint64_t modseq) MUST_CHECK;
void readers_mark_outdated(struct view *view);
/* The view has moved: `next` becomes current. Or it has not: `next` is dropped. */
void readers_publish(struct view *view);
void readers_discard(struct view *view);
/* Whose \Seen it is changes with this move: all bits are read again when somebody asks. */
void readers_forget(struct view *view);

#endif
