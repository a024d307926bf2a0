/*
 * Text that says nothing: lines of words, cut to any length.
 */
#ifndef POSTROOM_BENCH_PROSE_H
#define POSTROOM_BENCH_PROSE_H

#include <stdint.h>

#include "base/buffer.h"

/* `size` octets; where they are taken from follows from `number`. No line ends
 * in CR alone. */
void prose_add(uint64_t number, size_t size, struct buffer *out);
/* A word of it. */
const char *prose_word(uint64_t number);

#endif
