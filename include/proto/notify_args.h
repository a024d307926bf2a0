/*
 * NOTIFY's arguments to a notify_spec (RFC 5465 section 8).
 */
#ifndef POSTROOM_PROTO_NOTIFY_ARGS_H
#define POSTROOM_PROTO_NOTIFY_ARGS_H

#include "model/notify.h"
#include "proto/lexer.h"

enum { NOTIFY_GROUPS_MAX = 100, NOTIFY_NAMES_MAX = 1000 /* of all groups together */ };

/* From behind the command's name to its end; what it makes is in the lexer's arena, and may
 * point into its text. An event that is not known is no mistake: it makes `unsupported` true.
 * -ERR_SYNTAX; -ERR_LIMIT: over NOTIFY_GROUPS_MAX or NOTIFY_NAMES_MAX, or the lexer's items_max in
 * one list. */
int notify_args_parse(struct lexer *lexer, struct notify_spec *out) MUST_CHECK;

#endif
