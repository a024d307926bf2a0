#include "base/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE_FIRST = 128 };

void buffer_init(struct buffer *buffer, size_t max)
{
    *buffer = (struct buffer){.max = max};
}

void buffer_clear(struct buffer *buffer)
{
    free(buffer->data);
    buffer_init(buffer, buffer->max);
}

void buffer_reset(struct buffer *buffer)
{
    buffer->len = 0;
    buffer->failed = 0;
}

static size_t grown_size(const struct buffer *buffer, size_t need)
{
    size_t size = buffer->size ? buffer->size : SIZE_FIRST;
    while (size < need)
        size = size > SIZE_MAX / 2 ? need : size * 2;
    if (buffer->max && size > buffer->max)
        size = buffer->max;
    return size;
}

char *buffer_reserve(struct buffer *buffer, size_t len)
{
    if (buffer->failed)
        return NULL;
    if (len > SIZE_MAX - buffer->len || (buffer->max && len > buffer->max - buffer->len)) {
        buffer->failed = -ERR_LIMIT;
        return NULL;
    }
    size_t need = buffer->len + len;
    if (need > buffer->size || !buffer->data) {
        size_t size = grown_size(buffer, need);
        char *data = realloc(buffer->data, size ? size : 1);
        if (!data) {
            buffer->failed = -ERR_NO_MEMORY;
            return NULL;
        }
        buffer->data = data;
        buffer->size = size;
    }
    return buffer->data + buffer->len;
}

void buffer_commit(struct buffer *buffer, size_t len)
{
    if (!buffer->failed)
        buffer->len += len;
}

void buffer_add(struct buffer *buffer, struct slice s)
{
    if (s.len == 0)
        return;
    char *place = buffer_reserve(buffer, s.len);
    if (!place)
        return;
    memcpy(place, s.data, s.len);
    buffer->len += s.len;
}

void buffer_add_cstr(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, slice_cstr(text));
}

void buffer_add_char(struct buffer *buffer, char c)
{
    char *place = buffer_reserve(buffer, 1);
    if (!place)
        return;
    *place = c;
    buffer->len++;
}

void buffer_add_u64(struct buffer *buffer, uint64_t value)
{
    char digits[20];
    size_t start = sizeof digits;
    do {
        digits[--start] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    buffer_add(buffer, slice_of(digits + start, sizeof digits - start));
}

/* Formats into a small array first, since most texts fit and vsnprintf needs
 * room for a NUL that the maximum may not leave. */
void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (length < 0) {
        buffer->failed = -ERR_INTERNAL;
        return;
    }
    if ((size_t)length < sizeof text) {
        buffer_add(buffer, slice_of(text, (size_t)length));
        return;
    }
    char *long_text = malloc((size_t)length + 1);
    if (!long_text) {
        buffer->failed = -ERR_NO_MEMORY;
        return;
    }
    va_start(args, format);
    vsnprintf(long_text, (size_t)length + 1, format, args);
    va_end(args);
    buffer_add(buffer, slice_of(long_text, (size_t)length));
    free(long_text);
}

void buffer_drop_front(struct buffer *buffer, size_t len)
{
    if (len == 0)
        return;
    if (len >= buffer->len) {
        buffer->len = 0;
        return;
    }
    memmove(buffer->data, buffer->data + len, buffer->len - len);
    buffer->len -= len;
}

void buffer_truncate(struct buffer *buffer, size_t len)
{
    if (len < buffer->len)
        buffer->len = len;
}

int buffer_check(const struct buffer *buffer)
{
    switch (buffer->failed) {
    case 0:
        return 0;
    case -ERR_LIMIT:
        return fail(ERR_LIMIT, "longer than %zu octets", buffer->max);
    case -ERR_NO_MEMORY:
        return fail(ERR_NO_MEMORY, "out of memory for a buffer of %zu octets", buffer->len);
    default:
        return fail(ERR_INTERNAL, "a buffer was written with a bad format");
    }
}

int buffer_keep(struct buffer *buffer, struct arena *arena, struct slice *out)
{
    int result = buffer_check(buffer);
    struct slice copy = result == 0 ? arena_copy(arena, buffer_slice(buffer)) : SLICE_EMPTY;
    buffer_clear(buffer);
    if (result < 0 || !copy.data)
        return result < 0 ? result : -ERR_NO_MEMORY;
    *out = copy;
    return 0;
}
