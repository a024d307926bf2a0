/*
 * PREVIEW (RFC 8970): made when it is asked for, from content that FETCH brings in batches.
 */
#ifndef POSTROOM_IMAP_FETCH_PREVIEW_H
#define POSTROOM_IMAP_FETCH_PREVIEW_H

#include "fetch_section.h"

/* NIL for a message that is too large to come with its batch, when the client would
 * rather not wait. */
int fetch_render_preview(struct fetch_line *line, const struct fetch_item *item) MUST_CHECK;

#endif
