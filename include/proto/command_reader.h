/*
 * From octets to one whole IMAP command (RFC 3501 sections 4 and 9), pure and
 * incremental: it finds the end of the command across literals, it does not
 * understand the command. The result is one contiguous text in which
 * literals stand as "{n}\r\n" and their n octets (always normalised to that
 * form: "+" and leading zeros dropped), ready for the lexer.
 *
 * Work is linear in the octets fed, memory is bounded by the limits.
 */
#ifndef POSTROOM_PROTO_COMMAND_READER_H
#define POSTROOM_PROTO_COMMAND_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

struct command_reader_limits {
    uint32_t line_max;    /* octets in all lines of a command, literals not counted */
    uint32_t literal_max; /* octets of one buffered literal */
    uint32_t total_max;   /* octets of the whole command held */
    bool unasked;         /* no client waits for "+": {n} is as good as {n+} (RFC 5804) */
};

enum command_event {
    COMMAND_NEEDS_INPUT,
    /* The text so far ends in a literal's header "{n}", and the literal is
     * next in the stream. The session decides, in one of three ways:
     * - command_reader_accept_literal, then feed on: gathered into the text;
     * - it streams (APPEND): it calls nothing here, takes the literal's
     *   octets and the rest of the line from the stream itself, and calls
     *   command_reader_reset;
     * - command_reader_refuse_literal, then feed on until COMMAND_SKIPPED.
     * Until then feed() only repeats this event. */
    COMMAND_LITERAL,
    COMMAND_COMPLETE, /* text is the whole command without the final CRLF */
    COMMAND_TOO_LONG, /* over a limit, or NUL outside a literal (command_reader_had_nul). Reported
                         once; text has what came before. Feed on until COMMAND_SKIPPED */
    COMMAND_SKIPPED   /* the rest of a refused command is gone; text still has its beginning */
};

/* Recognises "{n}" or "{n+}" at the end of a line as the octets go by. */
struct literal_scan {
    int phase;     /* private */
    bool plus;     /* non-synchronising */
    uint64_t size; /* UINT64_MAX when larger */
    size_t start;  /* octets of the text before the "{" */
};

struct command_reader {
    struct command_reader_limits limits;
    struct buffer text;
    int state;                  /* private */
    bool had_nul;               /* private */
    bool literal_synchronising; /* of the last COMMAND_LITERAL: the client waits for "+" */
    uint64_t literal_size;      /* of the last COMMAND_LITERAL; UINT64_MAX when it was larger */
    uint64_t literal_left;      /* private: octets still to gather or skip */
    size_t line_octets;         /* private */
    struct literal_scan scan;   /* private */
};

void command_reader_init(struct command_reader *reader, const struct command_reader_limits *limits);
void command_reader_clear(struct command_reader *reader);

/* Looks at `input`; *used_out says how much of it to consume (in all cases).
 * A line ends with CRLF; a bare LF is accepted as its end (clients typed by
 * hand). After COMPLETE or SKIPPED it repeats that event until reset. */
enum command_event command_reader_feed(struct command_reader *reader, struct slice input,
                                       size_t *used_out);
/* After COMMAND_LITERAL: gather it. -ERR_LIMIT when over literal_max or
 * total_max: the literal is still to be refused then. Memory grows as octets
 * arrive, not by what the client announces. */
int command_reader_accept_literal(struct command_reader *reader) MUST_CHECK;
/* After COMMAND_LITERAL: the rest of the command is thrown away. A
 * synchronising literal is never sent by the client, so the command ends
 * here and the next feed reports COMMAND_SKIPPED. The octets of a
 * non-synchronising one are skipped however many they are; a session that
 * will not wait for so many closes. */
void command_reader_refuse_literal(struct command_reader *reader);
/* Whether the skipped command had a NUL octet outside a literal: then it is
 * answered as a syntax error, not as over a limit. */
bool command_reader_had_nul(const struct command_reader *reader);
/* The text gathered so far; valid until the next feed or reset. */
struct slice command_reader_text(const struct command_reader *reader);
/* Ready for the next command (after COMPLETE, SKIPPED, or when a streaming
 * command has taken its literal and the end of its line itself). */
void command_reader_reset(struct command_reader *reader);

#endif
