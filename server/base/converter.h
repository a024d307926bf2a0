/*
 * ICU's converters by charset name. Opening one costs far more than
 * converting a header with it, so the last few stay open. Private to text.
 */
#ifndef POSTROOM_SERVER_BASE_CONVERTER_H
#define POSTROOM_SERVER_BASE_CONVERTER_H

#include <unicode/ucnv.h>

#include "base/slice.h"

/* A converter in its initial state; the caller sets its callback. Owned by
 * the cache, valid until the next call. NULL when ICU has none of that name. */
UConverter *converter_get(struct slice charset);
/* The one that writes UTF-8, likewise. Not from the same cache, so it does
 * not end the validity of the other. */
UConverter *converter_utf8(void);

#endif
