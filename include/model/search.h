/*
 * A search program (RFC 3501 section 6.4.4) as a tree. Made by
 * proto/search_args.h in the command's arena; strings are converted to UTF-8
 * and folded (text_fold) by the parser, so that evaluation is pure matching.
 */
#ifndef POSTROOM_MODEL_SEARCH_H
#define POSTROOM_MODEL_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "model/flags.h"
#include "model/uidset.h"

enum search_kind {
    SEARCH_ALL,
    SEARCH_AND,      /* children */
    SEARCH_OR,       /* children */
    SEARCH_NOT,      /* one child */
    SEARCH_SEQUENCE, /* sequence: message numbers */
    SEARCH_UID,      /* sequence: UIDs */
    SEARCH_FLAG,     /* flag: one system flag bit is set (UNSEEN is NOT of it) */
    SEARCH_KEYWORD,  /* name */
    SEARCH_RECENT,
    SEARCH_LARGER, /* number: octets */
    SEARCH_SMALLER,
    SEARCH_MODSEQ, /* number: this modseq or a higher one (RFC 7162 section 3.1.5) */
    SEARCH_OLDER,  /* number: seconds since it came (RFC 5032) */
    SEARCH_YOUNGER,
    SEARCH_BEFORE, /* day: internal date, disregarding time and zone */
    SEARCH_ON,
    SEARCH_SINCE,
    SEARCH_SAVED_BEFORE, /* day: when it came to the mailbox (RFC 8514 section 4.3) */
    SEARCH_SAVED_ON,
    SEARCH_SAVED_SINCE,
    SEARCH_EMAILID,     /* number: the message's id; 0: of none (RFC 8474 section 6) */
    SEARCH_THREADID,    /* number: the thread's id, an int64_t; 0: of none */
    SEARCH_SENT_BEFORE, /* day: Date: header */
    SEARCH_SENT_ON,
    SEARCH_SENT_SINCE,
    SEARCH_HEADER, /* name (as written), text (folded; empty: the field exists) */
    SEARCH_BODY,   /* text, folded */
    SEARCH_TEXT    /* text, folded: header or body */
};

struct search_node {
    enum search_kind kind;
    struct search_node *first_child; /* AND, OR, NOT */
    struct search_node *next;        /* the next sibling */
    struct sequence_set sequence;
    flag_mask flag;
    uint64_t number;
    int64_t day; /* since 1970-01-01 */
    struct slice name;
    struct slice text;
};

/* Whether one of the keys is of this kind. */
bool search_has(const struct search_node *node, enum search_kind kind);
/* Whether one of the keys names messages by number; "$" does not. */
bool search_has_numbers(const struct search_node *node);

enum { SEARCH_DEPTH_MAX = 100, SEARCH_NODES_MAX = 10000 };

#endif
