/*
 * Replies: what a session says. Untagged lines are gathered in the stream;
 * errors become tagged NO or BAD with the response codes of RFC 5530.
 */
#ifndef POSTROOM_IMAP_REPLY_H
#define POSTROOM_IMAP_REPLY_H

#include "base/buffer.h"
#include "command.h"
#include "session.h"

/* One line; the CRLF is added. */
int reply_line(struct session *session, const char *format, ...) PRINTF_LIKE(2, 3) MUST_CHECK;
/* A rendered line or lines, as they are; the buffer's failure is reported. */
int reply_buffer(struct session *session, const struct buffer *buffer) MUST_CHECK;

/* Appends "* seq FETCH (", to a client that has switched on UIDONLY "* uid UIDFETCH ("
 * (RFC 9586 section 3.3). enabled: ENABLED_ bits. */
void reply_fetch_begin(unsigned enabled, uint32_t seq, uint32_t uid, struct buffer *out);

/* Appends a mailbox's name in the notation that the client knows. */
void reply_mailbox(const struct session *session, struct slice name, struct buffer *out);

/* The tagged reply that ends a command: result 0 is OK, else by the table of
 * errors. Logs failures that an operator should see. */
int reply_tagged(struct session *session, const struct command *command, int result) MUST_CHECK;
/* For a command that could not be read or found. tag: empty when there is
 * none; code: NULL for none. */
int reply_bad(struct session *session, struct slice tag, const char *code,
              const char *text) MUST_CHECK;

/* True when this failure means the connection is over, not the command. */
bool reply_is_fatal(int err);

#endif
