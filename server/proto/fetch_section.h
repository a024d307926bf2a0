/*
 * What stands between the brackets of BODY[...], and the partial behind them.
 */
#ifndef POSTROOM_PROTO_FETCH_SECTION_H
#define POSTROOM_PROTO_FETCH_SECTION_H

#include "base/buffer.h"
#include "model/fetch.h"
#include "proto/lexer.h"

/* The cursor is behind "["; fills in section, numbers, fields and partial. */
int fetch_section_parse(struct lexer *lexer, struct fetch_item *item) MUST_CHECK;
/* "[1.HEADER]<0>" */
void fetch_section_render(const struct fetch_item *item, struct buffer *out);
/* Whether both name the same octets. */
bool fetch_section_equal(const struct fetch_item *a, const struct fetch_item *b);

#endif
