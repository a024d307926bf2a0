/*
 * Trace fields (RFC 5321 section 4.4): those that are added, and those that tell of a loop.
 */
#ifndef POSTROOM_LMTP_TRACE_H
#define POSTROOM_LMTP_TRACE_H

#include "session.h"

/* Return-Path and Received. With one recipient Delivered-To as well: with more the message
 * would be another one for each, and is to be stored once. */
void trace_render(const struct lmtp_session *session, int64_t now_us, struct buffer *out);

enum { TRACE_LINE_MAX = 512 };

/* Reads the header as it goes by. */
struct trace_scan {
    bool is_over; /* the header is */
    uint32_t received;
    char line[TRACE_LINE_MAX];
    size_t len;  /* of the line; what is longer is cut off */
    bool looped; /* it was delivered to one of the recipients before */
};
void trace_scan_feed(struct trace_scan *scan, const struct lmtp_recipient *recipients,
                     struct slice octets);

#endif
