/*
 * A slice: octets with a length, owned by somebody else (an arena, an input
 * buffer, a string constant). May contain NUL. Cheap to copy, passed by value.
 */
#ifndef POSTROOM_BASE_SLICE_H
#define POSTROOM_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const char *data;
    size_t len;
};

#define SLICE_EMPTY    ((struct slice){"", 0})
#define SLICE(literal) ((struct slice){"" literal "", sizeof(literal) - 1})
/* For printf: printf("%.*s", SLICE_ARGS(s)). */
#define SLICE_ARGS(s) (int)(s).len, (s).data

static inline struct slice slice_of(const char *data, size_t len)
{
    return (struct slice){data, len};
}

static inline struct slice slice_cstr(const char *text)
{
    return (struct slice){text, strlen(text)};
}

/* The part from `start` on, `len` octets at most; clipped to what is there. */
static inline struct slice slice_sub(struct slice s, size_t start, size_t len)
{
    if (start > s.len)
        start = s.len;
    if (len > s.len - start)
        len = s.len - start;
    return (struct slice){s.data + start, len};
}

bool slice_equal(struct slice a, struct slice b);
/* ASCII case is ignored, other octets compare as they are (RFC 4790 i;ascii-casemap). */
bool slice_equal_nocase(struct slice a, struct slice b);
/* < 0, 0, > 0, octet by octet, shorter first. */
int slice_compare(struct slice a, struct slice b);
bool slice_starts_with(struct slice s, struct slice prefix);
bool slice_starts_with_nocase(struct slice s, struct slice prefix);
bool slice_ends_with(struct slice s, struct slice suffix);
/* Index of the first `c`, or s.len. */
size_t slice_find(struct slice s, char c);
/* Index of the first `needle`, or SIZE_MAX. An empty needle is at 0. */
size_t slice_search(struct slice s, struct slice needle);
/* Without leading and trailing space, tab, CR and LF. */
struct slice slice_trim(struct slice s);
/* The whole slice as decimal digits, no sign, no spaces. False when it is not
 * that or does not fit; *value_out is untouched then. */
bool slice_to_u64(struct slice s, uint64_t *value_out);
bool slice_to_u32(struct slice s, uint32_t *value_out);
/* FNV-1a, for hash tables of ours. */
uint64_t slice_hash(struct slice s);

/* ASCII only, whatever the locale says. */
static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static inline char ascii_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

#endif
