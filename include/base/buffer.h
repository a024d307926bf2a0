/*
 * A growable octet buffer with a maximum. Appending over the maximum or out
 * of memory makes the buffer *failed*: it stays valid, ignores further
 * appends, and buffer_check() reports -ERR_LIMIT or -ERR_NO_MEMORY, so that a
 * renderer can append without checking each step and check once at its end.
 */
#ifndef POSTROOM_BASE_BUFFER_H
#define POSTROOM_BASE_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

struct buffer {
    char *data; /* NULL while empty */
    size_t len;
    size_t size;
    size_t max;
    int failed; /* 0 or a negative err */
};

/* No allocation yet. max 0 means no limit but memory. */
void buffer_init(struct buffer *buffer, size_t max);
/* Frees; usable again with the same maximum. */
void buffer_clear(struct buffer *buffer);
/* Forgets the contents and a failure, keeps the memory. */
void buffer_reset(struct buffer *buffer);

void buffer_add(struct buffer *buffer, struct slice s);
void buffer_add_cstr(struct buffer *buffer, const char *text);
void buffer_add_char(struct buffer *buffer, char c);
void buffer_add_u64(struct buffer *buffer, uint64_t value); /* decimal */
void buffer_printf(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);
/* Room for `len` more octets to be written by the caller at the returned
 * place, then buffer_commit(); NULL when failed. */
char *buffer_reserve(struct buffer *buffer, size_t len);
void buffer_commit(struct buffer *buffer, size_t len);
/* Drops `len` octets from the front (moves the rest). */
void buffer_drop_front(struct buffer *buffer, size_t len);
void buffer_truncate(struct buffer *buffer, size_t len);

/* 0, or the failure (with fail() text) since init/reset. */
int buffer_check(const struct buffer *buffer) MUST_CHECK;
/* Clears the buffer; what it held is a copy in the arena, if it has not failed. */
int buffer_keep(struct buffer *buffer, struct arena *arena, struct slice *out) MUST_CHECK;

static inline struct slice buffer_slice(const struct buffer *buffer)
{
    return (struct slice){buffer->data ? buffer->data : "", buffer->len};
}

#endif
