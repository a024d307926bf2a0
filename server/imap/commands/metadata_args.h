/*
 * What GETMETADATA and SETMETADATA are asked (RFC 5464 section 5). Pure.
 */
#ifndef POSTROOM_IMAP_COMMANDS_METADATA_ARGS_H
#define POSTROOM_IMAP_COMMANDS_METADATA_ARGS_H

#include "mail/annotation.h"
#include "proto/lexer.h"

enum { METADATA_ENTRIES_MAX = 256 }; /* of one command */

struct metadata_args {
    struct slice mailbox;
    bool of_server;                 /* the mailbox is the empty string */
    struct annotation_query query;  /* GETMETADATA */
    struct annotation *annotations; /* SETMETADATA */
    size_t count;
};

int metadata_args_parse_get(struct lexer *lexer, struct metadata_args *out) MUST_CHECK;
int metadata_args_parse_set(struct lexer *lexer, struct metadata_args *out) MUST_CHECK;

/* entries: one, or several in parentheses. -ERR_LIMIT: too many. */
int metadata_entries_parse(struct lexer *lexer, const struct slice **entries_out,
                           size_t *count_out) MUST_CHECK;

#endif
