#include "sieve/mime_value.h"

#include "mime/entity.h"
#include "mime/parameter.h"

/* A value as "type/subtype; parameters". */
struct parts {
    struct slice type;
    struct slice subtype;
    bool has_subtype;
    struct slice parameters;
};

static struct parts take_apart(struct slice value)
{
    size_t cursor = 0;
    struct parts parts = {.type = entity_token(value, &cursor), .subtype = SLICE_EMPTY};
    if (parts.type.len > 0 && cursor < value.len && value.data[cursor] == '/') {
        cursor++;
        parts.subtype = entity_token(value, &cursor);
        parts.has_subtype = true;
    }
    parts.parameters = slice_sub(value, cursor, value.len);
    return parts;
}

static int find_parameter(const struct parts *parts, struct slice name, struct arena *arena,
                          struct slice *out, bool *exists_out)
{
    struct buffer value;
    buffer_init(&value, 0);
    bool exists = parameter_find(parts->parameters, name, &value);
    int result = buffer_keep(&value, arena, out);
    if (result == 0)
        *exists_out = exists;
    return result;
}

static int join(const struct parts *parts, struct arena *arena, struct slice *out)
{
    if (!parts->has_subtype) {
        *out = parts->type;
        return 0;
    }
    char *text =
        arena_printf(arena, "%.*s/%.*s", SLICE_ARGS(parts->type), SLICE_ARGS(parts->subtype));
    if (!text)
        return -ERR_NO_MEMORY;
    *out = slice_cstr(text);
    return 0;
}

int sieve_mime_value(struct slice value, enum sieve_mime_option option, struct slice parameter,
                     struct arena *arena, struct slice *out, bool *exists_out)
{
    struct parts parts = take_apart(value);
    if (option == SIEVE_MIME_PARAM)
        return find_parameter(&parts, parameter, arena, out, exists_out);
    if (option == SIEVE_MIME_CONTENTTYPE) {
        int result = join(&parts, arena, out);
        if (result < 0)
            return result;
    } else {
        *out = option == SIEVE_MIME_TYPE ? parts.type : parts.subtype;
    }
    *exists_out = parts.type.len > 0;
    return 0;
}
