/*
 * New messages as plain SQL: the rows that an APPEND or a delivery makes, one
 * transaction and one round trip for each operation.
 */
#ifndef POSTROOM_BENCH_INSERTS_H
#define POSTROOM_BENCH_INSERTS_H

#include "../bench.h"
#include "../result.h"

struct inserts {
    struct bench *bench;
    unsigned connections;
    const int64_t *mailboxes; /* ids; the connections take turns at them */
    unsigned mailbox_count;
    uint32_t size; /* as fixture_size() has it */
    uint32_t head; /* octets more, which a server adds to each */
    uint32_t batch;
    void (*stored)(void *arg, int64_t since); /* after each, before the next; NULL: nobody */
    void *stored_arg;
    uint64_t sent; /* set by inserts_run, like what follows */
    uint64_t octets;
};

void inserts_run(struct inserts *inserts, struct result *result);

/* Where the i-th message of a connection goes: no two connections that are equally
 * fast meet, unless there are more of them than mailboxes. */
unsigned inserts_turn(unsigned connection, unsigned connections, uint64_t i, unsigned mailboxes);

#endif
