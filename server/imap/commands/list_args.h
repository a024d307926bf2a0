/*
 * What LIST and LSUB are asked (RFC 3501 section 6.3.8, 6.3.9; RFC 5258 section 6; RFC 5819
 * section 4, RFC 6154 section 6, RFC 8440 section 5). Pure.
 */
#ifndef POSTROOM_IMAP_COMMANDS_LIST_ARGS_H
#define POSTROOM_IMAP_COMMANDS_LIST_ARGS_H

#include "mail/listing.h"
#include "proto/lexer.h"
#include "status.h"

struct list_args {
    struct list_query query;
    struct slice pattern; /* when there is only one: query.patterns points to it */
    bool extended;        /* has options, or patterns in parentheses (RFC 5258 section 3) */
    struct status_items status;
};

/* Unknown options are -ERR_SYNTAX. */
int list_args_parse(struct lexer *lexer, struct list_args *out) MUST_CHECK;
int list_args_parse_lsub(struct lexer *lexer, struct list_args *out) MUST_CHECK;
/* "\"SUBSCRIBED\"": the selection options by which something below a name may have been
 * selected, for CHILDINFO. Appended. */
void list_args_render_selection(const struct list_args *args, struct buffer *out);

#endif
