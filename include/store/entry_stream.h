/*
 * All entries of a mailbox in ascending order, read ahead: while one batch is being looked
 * at, PostgreSQL makes the next ones, each on a connection of its own.
 */
#ifndef POSTROOM_STORE_ENTRY_STREAM_H
#define POSTROOM_STORE_ENTRY_STREAM_H

#include <stdint.h>

#include "store/entries.h"

struct entry_stream;

/* Asks nothing yet. `state` says how the UIDs are to be divided into batches; whatever has
 * come since is read, too. */
int entry_stream_open(struct database *database, int64_t mailbox_id,
                      const struct mailbox_state *state, struct entry_stream **out) MUST_CHECK;
/* Gives the rows of the next batch one by one to `row`, which must not park; parks until
 * they are there. *count_out: how many they were, which may be 0; *more_out: whether another
 * batch follows. Each batch sees the mailbox at a moment of its own. */
int entry_stream_next(struct entry_stream *stream,
                      void (*row)(void *arg, const struct entry_row *entry), void *arg,
                      uint32_t *count_out, bool *more_out) MUST_CHECK;
/* At any time; parks until what is under way is back. */
void entry_stream_close(struct entry_stream **stream);

#endif
