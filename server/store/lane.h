/*
 * A lane: one read-only connection shared by all fibers. What may be under way at once is bounded;
 * the rest waits here and not in libpq's buffer. Owned by the database.
 */
#ifndef POSTROOM_STORE_LANE_H
#define POSTROOM_STORE_LANE_H

#include "connection.h"

struct lane_state {
    struct connection *connection;
    struct wait_queue room; /* fibers that wait for a ready connection with room */
};

int lane_open(struct database *database, enum lane lane) MUST_CHECK;
/* Ends what is under way; waiting fibers see the database closing. */
void lane_end(struct lane_state *lane);
void lane_free(struct lane_state *lane);
/* Parks until the connection is ready; -ERR_UNAVAILABLE at the deadline. */
int lane_wait_ready(struct database *database, enum lane lane, int64_t deadline) MUST_CHECK;

#endif
