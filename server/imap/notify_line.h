/*
 * How things are told to those who are notified (RFC 5465 section 5): STATUS, LIST, METADATA.
 */
#ifndef POSTROOM_IMAP_NOTIFY_LINE_H
#define POSTROOM_IMAP_NOTIFY_LINE_H

#include "mail/watcher.h"
#include "session.h"

/* One line, or none when there is nothing in it that the client wants to know. */
void notify_line_render(const struct session *session, const struct watch_item *item,
                        struct buffer *out);

#endif
