/*
 * The capability list, put together from the command table (RFC 3501 section
 * 7.2.1) and from what the connection is now.
 */
#ifndef POSTROOM_IMAP_CAPABILITY_H
#define POSTROOM_IMAP_CAPABILITY_H

#include "base/buffer.h"
#include "session.h"

/* "CAPABILITY IMAP4rev1 …" without brackets or "*". */
void capability_render(const struct session *session, struct buffer *out);

#endif
