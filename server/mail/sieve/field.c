#include "sieve/field.h"

static size_t count_fields(struct slice header, struct slice name)
{
    struct mime_field field;
    size_t count = 0;
    for (size_t cursor = 0; mime_field_next(header, &cursor, &field);)
        count += slice_equal_nocase(field.name, name);
    return count;
}

/* Number from 1 of `count`. */
static bool is_meant(const struct sieve_occurrence *occurrence, size_t number, size_t count)
{
    uint64_t index = occurrence->index;
    return index == 0 || number == (occurrence->last ? count + 1 - index : index);
}

int sieve_fields_find(struct slice header, struct slice name,
                      const struct sieve_occurrence *occurrence, struct arena *arena,
                      struct mime_field **out, size_t *count_out)
{
    size_t count = count_fields(header, name);
    struct mime_field *fields = ARENA_ARRAY(arena, count, struct mime_field);
    if (!fields)
        return -ERR_NO_MEMORY;
    size_t number = 0, found = 0;
    struct mime_field field;
    for (size_t cursor = 0; mime_field_next(header, &cursor, &field);) {
        if (slice_equal_nocase(field.name, name) && is_meant(occurrence, ++number, count))
            fields[found++] = field;
    }
    *out = fields;
    *count_out = found;
    return 0;
}
