/*
 * Inside base: i;unicode-casemap (RFC 5051) of one code point, in ICU's types.
 */
#ifndef POSTROOM_SERVER_BASE_CASEMAP_H
#define POSTROOM_SERVER_BASE_CASEMAP_H

#include <unicode/utypes.h>

enum { CASEMAP_MAX = 32 }; /* units; U+FDFA becomes 18, the most there is */

/* Writes what c is compared as: its titlecase, decomposed (section 2). Returns the number of
 * units, 0 when ICU's data are not there. */
int32_t casemap(UChar32 c, UChar mapped[CASEMAP_MAX]);

#endif
