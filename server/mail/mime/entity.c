#include "mime/entity.h"

#include "mail/mime.h"
#include "mime/token.h"

static const struct slice field_names[ENTITY_FIELD_COUNT] = {
    [ENTITY_TYPE] = {"content-type", 12},
    [ENTITY_TRANSFER_ENCODING] = {"content-transfer-encoding", 25},
    [ENTITY_ID] = {"content-id", 10},
    [ENTITY_DESCRIPTION] = {"content-description", 19},
    [ENTITY_MD5] = {"content-md5", 11},
    [ENTITY_DISPOSITION] = {"content-disposition", 19},
    [ENTITY_LANGUAGE] = {"content-language", 16},
    [ENTITY_LOCATION] = {"content-location", 16},
};

static bool is_token_octet(char c)
{
    unsigned char octet = (unsigned char)c;
    return octet > 32 && octet < 127 && !strchr("()<>@,;:\\\"/[]?=", c);
}

struct slice entity_token(struct slice value, size_t *cursor)
{
    size_t start = token_skip_comments(value, *cursor);
    size_t end = start;
    while (end < value.len && is_token_octet(value.data[end]))
        end++;
    *cursor = token_skip_comments(value, end);
    return slice_sub(value, start, end - start);
}

void entity_set_plain(struct entity *entity)
{
    entity->type = SLICE("TEXT");
    entity->subtype = SLICE("PLAIN");
    entity->parameters = SLICE(";CHARSET=US-ASCII");
}

static void read_type(struct entity *entity, struct slice value)
{
    size_t cursor = 0;
    struct slice type = entity_token(value, &cursor);
    if (type.len == 0 || cursor == value.len || value.data[cursor] != '/')
        return;
    cursor++;
    struct slice subtype = entity_token(value, &cursor);
    if (subtype.len == 0)
        return;
    entity->type = type;
    entity->subtype = subtype;
    entity->parameters = slice_sub(value, cursor, value.len);
}

static void read_fields(struct slice header, struct slice *fields)
{
    struct mime_field field;
    for (size_t cursor = 0; mime_field_next(header, &cursor, &field);) {
        if (!slice_starts_with_nocase(field.name, SLICE("content-")))
            continue;
        for (size_t i = 0; i < ENTITY_FIELD_COUNT; i++) {
            if (!fields[i].data && slice_equal_nocase(field.name, field_names[i]))
                fields[i] = field.value;
        }
    }
}

/* Like Dovecot, anything but one word ("8 bit") counts as none; mailers do
 * put a semicolon behind it. */
static void read_encoding(struct entity *entity, struct slice value)
{
    size_t cursor = 0;
    struct slice encoding = entity_token(value, &cursor);
    if (encoding.len > 0 && (cursor == value.len || value.data[cursor] == ';'))
        entity->encoding = encoding;
}

void entity_read(struct slice header, bool in_digest, struct entity *out)
{
    *out = (struct entity){.encoding = SLICE("7BIT")};
    read_fields(header, out->fields);
    entity_set_plain(out);
    if (out->fields[ENTITY_TYPE].data) {
        read_type(out, out->fields[ENTITY_TYPE]);
    } else if (in_digest) {
        out->type = SLICE("MESSAGE");
        out->subtype = SLICE("RFC822");
        out->parameters = SLICE_EMPTY;
    }
    if (out->fields[ENTITY_TRANSFER_ENCODING].data)
        read_encoding(out, out->fields[ENTITY_TRANSFER_ENCODING]);
}

bool entity_is_text(const struct entity *entity)
{
    return slice_equal_nocase(entity->type, SLICE("text"));
}

bool entity_is_html(const struct entity *entity)
{
    return entity_is_text(entity) && (slice_equal_nocase(entity->subtype, SLICE("html")) ||
                                      slice_equal_nocase(entity->subtype, SLICE("xhtml+xml")));
}

bool entity_is_readable(const struct entity *entity)
{
    return entity_is_text(entity) || slice_equal_nocase(entity->type, SLICE("message"));
}

bool entity_is_multipart(const struct entity *entity)
{
    return slice_equal_nocase(entity->type, SLICE("multipart"));
}

bool entity_is_digest(const struct entity *entity)
{
    return entity_is_multipart(entity) && slice_equal_nocase(entity->subtype, SLICE("digest"));
}

static bool is_message(const struct entity *entity, struct slice subtype)
{
    return slice_equal_nocase(entity->type, SLICE("message")) &&
           slice_equal_nocase(entity->subtype, subtype);
}

bool entity_is_rfc822(const struct entity *entity)
{
    return is_message(entity, SLICE("rfc822"));
}

bool entity_is_global(const struct entity *entity)
{
    return is_message(entity, SLICE("global"));
}

bool entity_holds_message(const struct entity *entity)
{
    return (entity_is_rfc822(entity) || entity_is_global(entity)) &&
           !slice_equal_nocase(entity->encoding, SLICE("base64")) &&
           !slice_equal_nocase(entity->encoding, SLICE("quoted-printable"));
}
