/*
 * What a client can switch on (RFC 5161), and what follows from it.
 */
#ifndef POSTROOM_IMAP_EXTENSION_H
#define POSTROOM_IMAP_EXTENSION_H

#include "base/error.h"
#include "session.h"

struct extension {
    const char *name; /* as ENABLE and CAPABILITY have it; NULL behind the last */
    unsigned enables; /* ENABLED_ bits */
};
extern const struct extension extensions[];

/* Switches these on, for as long as the connection lasts. The first time that a
 * client asks for modseqs in a selected mailbox it is told how far it knows it
 * (RFC 7162 section 3.1). */
int extension_enable(struct session *session, unsigned bits) MUST_CHECK;

#endif
