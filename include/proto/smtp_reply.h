/*
 * Replies of an SMTP server (RFC 5321 section 4.2), pure.
 */
#ifndef POSTROOM_PROTO_SMTP_REPLY_H
#define POSTROOM_PROTO_SMTP_REPLY_H

#include <stdbool.h>

#include "base/error.h"
#include "base/slice.h"

enum { SMTP_REPLY_MAX = 64 * 1024 };

struct smtp_reply {
    int code;           /* 200 to 599 */
    struct slice lines; /* all of them as they came, with their line ends */
    size_t length;      /* octets of the input */
};

/* The first reply in what has come so far; *complete_out false: there is more to come.
 * -ERR_SYNTAX: that is no reply; -ERR_LIMIT: too long. The lines point into the input. */
int smtp_reply_parse(struct slice input, bool *complete_out, struct smtp_reply *out) MUST_CHECK;

/* The text of the next line, without its code; from *at, 0 at first. False behind the last. */
bool smtp_reply_line(const struct smtp_reply *reply, size_t *at, struct slice *text_out);

/* Whether a reply to EHLO names that extension; *value_out, which may be NULL: what follows. */
bool smtp_reply_offers(const struct smtp_reply *reply, struct slice keyword,
                       struct slice *value_out);

#endif
