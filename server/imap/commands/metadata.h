/*
 * The METADATA response with values (RFC 5464 section 4.4.1).
 */
#ifndef POSTROOM_IMAP_COMMANDS_METADATA_H
#define POSTROOM_IMAP_COMMANDS_METADATA_H

#include "base/buffer.h"
#include "mail/annotation.h"

/* What has come of the query, with NIL for what it names and is not there; nothing at all when
 * all that is there is too long. Appended; `utf8`: the mailbox is written so. */
void metadata_render(struct slice mailbox, const struct annotation_query *query,
                     const struct annotation *annotations, size_t count, bool utf8,
                     struct buffer *out);

#endif
