/*
 * A baseline's reading of a whole mailbox: the messages of sql/queries, as many
 * with a statement as the server asks for.
 */
#ifndef POSTROOM_BENCH_BATCHES_H
#define POSTROOM_BENCH_BATCHES_H

#include "../sql.h"

struct batches {
    int64_t mailbox_id;
    char **texts; /* arrays of message ids */
    unsigned count;
    uint32_t messages;
};

void batches_load(const struct bench *bench, const char *user, const char *mailbox,
                  struct batches *out);
/* One messages_get for each batch; `want` says which columns. */
void batches_queue(const struct batches *batches, struct sql_client *client, int want);
void batches_clear(struct batches *batches);

#endif
