/*
 * The messages of APPEND (RFC 3501 section 6.3.11), of which there may be several (RFC 3502),
 * and of REPLACE (RFC 8508): each a literal, or put together from parts (CATENATE, RFC 4469).
 *
 * The text between two literals is one piece, and is read when it has come: what is read ends
 * with the command, or with a part whose octets follow.
 */
#ifndef POSTROOM_IMAP_COMMANDS_APPEND_ARGS_H
#define POSTROOM_IMAP_COMMANDS_APPEND_ARGS_H

#include "mail/content.h"
#include "model/flags.h"
#include "proto/lexer.h"

struct append_part {
    bool is_url;
    bool is_literal;  /* its octets follow the text */
    struct slice url; /* when they don't */
    uint64_t size;    /* of the literal */
    struct append_part *next;
};

struct append_message {
    struct flag_names flags;
    int64_t internal_date; /* microseconds; INT64_MIN: now */
    struct append_part *parts;
    struct intake_result stored;
    struct append_message *next;
};

struct append_messages {
    struct append_message *first, *last;
    size_t count;
    struct append_part *last_part;
    size_t part_count;    /* of the last message */
    bool in_catenate;     /* its list of parts goes on */
    bool in_utf8_literal; /* "UTF8 (~{n}" (RFC 6855 section 4): ")" is due */
    bool only_one;        /* there may not be several */
    bool begun;           /* octets have come: a second attempt can't ask for them again, ... */
    bool received;        /* ... but may have all of them */
};

/* Reads the text on: 1*(SP [flag-list SP] [date-time SP] data), or what is left of that behind
 * a literal. -ERR_LIMIT for more than lexer->items_max messages, or parts of one. */
int append_messages_parse(struct lexer *lexer, struct append_messages *messages) MUST_CHECK;
/* At the end of the command. -ERR_SYNTAX when something is still due. */
int append_messages_check_whole(const struct append_messages *messages) MUST_CHECK;

#endif
