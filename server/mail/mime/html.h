/*
 * HTML as text, for tests and extracts: tags and comments dropped, character references read,
 * white space as a reader sees it. One pass, reads anything.
 */
#ifndef POSTROOM_MAIL_MIME_HTML_H
#define POSTROOM_MAIL_MIME_HTML_H

#include "base/buffer.h"
#include "base/slice.h"

/* html and what is appended are UTF-8. */
void html_to_text(struct slice html, struct buffer *out);

#endif
