/*
 * BINARY[section]<partial> and BINARY.SIZE[section] (RFC 3516): a part with its content
 * transfer encoding undone. How long that is must be said before it is sent, so the part
 * is decoded twice, and never held as a whole.
 */
#ifndef POSTROOM_IMAP_FETCH_BINARY_H
#define POSTROOM_IMAP_FETCH_BINARY_H

#include "fetch_section.h"

int fetch_render_binary(struct fetch_line *line, const struct fetch_item *item) MUST_CHECK;
int fetch_render_binary_size(struct fetch_line *line, const struct fetch_item *item) MUST_CHECK;

#endif
