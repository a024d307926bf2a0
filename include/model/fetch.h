/*
 * What a client asks FETCH for (RFC 3501 section 6.4.5), as data. Made by
 * proto/fetch_args.h in the command's arena, read by imap/fetch.
 */
#ifndef POSTROOM_MODEL_FETCH_H
#define POSTROOM_MODEL_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

enum fetch_kind {
    FETCH_UID,
    FETCH_FLAGS,
    FETCH_INTERNALDATE,
    FETCH_SIZE, /* RFC822.SIZE */
    FETCH_ENVELOPE,
    FETCH_BODY, /* BODY without section: structure without extension data */
    FETCH_BODYSTRUCTURE,
    FETCH_SECTION,     /* BODY[...] and the RFC822 forms */
    FETCH_MODSEQ,      /* RFC 7162 section 3.1.4.2 */
    FETCH_SAVEDATE,    /* RFC 8514 section 4.2 */
    FETCH_EMAILID,     /* RFC 8474 section 5.1 */
    FETCH_BINARY,      /* BINARY[...] (RFC 3516), and ... */
    FETCH_BINARY_SIZE, /* ... BINARY.SIZE[...] */
    FETCH_PREVIEW,     /* RFC 8970 */
    FETCH_THREADID     /* RFC 8474 section 5.2 */
};

enum fetch_section_kind {
    FETCH_SECTION_ALL,
    FETCH_SECTION_HEADER,
    FETCH_SECTION_FIELDS,     /* HEADER.FIELDS */
    FETCH_SECTION_FIELDS_NOT, /* HEADER.FIELDS.NOT */
    FETCH_SECTION_TEXT,
    FETCH_SECTION_MIME
};

enum { FETCH_SECTION_DEPTH_MAX = 64 };

struct fetch_item {
    enum fetch_kind kind;
    bool lazy; /* PREVIEW: only if that is quick */
    /* The rest is for FETCH_SECTION, FETCH_BINARY and FETCH_BINARY_SIZE. */
    enum fetch_section_kind section;
    bool peek;         /* does not set \Seen */
    const char *label; /* "RFC822", "RFC822.HEADER", "RFC822.TEXT": the reply's name for
                          the old forms; NULL: BODY[...] */
    uint32_t *numbers; /* part specifier, arena */
    size_t number_count;
    struct slice *fields; /* header names as the client wrote them */
    size_t field_count;
    bool partial; /* <offset.length> was given */
    uint64_t offset;
    uint64_t length; /* > 0 when partial */
};

struct fetch_spec {
    struct fetch_item *items; /* in the client's order, macros expanded, no duplicates */
    size_t count;
};

/* Whether items of this kind name a section. */
bool fetch_kind_has_section(enum fetch_kind kind);
/* Whether one of the items is of this kind. */
bool fetch_spec_has(const struct fetch_spec *spec, enum fetch_kind kind);

#endif
