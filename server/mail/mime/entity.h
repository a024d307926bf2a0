/*
 * What a part's header says about it (RFC 2045): its type and the other
 * Content-... fields. Slices point into the header.
 */
#ifndef POSTROOM_MAIL_MIME_ENTITY_H
#define POSTROOM_MAIL_MIME_ENTITY_H

#include <stdbool.h>

#include "base/slice.h"

enum entity_field {
    ENTITY_TYPE,
    ENTITY_TRANSFER_ENCODING,
    ENTITY_ID,
    ENTITY_DESCRIPTION,
    ENTITY_MD5,
    ENTITY_DISPOSITION,
    ENTITY_LANGUAGE,
    ENTITY_LOCATION,
    ENTITY_FIELD_COUNT
};

struct entity {
    struct slice fields[ENTITY_FIELD_COUNT]; /* the first of each, raw; data NULL when absent */
    struct slice type;                       /* "text" */
    struct slice subtype;                    /* "plain" */
    struct slice parameters;                 /* what follows the subtype */
    struct slice encoding;                   /* "base64", "7BIT" when none is given */
};

/* A missing type means text/plain, in a multipart/digest message/rfc822 (RFC
 * 2046 section 5.1.5); one that cannot be read means text/plain. */
void entity_read(struct slice header, bool in_digest, struct entity *out);
/* Makes it text/plain; charset=US-ASCII. */
void entity_set_plain(struct entity *entity);

bool entity_is_text(const struct entity *entity);
/* text/html, or XHTML as text: mime/html.h reads it. */
bool entity_is_html(const struct entity *entity);
/* Text, or a message/... that is no message: a delivery report is for people, too. */
bool entity_is_readable(const struct entity *entity);
bool entity_is_multipart(const struct entity *entity);
bool entity_is_digest(const struct entity *entity);
/* message/rfc822: what RFC 3501 gives an envelope in BODYSTRUCTURE. */
bool entity_is_rfc822(const struct entity *entity);
/* message/global: RFC 9051 gives it one, too. */
bool entity_is_global(const struct entity *entity);
/* One of these, with the message readable as it stands. */
bool entity_holds_message(const struct entity *entity);

/* The word at the start of a field value, comments skipped: for type, encoding, disposition. */
struct slice entity_token(struct slice value, size_t *cursor);

#endif
