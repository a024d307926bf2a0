/*
 * One message's FETCH reply: each item by a row of a table.
 */
#ifndef POSTROOM_IMAP_FETCH_RENDER_H
#define POSTROOM_IMAP_FETCH_RENDER_H

#include "fetch_batch.h"

/* "* n FETCH (…)", added to `out`; nothing of it when it fails. Large content
 * goes to the stream piece by piece, after what `out` had. arena is for what
 * this message needs besides. */
int fetch_render_message(const struct fetch_request *request, const struct fetch_message *message,
                         const struct keyword_table *keywords, struct arena *arena,
                         struct buffer *out) MUST_CHECK;

#endif
