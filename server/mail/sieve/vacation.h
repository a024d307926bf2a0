/*
 * Whether a message is one that a vacation action may answer, and what its reply is made of, in
 * all that needs no memory (RFC 5230, RFC 3834).
 */
#ifndef POSTROOM_MAIL_SIEVE_VACATION_H
#define POSTROOM_MAIL_SIEVE_VACATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

enum {
    SIEVE_VACATION_DAYS = 7,      /* when the script does not say */
    SIEVE_VACATION_DAYS_MAX = 90, /* RFC 5230 section 4.1: more than 30 */
    SIEVE_VACATION_SECONDS_MIN = 60
};

/* The time for which somebody gets one reply only: what :days or :seconds asks for, within our
 * limits (RFC 5230 section 4.1, RFC 6131 section 2). */
uint32_t sieve_vacation_seconds(uint64_t asked);

/* Whether a program sent the message with that header (RFC 3834 section 5). */
bool sieve_is_automatic(struct slice header);

struct sieve_vacation {
    struct slice header;         /* of the message */
    struct slice sender;         /* of its envelope */
    struct slice recipient;      /* of its envelope */
    struct slice own_addresses;  /* of the owner, separated by spaces */
    const struct slice *aliases; /* :addresses */
    size_t alias_count;
};
/* *why_not_out: why there is no reply, a part of a sentence; NULL: it is due. -ERR_NO_MEMORY. */
int sieve_vacation_judge(const struct sieve_vacation *vacation, struct arena *arena,
                         const char **why_not_out) MUST_CHECK;

/* The subject that a reply has when the script names none: "Auto: " and that of the message
 * (RFC 5230 section 4.3). */
int sieve_vacation_subject(struct slice header, struct arena *arena, struct slice *out) MUST_CHECK;

/* What tells replies apart that were given no :handle: what they say (RFC 5230 section 4.2). */
int sieve_vacation_handle(struct slice subject, struct slice from, bool is_mime,
                          struct slice reason, struct arena *arena, struct slice *out) MUST_CHECK;

#endif
