#include "sieve/header_edit.h"

#include "mime/compose.h"

bool sieve_header_may_delete(struct slice name)
{
    static const char *const kept[] = {"Received", "Auto-Submitted"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        if (slice_equal_nocase(name, slice_cstr(kept[i])))
            return false;
    }
    return true;
}

/* Where the empty line starts that ends the header, or its end when there is none. */
static size_t end_of_fields(struct slice header)
{
    size_t at = 0;
    while (at < header.len) {
        struct slice line = slice_sub(header, at, header.len);
        if (line.data[0] == '\n' || slice_starts_with(line, SLICE("\r\n")))
            break;
        at += slice_find(line, '\n');
        at += at < header.len;
    }
    return at;
}

int sieve_header_add(struct slice header, struct slice name, struct slice value, bool last,
                     struct arena *arena, struct slice *out)
{
    size_t at = last ? end_of_fields(header) : 0;
    struct buffer edited;
    buffer_init(&edited, 0);
    buffer_add(&edited, slice_sub(header, 0, at));
    if (at > 0 && header.data[at - 1] != '\n') /* the header was cut off */
        buffer_add_cstr(&edited, "\r\n");
    compose_written_field(&edited, name, value);
    buffer_add(&edited, slice_sub(header, at, header.len));
    return buffer_keep(&edited, arena, out);
}

int sieve_header_without(struct slice header, const struct mime_field *fields, size_t count,
                         struct arena *arena, struct slice *out)
{
    struct buffer edited;
    buffer_init(&edited, 0);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        size_t start = (size_t)(fields[i].line.data - header.data);
        buffer_add(&edited, slice_sub(header, at, start - at));
        at = start + fields[i].line.len;
    }
    buffer_add(&edited, slice_sub(header, at, header.len));
    return buffer_keep(&edited, arena, out);
}
