/*
 * A gate that one at a time goes through, of all workers: who is about to add to what a quota root
 * has hardly any room for. It costs a connection as long as it is closed.
 */
#ifndef POSTROOM_STORE_QUOTA_GATE_H
#define POSTROOM_STORE_QUOTA_GATE_H

#include <stdint.h>

#include "base/error.h"

struct database;
struct quota_gate;

/* Waits until nobody else has closed it. root_id counts when user_id is 0. NULL comes of it
 * where there is only one connection for transactions. */
int quota_gate_close(struct database *database, int64_t user_id, int64_t root_id,
                     struct quota_gate **out) MUST_CHECK;
void quota_gate_open(struct quota_gate **gate);

#endif
