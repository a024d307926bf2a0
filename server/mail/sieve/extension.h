/*
 * Inside Sieve: the extensions, as require and ihave name them.
 */
#ifndef POSTROOM_MAIL_SIEVE_EXTENSION_H
#define POSTROOM_MAIL_SIEVE_EXTENSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

/* What we have: ROW(identifier, name, the set of those it brings with it). In the order of
 * names: that is how they are advertised. A new one is a line here. */
/* clang-format off */
#define SIEVE_EXTENSIONS(ROW)                                                       \
    ROW(BODY, "body", 0)                                       /* RFC 5173 */      \
    ROW(COMPARATOR_CASEMAP, "comparator-i;ascii-casemap", 0)   /* RFC 4790 */      \
    ROW(COMPARATOR_NUMERIC, "comparator-i;ascii-numeric", 0)   /* RFC 4790 */      \
    ROW(COMPARATOR_OCTET, "comparator-i;octet", 0)             /* RFC 4790 */      \
    ROW(COMPARATOR_UNICODE, "comparator-i;unicode-casemap", 0) /* RFC 5051 */      \
    ROW(COPY, "copy", 0)                                       /* RFC 3894 */      \
    ROW(DATE, "date", 0)                                       /* RFC 5260 */      \
    ROW(DUPLICATE, "duplicate", 0)                             /* RFC 7352 */      \
    ROW(EDITHEADER, "editheader", 0)                           /* RFC 5293 */      \
    ROW(ENCLOSE, "enclose", 0)                                 /* RFC 5703 */      \
    ROW(ENCODED_CHARACTER, "encoded-character", 0)             /* RFC 5228 2.4.2.4 */ \
    ROW(ENOTIFY, "enotify", 0)                                 /* RFC 5435 */      \
    ROW(ENVELOPE, "envelope", 0)                               /* RFC 5228 5.4 */  \
    ROW(ENVIRONMENT, "environment", 0)                         /* RFC 5183 */      \
    ROW(EREJECT, "ereject", 0)                                 /* RFC 5429 */      \
    ROW(EXTRACTTEXT, "extracttext", 0)                         /* RFC 5703 */      \
    ROW(FILEINTO, "fileinto", 0)                               /* RFC 5228 4.1 */  \
    ROW(FOREVERYPART, "foreverypart", 0)                       /* RFC 5703 */      \
    ROW(IHAVE, "ihave", 0)                                     /* RFC 5463 */      \
    ROW(IMAP4FLAGS, "imap4flags", 0)                           /* RFC 5232 */      \
    ROW(IMAPSIEVE, "imapsieve", 0)                             /* RFC 6785 */      \
    ROW(INCLUDE, "include", 0)                                 /* RFC 6609 */      \
    ROW(INDEX, "index", 0)                                     /* RFC 5260 6 */    \
    ROW(MAILBOX, "mailbox", 0)                                 /* RFC 5490 */      \
    ROW(MAILBOXID, "mailboxid", 0)                             /* RFC 9042 */      \
    ROW(MBOXMETADATA, "mboxmetadata", 0)                       /* RFC 5490 */      \
    ROW(MIME, "mime", 0)                                       /* RFC 5703 */      \
    ROW(REGEX, "regex", 0)                                     /* draft-ietf-sieve-regex */ \
    ROW(REJECT, "reject", 0)                                   /* RFC 5429 */      \
    ROW(RELATIONAL, "relational", 0)                           /* RFC 5231 */      \
    ROW(REPLACE, "replace", 0)                                 /* RFC 5703 */      \
    ROW(SERVERMETADATA, "servermetadata", 0)                   /* RFC 5490 */      \
    ROW(SPECIAL_USE, "special-use", 0)                         /* RFC 8579 */      \
    ROW(SUBADDRESS, "subaddress", 0)                           /* RFC 5233 */      \
    ROW(VACATION, "vacation", 0)                               /* RFC 5230 */      \
    ROW(VACATION_SECONDS, "vacation-seconds", SIEVE_EXTENSION_BIT(SIEVE_EXT_VACATION)) /* RFC 6131 */ \
    ROW(VARIABLES, "variables", 0)                             /* RFC 5229 */
/* clang-format on */

enum sieve_extension {
    SIEVE_EXT_NONE, /* no require needed */
#define SIEVE_EXTENSION_ENUM(identifier, name, implied) SIEVE_EXT_##identifier,
    SIEVE_EXTENSIONS(SIEVE_EXTENSION_ENUM)
#undef SIEVE_EXTENSION_ENUM
        SIEVE_EXT_COUNT
};

/* A set of extensions: bit n is enum sieve_extension n. */
typedef uint64_t sieve_extension_set;
#define SIEVE_EXTENSION_BIT(extension) ((sieve_extension_set)1 << (extension))

/* What a script has without requiring it. */
sieve_extension_set sieve_extensions_built_in(void);
/* What requiring that name brings; 0: we don't have it. Names are compared as octets. */
sieve_extension_set sieve_extension_find(struct slice name);
/* "fileinto". */
const char *sieve_extension_name(enum sieve_extension extension);

#endif
