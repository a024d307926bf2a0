/*
 * Numbers in PostgreSQL's binary format: big endian; times in microseconds
 * since 2000-01-01.
 */
#ifndef POSTROOM_STORE_WIRE_H
#define POSTROOM_STORE_WIRE_H

#include <stdint.h>

/* Type numbers (src/include/catalog/pg_type.dat); they never change. */
enum {
    WIRE_BOOL = 16,
    WIRE_BYTEA = 17,
    WIRE_INT8 = 20,
    WIRE_INT2 = 21,
    WIRE_INT4 = 23,
    WIRE_TEXT = 25,
    WIRE_TIMESTAMPTZ = 1184,
    WIRE_BIT = 1560,
    WIRE_VARBIT = 1562
};

static inline void wire_put_int4(char *to, int32_t value)
{
    uint32_t bits = (uint32_t)value;
    for (int i = 3; i >= 0; i--, bits >>= 8)
        to[i] = (char)(bits & 0xff);
}

static inline void wire_put_int8(char *to, int64_t value)
{
    wire_put_int4(to, (int32_t)((uint64_t)value >> 32));
    wire_put_int4(to + 4, (int32_t)((uint64_t)value & 0xffffffff));
}

/* A signed number of 2, 4 or 8 octets. */
static inline int64_t wire_get(const char *from, int octets)
{
    uint64_t bits = (signed char)from[0] < 0 ? UINT64_MAX : 0;
    for (int i = 0; i < octets; i++)
        bits = bits << 8 | (unsigned char)from[i];
    return (int64_t)bits;
}

static const int64_t wire_epoch = INT64_C(946684800000000); /* 2000-01-01 in Unix microseconds */

static inline int64_t wire_timestamp_from_unix(int64_t micros)
{
    return micros == INT64_MAX ? micros : micros - wire_epoch; /* INT64_MAX: infinity */
}

static inline int64_t wire_timestamp_to_unix(int64_t micros)
{
    return micros == INT64_MAX ? micros : micros + wire_epoch;
}

#endif
