/*
 * What the files of the lexer share: consuming a run of octets of one class.
 */
#ifndef POSTROOM_PROTO_LEXER_TAKE_H
#define POSTROOM_PROTO_LEXER_TAKE_H

#include "proto/lexer.h"

/* The longest run of octets that `is_member` accepts, maybe empty. */
struct slice lexer_take(struct lexer *lexer, bool (*is_member)(char));
/* The longest run of decimal digits, maybe empty. */
struct slice lexer_take_digits(struct lexer *lexer);

#endif
