/*
 * The lines that lead a client from one picture of its mailbox to a younger
 * one: EXPUNGE, EXISTS and FETCH (RFC 3501 section 7.3 and 7.4).
 */
#ifndef POSTROOM_IMAP_UPDATE_RENDER_H
#define POSTROOM_IMAP_UPDATE_RENDER_H

#include "base/arena.h"
#include "base/buffer.h"
#include "selected.h"

/* What the lines are about, besides EXISTS, which all sessions understand alike. */
enum {
    UPDATE_SAYS_EXPUNGE = 1, /* a session forgets that these were \Recent */
    UPDATE_SAYS_FETCH = 2    /* has what is the user's own or the session's own: \Seen, \Recent */
};

/* One rendering under way. The pictures are the caller's to hold. */
struct update {
    const struct picture *from;
    const struct picture *to;
    struct session *session; /* gets the text piece by piece; NULL: it is for all who have no
                                \Recent message and stays in `out` (-ERR_LIMIT: too long) */
    unsigned enabled;        /* ENABLED_ bits: how the client wants to be told */
    const struct selected_store *store;
    struct keyword_table keywords; /* the view's, copied: rendering may park */
    struct arena arena;
    struct picture_difference difference;
    struct buffer out;
    bool flags_are_own; /* of changes of flags only those by `store` are told */
    unsigned says;      /* UPDATE_SAYS_ bits */
    bool sent_some;     /* out was emptied: not the whole text any more */
};

/* For the selected mailbox of `session`; takes the keywords as they are now. */
int update_begin(struct update *update, const struct session *session, const struct picture *from,
                 const struct picture *to) MUST_CHECK;
/* Lets other fibers run now and then. What was not passed on is in `out`. */
int update_render(struct update *update) MUST_CHECK;
/* The flags that have changed alone. */
int update_render_flags(struct update *update) MUST_CHECK;
void update_end(struct update *update);

#endif
