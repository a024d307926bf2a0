/* Cuts the message into lines as it arrives. Body lines are found by memchr
 * and passed over; only headers, and lines that begin with "-" while a
 * boundary is waited for, are ever copied. */
#include "mail/mime.h"
#include "mime/outline.h"

enum {
    /* Enough of a line to tell whether it is a boundary. */
    CANDIDATE_SIZE = OUTLINE_BOUNDARY_MAX + 34,
    FIRST_HEADER_SIZE = 4096,
    /* All headers of a message together: this many times the limit of one. */
    HEADERS_KEPT = 8
};

enum line_state {
    LINE_START,     /* nothing of the line was seen */
    LINE_CANDIDATE, /* it may be a boundary: kept until that is known */
    LINE_ORDINARY,  /* it belongs to the header or body */
    LINE_DELIMITER  /* it is a boundary, known as `delimiter` */
};

struct mime_scanner {
    struct arena *arena;
    struct outline outline;
    struct mime_tree tree;

    uint64_t offset; /* octets consumed */
    uint64_t lines;  /* line ends consumed */
    char last;       /* the octet consumed last */
    enum line_state line;
    uint64_t line_start; /* of the current line */
    bool after_crlf;     /* the line before ended with CRLF, not with LF */
    bool in_header;      /* of the innermost part; else in its body */

    size_t header_line; /* octets of the current header line seen */
    char *header;       /* of the innermost part; the memory is used again for the next */
    size_t header_len;
    size_t header_size;
    uint64_t headers_left; /* octets of headers that may still be kept */

    struct delimiter delimiter;
    size_t candidate_len;
    char candidate[CANDIDATE_SIZE];
};

int mime_scanner_new(struct arena *arena, const struct mime_limits *limits,
                     struct mime_scanner **out)
{
    struct mime_scanner *scanner = ARENA_NEW(arena, struct mime_scanner);
    if (!scanner)
        return -ERR_NO_MEMORY;
    scanner->arena = arena;
    scanner->in_header = true;
    int err = outline_init(&scanner->outline, arena, limits);
    if (err)
        return err;
    scanner->headers_left = (uint64_t)scanner->outline.limits.header_size * HEADERS_KEPT;
    *out = scanner;
    return 0;
}

static void advance(struct mime_scanner *scanner, struct slice *octets, size_t len)
{
    if (len == 0)
        return;
    scanner->last = octets->data[len - 1];
    scanner->offset += len;
    *octets = slice_sub(*octets, len, octets->len);
}

static int reserve_header(struct mime_scanner *scanner, size_t len)
{
    if (len <= scanner->header_size)
        return 0;
    size_t size = scanner->header_size ? scanner->header_size : FIRST_HEADER_SIZE;
    while (size < len)
        size *= 2;
    char *grown = arena_alloc(scanner->arena, size);
    if (!grown)
        return -ERR_NO_MEMORY;
    if (scanner->header_len > 0)
        memcpy(grown, scanner->header, scanner->header_len);
    scanner->header = grown;
    scanner->header_size = size;
    return 0;
}

/* Over the limit the rest of the header is passed over. */
static int keep_header(struct mime_scanner *scanner, struct slice octets)
{
    uint64_t limit = scanner->outline.limits.header_size;
    if (limit > scanner->headers_left)
        limit = scanner->headers_left;
    scanner->header_line += octets.len;
    octets = slice_sub(octets, 0, limit - scanner->header_len);
    if (octets.len == 0)
        return 0;
    int err = reserve_header(scanner, scanner->header_len + octets.len);
    if (err)
        return err;
    memcpy(scanner->header + scanner->header_len, octets.data, octets.len);
    scanner->header_len += octets.len;
    return 0;
}

/* The header of the innermost part ends here. */
static int end_header(struct mime_scanner *scanner)
{
    struct slice header = SLICE_EMPTY;
    if (scanner->header_len > 0)
        header = arena_copy(scanner->arena, slice_of(scanner->header, scanner->header_len));
    if (!header.data)
        return -ERR_NO_MEMORY;
    scanner->headers_left -= header.len;
    scanner->header_len = 0;
    return outline_end_header(&scanner->outline, header, scanner->offset, scanner->lines,
                              &scanner->in_header);
}

static int read_line_start(struct mime_scanner *scanner, struct slice *octets)
{
    scanner->line_start = scanner->offset;
    scanner->header_line = 0;
    scanner->candidate_len = 0;
    bool candidate = octets->data[0] == '-' && outline_awaits_boundary(&scanner->outline);
    scanner->line = candidate ? LINE_CANDIDATE : LINE_ORDINARY;
    return 0;
}

/* Consumes up to and with the LF at `lf`, which ends a line. */
static void end_line(struct mime_scanner *scanner, struct slice *octets, const char *lf)
{
    size_t before = (size_t)(lf - octets->data);
    scanner->after_crlf = (before > 0 ? lf[-1] : scanner->last) == '\r';
    scanner->lines++;
    scanner->line = LINE_START;
    advance(scanner, octets, before + 1);
}

