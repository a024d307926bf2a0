/*
 * Mailbox names. Inside the server a name is UTF-8 (NFC) with "/" between
 * its levels, the way IMAP shows it:
 *
 *   INBOX, Projects/2026              the user's own (personal namespace "")
 *   Other Users/bob/INBOX             another user's
 *   Shared/Sales                      shared (owned by nobody)
 *
 * The database stores who owns it and the path below the namespace; a
 * mailbox_path is that pair. On the wire names are in modified UTF-7
 * (RFC 3501 section 5.1.3) until the client asks for UTF-8.
 */
#ifndef POSTROOM_MODEL_MAILBOX_NAME_H
#define POSTROOM_MODEL_MAILBOX_NAME_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

#define MAILBOX_SEPARATOR   '/'
#define MAILBOX_OTHER_USERS "Other Users"
#define MAILBOX_SHARED      "Shared"
enum { MAILBOX_NAME_MAX = 1000, MAILBOX_LEVELS_MAX = 32 };

enum mailbox_space { MAILBOX_PERSONAL, MAILBOX_OF_USER, MAILBOX_IN_SHARED };

struct mailbox_path {
    enum mailbox_space space;
    struct slice user; /* login name for MAILBOX_OF_USER, else empty */
    struct slice path; /* "INBOX", "Sales/Orders"; empty for a namespace root itself */
};

/* Modified UTF-7 to UTF-8 in NFC. Strict: -ERR_SYNTAX for what RFC 3501
 * forbids (8-bit octets, needless shifts, broken base64). Raw UTF-8 is
 * accepted too, since clients send it. */
int mailbox_name_decode(struct arena *arena, struct slice wire, struct slice *out) MUST_CHECK;
/* The same where both sides have agreed on UTF-8 (RFC 9051 section 5.1, RFC 9755
 * section 3): "&" is itself. */
int mailbox_name_decode_utf8(struct arena *arena, struct slice wire, struct slice *out) MUST_CHECK;
/* The modified UTF-7 of a UTF-8 name or pattern: appended without quoting. */
void mailbox_name_encode(struct slice name, struct buffer *out);

/* Splits a name as IMAP shows it into namespace and path. "inbox" in any
 * case is INBOX (as first level, too); one trailing separator is dropped.
 * -ERR_INVALID with the reason: empty level, control characters, too long,
 * too many levels, "*" or "%" are allowed. An "Other Users/<login>" that
 * names `login` itself is the personal name. */
int mailbox_path_parse(struct arena *arena, struct slice name, struct slice login,
                       struct mailbox_path *out) MUST_CHECK;
/* The reverse: the name as shown to `login`. Appended. */
void mailbox_path_render(const struct mailbox_path *path, struct buffer *out);
/* The path one level up; false when it has only one level. */
bool mailbox_path_parent(const struct mailbox_path *path, struct mailbox_path *parent_out);
bool mailbox_path_is_inbox(const struct mailbox_path *path);

/* LIST pattern match (RFC 3501 section 6.3.8): "*" any, "%" any but the
 * separator; INBOX compares without case. Both UTF-8. Runs in time
 * |name| × |pattern| at the worst. */
bool mailbox_name_matches(struct slice name, struct slice pattern);

#endif
