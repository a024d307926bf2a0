/*
 * Header fields of mail that the server writes itself: folded, with encoded words where text is
 * not ASCII (RFC 5322 section 2.2.3, RFC 2047). No text can end its field early: line ends in
 * it become spaces.
 */
#ifndef POSTROOM_MAIL_MIME_COMPOSE_H
#define POSTROOM_MAIL_MIME_COMPOSE_H

#include "base/buffer.h"
#include "base/slice.h"

/* "Name: text" CRLF; text is UTF-8 and stands for itself. */
void compose_text_field(struct buffer *out, struct slice name, struct slice text);
/* The same for text that may be encoded already: ASCII stays as it is, with all its spaces
 * (RFC 5230 section 4.3, RFC 5293 section 4). */
void compose_written_field(struct buffer *out, struct slice name, struct slice text);
/* "Name: list" CRLF for a list of addresses, whose display names are UTF-8 or encoded words. */
void compose_address_field(struct buffer *out, struct slice name, struct slice list);

#endif
