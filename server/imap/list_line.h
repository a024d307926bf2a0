/*
 * A LIST response (RFC 3501 section 7.2.2, RFC 5258): of the command, and unasked for.
 */
#ifndef POSTROOM_IMAP_LIST_LINE_H
#define POSTROOM_IMAP_LIST_LINE_H

#include "mail/listing.h"
#include "session.h"

struct list_line {
    const struct listed_mailbox *mailbox;
    bool extended;         /* \NonExistent is said, which implies \Noselect */
    bool cannot_select;    /* though it exists */
    bool no_access;        /* RFC 5465: there is a right that the client would need */
    struct slice old_name; /* OLDNAME; empty: none */
};
/* Without the line's end, to which extended data can be added. */
void list_line_render(const struct session *session, const struct list_line *line,
                      struct buffer *out);

#endif
