/*
 * PREVIEW (RFC 8970): stored with the message; of older and large ones it is made the first
 * time it is asked for.
 */
#ifndef POSTROOM_IMAP_FETCH_PREVIEW_H
#define POSTROOM_IMAP_FETCH_PREVIEW_H

#include "fetch_batch.h"
#include "fetch_section.h"

/* If it was asked for, the previews of these messages, which have their stored columns; in the
 * arena. With LAZY those that are there. */
int fetch_preview_read(const struct fetch_request *request, struct fetch_message *messages,
                       size_t count, struct arena *arena) MUST_CHECK;
int fetch_render_preview(struct fetch_line *line, const struct fetch_item *item) MUST_CHECK;

#endif
