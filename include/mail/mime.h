/*
 * The MIME scanner: one pass over a message's octets, no copies, nothing
 * altered. It finds the part tree with octet offsets (RFC 2045, 2046, 5322),
 * from which every BODY[...] section is cut, and it feeds the renderers of
 * ENVELOPE and BODYSTRUCTURE (RFC 3501 section 7.4.2).
 *
 * The scanner is incremental: the message arrives in pieces of any size. It
 * keeps the headers of all parts (bounded), never the bodies.
 *
 * The octet rule (docs/architecture.md): a message is stored and returned
 * exactly as received, NUL, 8-bit, bare CR and bare LF included. For finding
 * structure, LF ends a line with or without a CR before it; a CR without LF
 * does not. In strings that the server makes itself (ENVELOPE,
 * BODYSTRUCTURE) NUL is dropped and folding is undone.
 */
#ifndef POSTROOM_MAIL_MIME_H
#define POSTROOM_MAIL_MIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

struct mime_limits {
    uint32_t depth;       /* nesting of multiparts and messages; default 100 */
    uint32_t parts;       /* parts in all; default 10,000 */
    uint32_t header_size; /* octets of one part's header kept, and of all headers together
                             8 times that; default 1 MiB */
};
/* Over a limit nothing fails: what lies deeper is a leaf, more parts belong
 * to the last one, a longer header is looked at only up to the limit. */

enum mime_kind {
    MIME_LEAF,      /* any single part */
    MIME_MULTIPART, /* children are its parts */
    MIME_MESSAGE /* message/rfc822 or message/global, not encoded: one child, the message in it */
};

/* One entity. Offsets count octets from the start of the message. The root
 * is the message itself. */
struct mime_part {
    enum mime_kind kind;
    uint64_t header_start; /* first octet of its header */
    uint64_t body_start;   /* first octet behind the empty line (= header end) */
    uint64_t body_end;     /* one past its last octet, without the line end before a boundary
                              (unless that ends the header) */
    uint32_t body_lines;   /* line ends within the body */
    uint32_t parent;       /* index, 0 for the root itself */
    uint32_t first_child;  /* index, 0 when none */
    uint32_t next_sibling; /* index, 0 when last */
    uint32_t child_count;
};

struct mime_tree {
    struct mime_part *parts; /* parts[0] is the root; depth first order */
    uint32_t count;
    struct slice *headers; /* per part: header octets as received, with the empty line; only
                              after scanning, data NULL in a decoded tree */
};

struct mime_scanner;
/* All results live in the arena, which must outlive the scanner. limits NULL: defaults. */
int mime_scanner_new(struct arena *arena, const struct mime_limits *limits,
                     struct mime_scanner **out) MUST_CHECK;
int mime_scanner_feed(struct mime_scanner *scanner, struct slice octets) MUST_CHECK;
/* End of message. The tree is the arena's. */
int mime_scanner_finish(struct mime_scanner *scanner, const struct mime_tree **out) MUST_CHECK;

/* Compact binary form of the tree without headers, as stored in
 * messages.parts (varints, versioned). -ERR_CORRUPT for what encode did not make. */
void mime_tree_encode(const struct mime_tree *tree, struct buffer *out);
int mime_tree_decode(struct arena *arena, struct slice octets, struct mime_tree *out) MUST_CHECK;

/* ENVELOPE of the message whose header this is, in the notation of RFC 3501
 * ("(date subject from sender reply-to to cc bcc in-reply-to message-id)").
 * Missing Sender and Reply-To default to From. Encoded words stay raw.
 * Repeated To, Cc and Bcc fields are read as one (RFC 5322 section 4.5.3), of
 * others the first counts. An address without a host has "" there. */
void mime_render_envelope(struct slice header, struct buffer *out);

/* BODYSTRUCTURE with extension data, in the notation of RFC 3501. Needs the
 * headers (a tree fresh from the scanner; -ERR_INTERNAL without). A multipart
 * without parts shows one empty text/plain part, as Dovecot does, since the
 * grammar wants one; a multipart that was not taken apart is text/plain; a
 * message/rfc822 part that was not has an envelope of NILs. message/global is
 * a basic type in RFC 3501, in RFC 9051 it is as message/rfc822. */
