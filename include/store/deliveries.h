/*
 * What a message comes to for one recipient: into mailboxes, into the memory of a filter, out
 * again. All
 * of it happens in one transaction, or nothing.
 */
#ifndef POSTROOM_STORE_DELIVERIES_H
#define POSTROOM_STORE_DELIVERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "store/change.h"
#include "store/database.h"
#include "store/outgoing_rows.h"

/* An identifier that a script has asked about (RFC 7352), each of an owner's own. */
struct identifier {
    uint8_t digest[SHA256_SIZE]; /* of whose it is and the identifier */
    uint32_t seconds;            /* for which it is remembered */
    bool seen_before;            /* and is seen again; else nobody must have seen it by now */
};
/* Beyond these the oldest of an owner's go. */
enum { IDENTIFIERS_MAX = 10000 };

int identifiers_is_seen(struct database *database, const uint8_t digest[SHA256_SIZE],
                        uint32_t seconds, bool *out) MUST_CHECK;
/* As the sweeps of store/messages.h; each has its own time. */
int identifiers_sweep(struct database *database, uint32_t limit, uint32_t *done_out) MUST_CHECK;

struct delivery_batch {
    struct change *changes; /* with a duplicate_window CHANGE_APPEND, of one stored message each */
    size_t change_count;
    uint32_t duplicate_window; /* a mailbox to which a message with the same Message-ID came in
                                  so many seconds is left out, looked up under its lock: among
                                  its 1,000 youngest. 0: none is */
    int64_t user_id;           /* whose identifiers: one of these is 0 */
    int64_t mailbox_id;
    const struct identifier *identifiers; /* each once */
    size_t identifier_count;
    const struct outgoing_order *orders; /* in the order of their digests */
    size_t order_count;
    const struct outgoing_claim *claim; /* leaves the queue with it; NULL: none does */
};

/* 0: committed and flushed; changes that were left out have no row.modseq. -ERR_STALE: rights
 * have changed, another delivery has remembered an identifier first, or somebody else holds the
 * claim; a change's failure;
 * -ERR_UNAVAILABLE, -ERR_IN_DOUBT. Whatever comes of it, the caller clears the changes. */
int delivery_batch_run(struct database *database, const struct delivery_batch *batch) MUST_CHECK;

#endif
