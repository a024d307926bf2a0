/*
 * The rights of RFC 4314 as bits, and their algebra.
 */
#ifndef POSTROOM_MODEL_RIGHTS_H
#define POSTROOM_MODEL_RIGHTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

typedef uint32_t rights_mask;

/* RFC 4314 section 2.1. The values are stored in the database: never renumber. */
enum {
    RIGHT_LOOKUP = 1 << 0,          /* l: visible to LIST, LSUB; SUBSCRIBE */
    RIGHT_READ = 1 << 1,            /* r: SELECT, STATUS, FETCH, COPY from */
    RIGHT_SEEN = 1 << 2,            /* s: keep \Seen across sessions */
    RIGHT_WRITE = 1 << 3,           /* w: flags other than \Seen and \Deleted */
    RIGHT_INSERT = 1 << 4,          /* i: APPEND, COPY into */
    RIGHT_POST = 1 << 5,            /* p: mail may be sent to the mailbox */
    RIGHT_CREATE = 1 << 6,          /* k: CREATE below, RENAME to below */
    RIGHT_DELETE_MAILBOX = 1 << 7,  /* x: DELETE and RENAME the mailbox itself */
    RIGHT_DELETE_MESSAGES = 1 << 8, /* t: set or clear \Deleted */
    RIGHT_EXPUNGE = 1 << 9,         /* e: EXPUNGE, and as part of CLOSE */
    RIGHT_ADMINISTER = 1 << 10,     /* a: SETACL, DELETEACL, GETACL, LISTRIGHTS */
    RIGHTS_ALL = (1 << 11) - 1,
    RIGHTS_NONE = 0
};

/* The rights a mailbox's owner has whatever the ACL says (RFC 4314 section 6). */
#define RIGHTS_OWNER_KEEPS (RIGHT_LOOKUP | RIGHT_ADMINISTER)

/* Letters to bits; `c` means k and x, `d` means e and t (RFC 4314 section
 * 2.1.1). -ERR_INVALID names the first letter that is no right. */
int rights_parse(struct slice letters, rights_mask *out) MUST_CHECK;
/* In the order lrswipkxtea, as MYRIGHTS and GETACL show them. With `legacy`
 * the virtual rights c and d follow as RFC 4314 section 2.1.1 has servers do. */
void rights_render(rights_mask rights, bool legacy, struct buffer *out);

enum rights_change { RIGHTS_REPLACE, RIGHTS_ADD, RIGHTS_REMOVE };
/* "lrs", "+w", "-te" as SETACL and postroomctl take them. */
int rights_change_parse(struct slice text, enum rights_change *change_out,
                        rights_mask *rights_out) MUST_CHECK;
rights_mask rights_change_apply(rights_mask old, enum rights_change change, rights_mask rights);

#endif
