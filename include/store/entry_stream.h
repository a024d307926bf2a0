/*
 * All entries of a mailbox in ascending order, read ahead: while one batch is being looked
 * at, PostgreSQL makes the next.
 */
#ifndef POSTROOM_STORE_ENTRY_STREAM_H
#define POSTROOM_STORE_ENTRY_STREAM_H

#include <stdint.h>

#include "store/entries.h"

struct entry_stream;

/* Asks nothing yet. */
int entry_stream_open(struct database *database, int64_t mailbox_id,
                      struct entry_stream **out) MUST_CHECK;
/* Gives the rows of the next batch one by one to `row`, which must not park; parks until
 * they are there. *count_out: how many they were, 0 at the end. Each batch sees the
 * mailbox a little younger than the one before. */
int entry_stream_next(struct entry_stream *stream,
                      void (*row)(void *arg, const struct entry_row *entry), void *arg,
                      uint32_t *count_out) MUST_CHECK;
/* At any time; parks until what is under way is back. */
void entry_stream_close(struct entry_stream **stream);

#endif
