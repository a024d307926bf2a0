/*
 * The arguments of SORT and THREAD that come before the search program (RFC 5256 section 5).
 */
#ifndef POSTROOM_PROTO_SORT_ARGS_H
#define POSTROOM_PROTO_SORT_ARGS_H

#include "model/sort.h"
#include "proto/lexer.h"

/* sort-criteria; *out is zeroed before. */
int sort_program_parse(struct lexer *lexer, struct sort_program *out) MUST_CHECK;
/* thread-alg */
int thread_algorithm_parse(struct lexer *lexer, enum thread_algorithm *out) MUST_CHECK;

#endif
