/*
 * Many idling members of one shared mailbox, and what they hear.
 */
#ifndef POSTROOM_BENCH_CROWD_H
#define POSTROOM_BENCH_CROWD_H

#include "../client.h"
#include "../result.h"

/* `expected` and the sample of a round concern the message on its way. */
struct crowd {
    struct client *clients;
    struct member *members;
    unsigned count;
    unsigned idling;
    uint32_t expected; /* EXISTS that says the message has come; 0: none is on its way */
    int64_t sent_at;
    unsigned reached;
    struct samples *latencies;
    int64_t stored_at;      /* the append's OK; 0: it has not come */
    struct samples *spread; /* how long after that OK; NULL: nobody asks */
};

/* Connects them as bob, alice, bob …; all select FIXTURE_SHARED and idle. */
void crowd_gather(const struct bench *bench, unsigned count, struct crowd *out);
/* Runs the loop until all have heard of the expected message, or have had their time;
 * how many have not. Nobody is expected to hear anything then. */
unsigned crowd_listen(struct crowd *crowd);
/* All leave IDLE at once; how long each waited for its OK goes to `latencies`. */
void crowd_rouse(struct crowd *crowd, struct samples *latencies);
void crowd_dismiss(struct crowd *crowd);

#endif
