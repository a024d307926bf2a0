/*
 * Parameters of Content-Type and Content-Disposition: ";name=value" (RFC 2045
 * section 5.1), also as mailers break them: unquoted values with spaces,
 * slashes and equal signs, stray semicolons.
 */
#ifndef POSTROOM_MAIL_MIME_PARAMETER_H
#define POSTROOM_MAIL_MIME_PARAMETER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/slice.h"

struct parameter {
    struct slice name;  /* with the "*" and numbers of RFC 2231, if any */
    struct slice value; /* raw; without the quotes around it */
    bool quoted;
};

/* The next one in `text`, which begins at or before a semicolon. *cursor
 * starts at 0. False at the end. */
bool parameter_next(struct slice text, size_t *cursor, struct parameter *out);
/* The same, with segments ("name*0", "name*1") that follow each other put together, as
 * BODYSTRUCTURE shows them (RFC 2231 section 6): "name", or "name*" when any of them is encoded,
 * which it stays. Resets *value_out. */
bool parameter_next_joined(struct slice text, size_t *cursor, struct slice *name_out,
                           struct buffer *value_out);
/* Appends the value without backslashes and folding; RFC 2231 stays raw. */
void parameter_add_value(struct buffer *out, const struct parameter *parameter);
/* Appends the value of the parameter of this name, put together and decoded
 * as RFC 2231 says (but in its own charset). False when there is none. */
bool parameter_find(struct slice text, struct slice name, struct buffer *out);
/* Appends only what RFC 2231 encodes or cuts in pieces, as UTF-8. False when there is no such
 * value, whether or not there is a plain one beside it. */
bool parameter_find_extended(struct slice text, struct slice name, struct buffer *out);

#endif
