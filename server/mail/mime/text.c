/* The text of a part as SEARCH BODY and TEXT look at it. */
#include "mail/mime.h"
#include "mime/charset.h"
#include "mime/entity.h"
#include "mime/parameter.h"
#include "mime/transfer.h"

bool mime_decode_text(struct slice header, struct slice body, struct buffer *out)
{
    struct entity entity;
    entity_read(header, false, &entity);
    if (!entity_is_readable(&entity))
        return false;
    struct buffer charset, decoded;
    buffer_init(&charset, 0);
    buffer_init(&decoded, 0);
    parameter_find(entity.parameters, SLICE("charset"), &charset);
    struct slice octets = transfer_decode(entity.encoding, body, &decoded);
    charset_add(out, buffer_slice(&charset), octets);
    if (decoded.failed && !out->failed)
        out->failed = decoded.failed;
    buffer_clear(&charset);
    buffer_clear(&decoded);
    return true;
}
