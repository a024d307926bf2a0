/*
 * How many connections each user and each address has, over all workers of
 * this host: a table in memory shared by the processes. Made by the master
 * before it forks; a worker that dies takes its share with it.
 *
 * Lock-free and approximate at the edges: two workers that admit at the very
 * same instant may both be let in.
 */
#ifndef POSTROOM_PROC_CONNECTION_TABLE_H
#define POSTROOM_PROC_CONNECTION_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"

enum { CONNECTION_WORKERS_MAX = 64 };
struct connection_table;

int connection_table_new(struct connection_table **out) MUST_CHECK;
void connection_table_free(struct connection_table **table);

/* Counts one more for this key in this worker, unless the key has `max`
 * already in all workers: then false. */
bool connection_table_enter(struct connection_table *table, unsigned worker, struct slice key,
                            uint32_t max);
void connection_table_leave(struct connection_table *table, unsigned worker, struct slice key);
/* A worker is gone: so are its connections. */
void connection_table_forget_worker(struct connection_table *table, unsigned worker);

#endif
