/*
 * One LMTP command line (RFC 2033, RFC 5321 section 4.1) to a value; pure. Parameters of
 * MAIL and RCPT: SIZE (RFC 1870), BODY (RFC 6152, RFC 3030), SMTPUTF8 (RFC 6531), RET,
 * ENVID, NOTIFY, ORCPT (RFC 3461).
 */
#ifndef POSTROOM_PROTO_LMTP_COMMAND_H
#define POSTROOM_PROTO_LMTP_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "model/mail_address.h"

enum lmtp_verb {
    LMTP_LHLO,
    LMTP_MAIL,
    LMTP_RCPT,
    LMTP_DATA,
    LMTP_BDAT,
    LMTP_RSET,
    LMTP_NOOP,
    LMTP_VRFY,
    LMTP_STARTTLS,
    LMTP_QUIT,
    LMTP_HELO /* HELO, EHLO: this is no SMTP server (RFC 2033 section 4.1) */
};

enum lmtp_body { LMTP_BODY_7BIT, LMTP_BODY_8BITMIME, LMTP_BODY_BINARYMIME };

struct lmtp_command {
    enum lmtp_verb verb;
    struct slice domain;         /* LHLO: as the client calls itself */
    struct mail_address address; /* MAIL, RCPT */
    struct slice path;           /* the same as written, without "<" and ">" and a source route */
    bool null_path;              /* MAIL FROM:<> */
    uint64_t size;               /* MAIL: as declared, 0 when it is not; BDAT: of the chunk */
    enum lmtp_body body;
    bool utf8;                /* MAIL: SMTPUTF8 */
    bool last;                /* BDAT n LAST */
    struct slice envelope_id; /* MAIL: ENVID in xtext; empty without */
    struct slice original;    /* RCPT: ORCPT; empty without */
};

/* `line` is without its CRLF; slices point into it or the arena. -ERR_NOT_FOUND: no such
 * command (500). -ERR_SYNTAX: in its arguments (501). -ERR_INVALID: a parameter that is
 * not known (555). -ERR_CHARSET: an address beyond ASCII without SMTPUTF8 is up to the
 * caller, one that is not UTF-8 is refused here. -ERR_LIMIT. */
int lmtp_command_parse(struct slice line, struct arena *arena, struct lmtp_command *out) MUST_CHECK;

#endif
