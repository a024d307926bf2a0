/*
 * Text of any declared charset as UTF-8, for search: never fails.
 */
#ifndef POSTROOM_MAIL_MIME_CHARSET_H
#define POSTROOM_MAIL_MIME_CHARSET_H

#include "base/buffer.h"
#include "base/slice.h"

/* Appends the octets. Without a charset, with US-ASCII or one that is unknown
 * they are read as UTF-8, or where they are not that, as windows-1252. */
void charset_add(struct buffer *out, struct slice charset, struct slice octets);

#endif
