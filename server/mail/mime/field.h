/*
 * Header fields as the renderers need them: folding undone.
 */
#ifndef POSTROOM_MAIL_MIME_FIELD_H
#define POSTROOM_MAIL_MIME_FIELD_H

#include "base/buffer.h"
#include "base/slice.h"

/* The value in one line: line ends that fold and NUL dropped, white space at
 * its end removed. The result is `value` itself where nothing is to be
 * undone, else it lives in `scratch`, which is overwritten. NULL data stays NULL. */
struct slice field_unfold(struct slice value, struct buffer *scratch);

#endif
