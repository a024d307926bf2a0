/*
 * One UTF-8 sequence at a time, without ICU: for cutting and escaping.
 */
#ifndef POSTROOM_SERVER_BASE_UTF8_H
#define POSTROOM_SERVER_BASE_UTF8_H

#include "base/slice.h"

/* Octets of the well-formed sequence (RFC 3629) at s.data[at]; 0 when there is none. */
size_t utf8_sequence(struct slice s, size_t at);
/* How many octets at the front are ASCII; eight are looked at in one step. */
size_t utf8_ascii_prefix(struct slice s);
/* The longest prefix of at most `max` octets that does not end within a sequence. */
struct slice utf8_cut(struct slice s, size_t max);

#endif
