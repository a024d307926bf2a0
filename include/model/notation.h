/*
 * Strings in the notation of RFC 3501 section 4.3, for everything that
 * renders replies: protocol writers, and ENVELOPE and BODYSTRUCTURE, which
 * are stored rendered. All functions append; failure shows in the buffer.
 */
#ifndef POSTROOM_MODEL_NOTATION_H
#define POSTROOM_MODEL_NOTATION_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/slice.h"

/* Longer strings are literals: some clients read quoted strings into small buffers. */
enum { NOTATION_QUOTED_MAX = 1000 };

/* Whether s can be a quoted string: short, 7-bit, without CR, LF and NUL. */
bool notation_is_quotable(struct slice s);
/* string: quoted when quotable, else a literal. A string cannot hold NUL
 * (RFC 3501 section 9, CHAR8), so NUL octets are dropped. */
void notation_string(struct buffer *out, struct slice s);
/* nstring: NIL when s.data is NULL. */
void notation_nstring(struct buffer *out, struct slice s);
/* astring: an atom where it can be one and does not read as NIL. */
void notation_astring(struct buffer *out, struct slice s);
/* The same for clients that take UTF-8 in quoted strings (RFC 9051 section 4.3). */
void notation_utf8_astring(struct buffer *out, struct slice s);
/* Always a literal: "{2}\r\nab". NUL octets are dropped. */
void notation_literal(struct buffer *out, struct slice s);

#endif
