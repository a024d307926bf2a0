/*
 * A command is data: one row says what it is called, when it may come, how it
 * is parsed, which rights it needs and what it does. The dispatcher alone
 * checks state and rights. docs/add-a-command.md walks through it.
 */
#ifndef POSTROOM_IMAP_COMMAND_H
#define POSTROOM_IMAP_COMMAND_H

#include "base/arena.h"
#include "base/buffer.h"
#include "imap/server.h"
#include "mail/acl.h"
#include "model/rights.h"
#include "progress.h"
#include "proto/lexer.h"
#include "session.h"

enum {
    TRAIT_UID = 1,             /* has a UID form (RFC 3501 section 6.4.8) */
    TRAIT_WRITES = 2,          /* needs the mailbox selected read-write */
    TRAIT_GIVES_BACK = 64,     /* though it writes, also works on what was deleted (MOVE) */
    TRAIT_KEEPS_NUMBERS = 4,   /* no EXPUNGE at its end: message numbers are in use (section 7.4.1);
                                  its UID form may have them */
    TRAIT_STREAMS_LITERAL = 8, /* the last literal is read by run() itself (APPEND, REPLACE) */
    TRAIT_LEAVES_MAILBOX = 16, /* nothing is selected from its start, even when it fails (SELECT) */
    TRAIT_NAMES_NONE = 128,    /* its form without UID names no messages (EXPUNGE) */
    TRAIT_SHOWS_NOW = 32, /* tells the news before it runs, too: what it shows is up to date (FETCH,
                             SEARCH). Not for what changes messages: "1:*" must not come to mean
                             those the client has not heard of when it sent the command */
};

/* What a command asks for before it runs. */
enum rights_subject {
    RIGHTS_OF_NOTHING,
    RIGHTS_OF_SELECTED,
    RIGHTS_OF_MAILBOX /* `name` */
};
struct rights_wanted {
    enum rights_subject subject;
    struct slice name;
    rights_mask all;    /* every one of these */
    rights_mask any;    /* and at least one of these, if any are named */
    bool try_create;    /* absent: NO [TRYCREATE] (COPY, APPEND) */
    bool may_be_absent; /* absent: run() gets no grant, and finds out what there is */
    bool rechecked; /* the writer does, under the mailbox's lock: the grant of an earlier command
                       will do (-ERR_STALE when it does not) */
};
enum { COMMAND_GRANTS = 2 };

struct command {
    const struct imap_command *row;
    struct slice tag;
    bool uid;                                   /* the UID form */
    struct arena *arena;                        /* the command's */
    void *args;                                 /* row->args_size octets, zeroed before parse */
    const struct grant *grants[COMMAND_GRANTS]; /* in the order of wanted */
    struct rights_wanted wanted[COMMAND_GRANTS];
    bool recalled; /* one of them is of an earlier command: its mailbox may be gone, and another
                      one have the name */
    bool streams;  /* a literal follows, not yet asked for */
    bool literal_synchronising;
    uint64_t literal_size;
    char refusal[160];   /* response code of the tagged NO or BAD; "": by the error (reply.c) */
    const char *bad_url; /* the same, when it is BADURL (RFC 4469), which may be long */
    struct buffer code;  /* response code of the tagged OK, "[APPENDUID 1 2]" */
    const char *text;    /* text of the tagged OK; NULL: "NAME completed" */
    bool names_numbers;  /* its UID form, too: no EXPUNGE at its end (UID SEARCH 1:3) */
    bool tells_modseq;   /* with QRESYNC, the tagged OK says what the client knows */
    bool refreshed;      /* by a pulse, before run() */
    bool met_mailbox;    /* without it: the writer knew how far the mailbox is */
    uint32_t ended_at;   /* of more messages than it may (message_limit.h) it did those from this
                            UID on; 0: all */
    bool silent_end;     /* run() has sent the tagged reply itself */
    struct progress progress;
    struct content_request *ahead; /* what ask_ahead() has asked for; dropped at the end */
};

struct imap_command {
    const char *name;
    const char *rfc;
    const char *capability; /* advertised with it; NULL: none of its own */
    unsigned states;        /* STATE_ bits */
    unsigned traits;        /* TRAIT_ bits */
    size_t args_size;
    /* Pure: from text to args, in the command's arena. NULL: no arguments. */
    int (*parse)(struct lexer *lexer, void *args);
    /* What is BAD for what the session has enabled, of a command that changes its state before it
     * runs: "a rejected command never changes the state of the connection or of the selected
     * mailbox" (RFC 3501 section 6). NULL: nothing. */
    int (*check)(const struct session *session, struct command *command);
    /* ENABLED_ bits that it switches on before it runs (RFC 7162 section 3.1). NULL: none. */
    unsigned (*enables)(const void *args);
    /* Which rights; `wanted` has COMMAND_GRANTS zeroed entries. NULL: none. */
    void (*rights)(const void *args, bool uid, struct rights_wanted *wanted);
    /* Whether the writer finds out under the mailbox's lock all that the pulse says
     * (mail/pulse.h): then the first attempt goes without, and run() says in met_mailbox
     * whether the writer was asked at all. NULL: never. */
    bool (*needs_no_pulse)(const struct session *session, const void *args);
    /* Asks for what run() is going to read, while the pulse that confirms the rights is under
     * way: one round trip instead of two. Must not park nor send; run() may do without what
     * it was. NULL: nothing. */
    void (*ask_ahead)(struct session *session, struct command *command);
    /* Reads like the RFC. 0: tagged OK follows. -ERR_STALE before anything
     * was sent: the dispatcher asks for the rights again and runs it anew. */
    int (*run)(struct session *session, struct command *command);
    /* Follows from a tagged NO, wherever it comes from; a mistake in the arguments may have
     * left the last of them out. NULL: nothing. */
    void (*refused)(struct session *session, const void *args);
};

/* NULL when there is none of that name (ASCII case ignored). */
const struct imap_command *command_find(struct slice name);
/* NULL-terminated, in the order of command_table.c. */
const struct imap_command *const *command_all(void);
/* Refuses what names messages by number (RFC 9586 section 3): -ERR_SYNTAX. */
int command_refuse_numbers(struct command *command);

#endif
