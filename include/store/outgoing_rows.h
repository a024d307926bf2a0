/*
 * Mail that waits to be sent: rows of outgoing, and outgoing_memory beside it. Whoever takes one
 * holds it for a time; who is killed meanwhile loses nothing, as another takes it after that.
 */
#ifndef POSTROOM_STORE_OUTGOING_ROWS_H
#define POSTROOM_STORE_OUTGOING_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/slice.h"
#include "store/database.h"

enum { OUTGOING_PROBLEM_MAX = 500 };

struct outgoing_mail {
    struct slice kind;        /* "redirect", "vacation", "notify" */
    struct slice written_for; /* the address whose script wants it sent */
    struct slice sender;      /* of the envelope; empty: <> */
    struct slice recipient;
    struct slice fields; /* before the message's own */
    int64_t message_id;  /* 0: the letter is the whole mail */
    struct slice letter;
    int64_t home_id; /* the mailbox that gets it when nobody takes it; 0: none */
};

/* Mail that a delivery queues (store/deliveries.h), unless the same digest was queued in the last
 * `remembered` seconds. */
struct outgoing_order {
    struct outgoing_mail mail;
    uint8_t digest[SHA256_SIZE]; /* of whose script sends what to whom */
    uint32_t remembered;
    uint32_t lifetime; /* seconds until it is given up */
    uint64_t seal;     /* of the message, as in append_item */
};

struct outgoing_claim {
    int64_t id;
    int64_t attempt;   /* proof of who holds it */
    int64_t deferrals; /* how often the mail server has said that it does not take it now */
    struct outgoing_mail mail;
    uint64_t size;        /* without the fields */
    bool refused;         /* nobody takes it */
    bool expired;         /* it has waited for too long */
    struct slice problem; /* of the attempt before */
};
/* The one that has waited longest, for so many seconds. -ERR_NOT_FOUND: none is due. */
int outgoing_rows_claim(struct database *database, uint32_t seconds, struct arena *arena,
                        struct outgoing_claim *out) MUST_CHECK;
/* -ERR_STALE in these three: somebody else holds it by now. */
int outgoing_rows_renew(struct database *database, const struct outgoing_claim *claim,
                        uint32_t seconds) MUST_CHECK;
enum outgoing_outcome {
    OUTGOING_UNREACHED, /* nobody could be asked */
    OUTGOING_DEFERRED,  /* not now */
    OUTGOING_REFUSED    /* never: nobody sends it any more */
};
/* Gives it back until so many seconds have passed. problem: UTF-8. */
int outgoing_rows_defer(struct database *database, const struct outgoing_claim *claim,
                        uint32_t seconds, struct slice problem,
                        enum outgoing_outcome outcome) MUST_CHECK;
/* It is done with; content goes with it that nobody else refers to. */
int outgoing_rows_finish(struct database *database, const struct outgoing_claim *claim) MUST_CHECK;
/* In how many milliseconds the next one is due; INT64_MAX: there is none. */
int outgoing_rows_next(struct database *database, int64_t *out) MUST_CHECK;

/* For the administrator. */
struct outgoing_row {
    int64_t id;
    struct slice kind, written_for, sender, recipient;
    int64_t queued_at, due_at; /* microseconds since 1970 */
    int64_t attempts;
    uint64_t size;
    struct slice state; /* "waiting", "sending", "refused" */
    struct slice problem;
};
/* The oldest first. */
int outgoing_rows_list(struct database *database, uint32_t limit, struct arena *arena,
                       struct outgoing_row **rows_out, size_t *count_out) MUST_CHECK;
/* Makes it due now, or with id 0 all; *count_out: how many. */
int outgoing_rows_hurry(struct database *database, int64_t id, size_t *count_out) MUST_CHECK;
/* Whoever holds it. -ERR_NOT_FOUND */
int outgoing_rows_delete(struct database *database, int64_t id) MUST_CHECK;

/* Of a user, or of a mailbox (the other is 0), separated by spaces. */
int outgoing_rows_own_addresses(struct database *database, int64_t user_id, int64_t mailbox_id,
                                struct arena *arena, struct slice *out) MUST_CHECK;
/* What mail is sent from, that is the mailbox's (0: none), or else the user's; may be empty. */
int outgoing_rows_sender(struct database *database, int64_t user_id, int64_t mailbox_id,
                         struct arena *arena, struct slice *out) MUST_CHECK;
/* Housekeeping, as in store/messages.h. */
int outgoing_rows_forget(struct database *database, uint32_t limit, uint32_t *done_out) MUST_CHECK;

#endif