enum mime_revision { MIME_REV1, MIME_REV2 };
int mime_render_bodystructure(const struct mime_tree *tree, enum mime_revision revision,
                              struct buffer *out) MUST_CHECK;
/* BODY (without extension data) from a rendered BODYSTRUCTURE of either revision: drops the
 * extension fields. -ERR_CORRUPT. */
int mime_body_from_bodystructure(struct slice bodystructure, struct buffer *out) MUST_CHECK;

/* Sections (RFC 3501 section 6.4.5). numbers/count is the part specifier
 * ("1.2" → {1,2}; none for the message itself). */
enum mime_section_kind {
    MIME_SECTION_ALL,    /* [] : header and body of the message; [1.2]: the part's body */
    MIME_SECTION_HEADER, /* HEADER: of the message, or of the message/rfc822 part named */
    MIME_SECTION_TEXT,   /* TEXT */
    MIME_SECTION_MIME    /* MIME: the part's own header; needs numbers */
};
/* The octet range of the section. False when there is no such part: the
 * reply is then NIL. Part 1 of a non-multipart is its body; of a multipart
 * without parts it is the empty part that BODYSTRUCTURE shows. */
bool mime_section_range(const struct mime_tree *tree, const uint32_t *numbers, size_t count,
                        enum mime_section_kind kind, uint64_t *start_out, uint64_t *end_out);

/* Whether that is a part that can have a content transfer encoding: neither a multipart nor
 * a message that was taken apart, nor the whole message. */
bool mime_section_is_leaf(const struct mime_tree *tree, const uint32_t *numbers, size_t count);

/* HEADER.FIELDS / HEADER.FIELDS.NOT: the header lines (with folding, as
 * received) whose names are / are not among `names`, then the empty line that
 * ends a header (CRLF). */
void mime_header_fields(struct slice header, const struct slice *names, size_t name_count,
                        bool except, struct buffer *out);

/* Iterates over the fields of a header. *cursor starts at 0. The value is raw
 * (folded, without the final line end). False at the end. */
struct mime_field {
    struct slice name;  /* without ":" and spaces */
    struct slice value; /* leading white space removed */
    struct slice line;  /* the whole field as received, with its line end */
};
bool mime_field_next(struct slice header, size_t *cursor, struct mime_field *out);
/* The first field of that name (ASCII case ignored); false when absent. */
bool mime_field_find(struct slice header, struct slice name, struct slice *value_out);

/* The date of a Date: value (RFC 5322 section 3.3, obsolete zones too) as its
 * *local* day, days since 1970-01-01, for SENTBEFORE and friends (RFC 3501
 * disregards time and zone), and the instant in seconds since 1970 for
 * sorting. False when it can't be read. */
bool mime_parse_date(struct slice value, int64_t *local_day_out, int64_t *instant_out);

/* Sort keys and such, computed once at append (RFC 5256). */
struct mime_summary {
    struct slice subject;    /* raw value unfolded */
    struct slice message_id; /* "<...>" or empty */
    int64_t sent_day;        /* local day of Date:; INT64_MIN when unreadable */
    int64_t sent_instant;    /* seconds; INT64_MIN when unreadable */
};
void mime_summarise(struct slice header, struct arena *arena, struct mime_summary *out);

/* For SEARCH: appends the value with encoded words (RFC 2047) decoded, as
 * UTF-8, folding undone. 8-bit octets that are no UTF-8 are read as
 * windows-1252. */
void mime_decode_header(struct slice value, struct buffer *out);

/* For SEARCH BODY/TEXT: appends the text of a leaf part as UTF-8: transfer
 * encoding undone, charset converted. `header` is the part's header, `body`
 * its octets. Parts that are neither text/... nor message/... (a delivery
 * report) append nothing, return false. */
bool mime_decode_text(struct slice header, struct slice body, struct buffer *out);

#endif
