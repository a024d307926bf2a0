/*
 * Inside the mail layer: numbers in the pieces of the search index, seven bits
 * an octet, the lowest first.
 */
#ifndef POSTROOM_MAIL_SEARCH_OCTETS_H
#define POSTROOM_MAIL_SEARCH_OCTETS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

static inline void search_put_number(struct buffer *out, uint32_t value)
{
    char octets[5];
    size_t length = 0;
    for (; value >= 0x80; value >>= 7)
        octets[length++] = (char)(value | 0x80);
    octets[length++] = (char)value;
    buffer_add(out, slice_of(octets, length));
}

/* Takes a number off the front; false when there is none. */
static inline bool search_take_number(struct slice *rest, uint32_t *out)
{
    uint32_t value = 0;
    for (size_t i = 0; i < rest->len && i < 5; i++) {
        unsigned char octet = (unsigned char)rest->data[i];
        value |= (uint32_t)(octet & 0x7f) << (7 * i);
        if (octet < 0x80) {
            *rest = slice_of(rest->data + i + 1, rest->len - i - 1);
            *out = value;
            return true;
        }
    }
    return false;
}

#endif
