/*
 * One ManageSieve command (RFC 5804 section 4) to a value; pure. The text comes from a
 * command reader: a whole command with the octets of its literals, without its last CRLF.
 */
#ifndef POSTROOM_PROTO_SIEVE_COMMAND_H
#define POSTROOM_PROTO_SIEVE_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

enum sieve_verb {
    SIEVE_VERB_AUTHENTICATE,
    SIEVE_VERB_STARTTLS,
    SIEVE_VERB_LOGOUT,
    SIEVE_VERB_CAPABILITY,
    SIEVE_VERB_HAVESPACE,
    SIEVE_VERB_PUTSCRIPT,
    SIEVE_VERB_LISTSCRIPTS,
    SIEVE_VERB_SETACTIVE,
    SIEVE_VERB_GETSCRIPT,
    SIEVE_VERB_DELETESCRIPT,
    SIEVE_VERB_RENAMESCRIPT,
    SIEVE_VERB_CHECKSCRIPT,
    SIEVE_VERB_NOOP,
    SIEVE_VERB_UNAUTHENTICATE,
    SIEVE_VERB_COUNT
};

struct sieve_command {
    enum sieve_verb verb;
    struct slice name;     /* of the script; SETACTIVE: empty for none */
    struct slice new_name; /* RENAMESCRIPT */
    struct slice script;   /* PUTSCRIPT, CHECKSCRIPT: as it came */
    uint32_t size;         /* HAVESPACE */
    struct slice text;     /* AUTHENTICATE: the mechanism; NOOP: the tag, data NULL without */
    struct slice initial;  /* AUTHENTICATE: in base64, data NULL without */
};

/* Octets of a script's name (RFC 5804 section 1.6: at least 512). */
enum { SIEVE_COMMAND_NAME_MAX = 512 };

/* Slices point into the text or the arena. -ERR_NOT_FOUND: no such command. -ERR_SYNTAX: in
 * its arguments. -ERR_INVALID: a name that no script can have. */
int sieve_command_parse(struct slice text, struct arena *arena,
                        struct sieve_command *out) MUST_CHECK;
/* A line that is one string and nothing else: an answer in AUTHENTICATE (section 2.1). */
int sieve_command_parse_answer(struct slice text, struct arena *arena,
                               struct slice *out) MUST_CHECK;
/* Whether what has come of a command so far begins one that has a script: its literals may
 * be as long as one. */
bool sieve_command_has_script(struct slice text);

#endif