static int read_header_line(struct mime_scanner *scanner, struct slice *octets)
{
    const char *lf = memchr(octets->data, '\n', octets->len);
    size_t len = lf ? (size_t)(lf - octets->data) + 1 : octets->len;
    int err = keep_header(scanner, slice_sub(*octets, 0, len));
    if (err)
        return err;
    if (!lf) {
        advance(scanner, octets, len);
        return 0;
    }
    end_line(scanner, octets, lf);
    bool empty = scanner->header_line == (scanner->after_crlf ? 2 : 1);
    return empty ? end_header(scanner) : 0;
}

static int read_body_lines(struct mime_scanner *scanner, struct slice *octets)
{
    bool awaits_boundary = outline_awaits_boundary(&scanner->outline);
    const char *at = octets->data, *end = octets->data + octets->len;
    const char *lf;
    while ((lf = memchr(at, '\n', (size_t)(end - at)))) {
        at = lf + 1;
        if (at == end || (awaits_boundary && *at == '-')) {
            end_line(scanner, octets, lf);
            return 0;
        }
        scanner->lines++;
    }
    advance(scanner, octets, octets->len);
    return 0;
}

static int read_ordinary(struct mime_scanner *scanner, struct slice *octets)
{
    return scanner->in_header ? read_header_line(scanner, octets)
                              : read_body_lines(scanner, octets);
}

/* A boundary line closes the parts inside its multipart. The line end before
 * it is the boundary's (RFC 2046 section 5.1.1), except where it ends a
 * header line or the empty line behind a header: those keep it. */
static int close_parts(struct mime_scanner *scanner)
{
    uint64_t end = scanner->line_start;
    uint64_t lines = scanner->lines;
    uint64_t offset = scanner->offset;
    bool keeps_line_end = scanner->in_header || end == outline_body_start(&scanner->outline);
    if (!keeps_line_end) {
        end -= scanner->after_crlf ? 2 : 1;
        lines--;
    }
    scanner->offset = end; /* an unfinished header ends here */
    int err = 0;
    while (scanner->in_header && !err)
        err = end_header(scanner);
    scanner->offset = offset;
    outline_close_below(&scanner->outline, scanner->delimiter, end, lines);
    return err;
}

/* As much of the line as is needed has been gathered. */
static int decide(struct mime_scanner *scanner)
{
    struct slice line = slice_of(scanner->candidate, scanner->candidate_len);
    if (outline_match(&scanner->outline, line, &scanner->delimiter)) {
        scanner->line = LINE_DELIMITER;
        return close_parts(scanner);
    }
    scanner->line = LINE_ORDINARY;
    return scanner->in_header ? keep_header(scanner, line) : 0;
}

static int read_candidate(struct mime_scanner *scanner, struct slice *octets)
{
    size_t len = sizeof scanner->candidate - scanner->candidate_len;
    if (len > octets->len)
        len = octets->len;
    const char *lf = memchr(octets->data, '\n', len);
    if (lf)
        len = (size_t)(lf - octets->data); /* the LF is left to the state that follows */
    memcpy(scanner->candidate + scanner->candidate_len, octets->data, len);
    scanner->candidate_len += len;
    advance(scanner, octets, len);
    bool complete = lf || scanner->candidate_len == sizeof scanner->candidate;
    return complete ? decide(scanner) : 0;
}

/* Behind the boundary line the next part begins, or what follows the last. */
static int leave_delimiter(struct mime_scanner *scanner)
{
    if (scanner->delimiter.last || !outline_awaits_boundary(&scanner->outline))
        return 0;
    scanner->in_header = true;
    return outline_open_part(&scanner->outline, scanner->offset);
}

static int read_delimiter(struct mime_scanner *scanner, struct slice *octets)
{
    const char *lf = memchr(octets->data, '\n', octets->len);
    if (!lf) {
        advance(scanner, octets, octets->len);
        return 0;
    }
    end_line(scanner, octets, lf);
    return leave_delimiter(scanner);
}

int mime_scanner_feed(struct mime_scanner *scanner, struct slice octets)
{
    static int (*const readers[])(struct mime_scanner *, struct slice *) = {
        [LINE_START] = read_line_start,
        [LINE_CANDIDATE] = read_candidate,
        [LINE_ORDINARY] = read_ordinary,
        [LINE_DELIMITER] = read_delimiter,
    };
    int err = 0;
    while (octets.len > 0 && !err)
        err = readers[scanner->line](scanner, &octets);
    return err;
}

int mime_scanner_finish(struct mime_scanner *scanner, const struct mime_tree **out)
{
    int err = 0;
    if (scanner->line == LINE_CANDIDATE) /* a boundary that the message ends in begins no part */
        err = decide(scanner);
    while (scanner->in_header && !err)
        err = end_header(scanner);
    if (err)
        return err;
    outline_close_all(&scanner->outline, scanner->offset, scanner->lines);
    scanner->tree = (struct mime_tree){scanner->outline.parts, scanner->outline.count,
                                       scanner->outline.headers};
    *out = &scanner->tree;
    return 0;
}
