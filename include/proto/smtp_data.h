/*
 * From a message to the octets after DATA (RFC 5321 section 4.5.2), pure and incremental: the
 * reverse of proto/lmtp_data.h.
 *
 * A line that begins with a dot gets another. What is a line here is one for everybody: a bare CR
 * or LF, which a message must not have (RFC 5321 section 2.3.8), becomes CRLF, so that whoever
 * takes it for the end of a line sees the dots as we do (SMTP smuggling). Any other message goes
 * out octet for octet.
 */
#ifndef POSTROOM_PROTO_SMTP_DATA_H
#define POSTROOM_PROTO_SMTP_DATA_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/slice.h"

struct smtp_data {
    bool in_line;  /* the last octet did not end a line */
    bool after_cr; /* a CR has not been written yet: LF may follow */
};

void smtp_data_init(struct smtp_data *data);
void smtp_data_add(struct smtp_data *data, struct slice octets, struct buffer *out);
/* Ends the last line if need be, then the message. */
void smtp_data_end(struct smtp_data *data, struct buffer *out);

#endif
