/*
 * FETCH's item list to a fetch_spec (RFC 3501 section 6.4.5): macros ALL,
 * FAST, FULL, single items, parenthesised lists, all sections and partials.
 */
#ifndef POSTROOM_PROTO_FETCH_ARGS_H
#define POSTROOM_PROTO_FETCH_ARGS_H

#include "base/buffer.h"
#include "model/fetch.h"
#include "proto/lexer.h"

enum { FETCH_ITEMS_MAX = 1000 };

/* -ERR_SYNTAX; -ERR_LIMIT: over FETCH_ITEMS_MAX, FETCH_SECTION_DEPTH_MAX or
 * the lexer's items_max in one list of header names. An item asked for twice
 * is there once; of BODY[x] and BODY.PEEK[x] the first stays and sets \Seen. */
int fetch_args_parse(struct lexer *lexer, struct fetch_spec *out) MUST_CHECK;
/* The item's name as the reply shows it: "BODY[1.2.HEADER.FIELDS (From)]<0>",
 * "RFC822.SIZE". Appended. */
void fetch_item_render_name(const struct fetch_item *item, struct buffer *out);

#endif
