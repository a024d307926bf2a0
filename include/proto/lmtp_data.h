/*
 * From the octets after DATA to the message (RFC 5321 section 4.5.2), pure and
 * incremental: takes the stuffed dots out and finds the end.
 *
 * The end is CRLF "." CRLF and nothing else. A bare CR or LF is an octet of the
 * message like any other: it ends no line, begins none, and is kept. So there is one
 * opinion on where a message ends, whatever stands before us believes (SMTP smuggling).
 */
#ifndef POSTROOM_PROTO_LMTP_DATA_H
#define POSTROOM_PROTO_LMTP_DATA_H

#include <stdbool.h>

#include "base/slice.h"

enum lmtp_data_state {
    LMTP_DATA_LINE_START,
    LMTP_DATA_DOT,      /* a dot at the start of a line, not yet part of the message */
    LMTP_DATA_DOT_CR,   /* "." CR: the end, if LF follows */
    LMTP_DATA_TEXT,     /* inside a line */
    LMTP_DATA_AFTER_CR, /* inside a line, behind a CR */
    LMTP_DATA_END
};

struct lmtp_data {
    enum lmtp_data_state state;
};

void lmtp_data_init(struct lmtp_data *data);

/* The next piece of the message: a part of `input`, or octets held back before; it may
 * be empty. *used_out says how much of the input to consume. Call again with the rest
 * until the input is used up or lmtp_data_is_over(). */
struct slice lmtp_data_next(struct lmtp_data *data, struct slice input, size_t *used_out);

/* The end was seen; what comes next in the input is a command. */
bool lmtp_data_is_over(const struct lmtp_data *data);

#endif
