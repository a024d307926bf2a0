/*
 * The part tree while it grows: which parts are open, which boundaries their
 * multiparts wait for, and the limits. The scanner says where lines are; the
 * outline knows what they mean. Everything lives in the arena.
 */
#ifndef POSTROOM_MAIL_MIME_OUTLINE_H
#define POSTROOM_MAIL_MIME_OUTLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "mail/mime.h"

/* RFC 2046 allows 70; mailers exceed it. With "--" before and behind it still
 * fits in a line of 998 octets. A longer one counts as missing. */
enum { OUTLINE_BOUNDARY_MAX = 990 };

struct open_part;

struct outline {
    struct arena *arena;
    struct mime_limits limits;
    struct mime_part *parts;
    struct slice *headers;
    uint32_t count;
    uint32_t size;
    struct open_part *open; /* the root first, the innermost last */
    uint32_t open_count;
    uint32_t boundary_count; /* open multiparts whose last boundary was not seen yet */
};

/* A boundary line (RFC 2046 section 5.1.1). */
struct delimiter {
    uint32_t level; /* index into open of its multipart */
    bool last;      /* "--boundary--" */
};

int outline_init(struct outline *outline, struct arena *arena,
                 const struct mime_limits *limits) MUST_CHECK;
/* Opens a part in the innermost open one; its header starts at `offset`. */
int outline_open_part(struct outline *outline, uint64_t offset) MUST_CHECK;
/* The header of the innermost part is complete, its body starts at `offset`,
 * after `lines` line ends. Opens the message in it if it holds one: the next
 * octets are that message's header then (*header_follows_out). */
int outline_end_header(struct outline *outline, struct slice header, uint64_t offset,
                       uint64_t lines, bool *header_follows_out) MUST_CHECK;
/* Whether lines have to be compared with boundaries at all. */
bool outline_awaits_boundary(const struct outline *outline);
/* Whether the line (without LF) is a boundary of an open multipart. */
bool outline_match(const struct outline *outline, struct slice line, struct delimiter *out);
/* Where the body of the innermost open part starts, valid after its header. */
uint64_t outline_body_start(const struct outline *outline);
/* Closes the open parts deeper than the delimiter's; their bodies end at `end`
 * after `lines` line ends. */
void outline_close_below(struct outline *outline, struct delimiter delimiter, uint64_t end,
                         uint64_t lines);
/* The message ended: closes all. */
void outline_close_all(struct outline *outline, uint64_t end, uint64_t lines);

#endif
