/*
 * SEARCH's program to a tree (RFC 3501 section 6.4.4), CHARSET included.
 * Strings are converted to UTF-8 and folded.
 *
 * What evaluators need not know is gone from the tree: UNSEEN is NOT FLAG,
 * OLD is NOT RECENT, NEW is AND (RECENT, NOT FLAG), FROM is HEADER From; an
 * OR whose second key is an OR is one OR with three children.
 */
#ifndef POSTROOM_PROTO_SEARCH_ARGS_H
#define POSTROOM_PROTO_SEARCH_ARGS_H

#include "model/search.h"
#include "model/search_return.h"
#include "proto/lexer.h"

/* -ERR_CHARSET: unknown charset, or a string that is not in it, answered with
 * NO [BADCHARSET (…)]. Without CHARSET strings are UTF-8.
 * -ERR_LIMIT: nested or long beyond SEARCH_DEPTH_MAX, SEARCH_NODES_MAX. */
int search_args_parse(struct lexer *lexer, struct search_node **out) MUST_CHECK;
/* search-criteria of SORT and THREAD (RFC 5256 section 5): the charset is always there. */
int search_criteria_parse(struct lexer *lexer, struct search_node **out) MUST_CHECK;

/* [RETURN "(" options ")" SP], which comes before that. What is read before a mistake is in
 * *out, a zeroed one. */
int search_return_parse(struct lexer *lexer, struct search_return *out) MUST_CHECK;

#endif
