/*
 * Very large mailboxes of the first user, made quickly: a seed by APPEND, the
 * rest by COPY. Message i is the same letter as message i modulo the seed's size.
 */
#ifndef POSTROOM_BENCH_PILE_H
#define POSTROOM_BENCH_PILE_H

#include "../bench.h"

#define PILE_SEED "Seed"

/* Nothing happens when it has as many messages already. The first tenth of the
 * seed has \Flagged. */
void pile_make(struct bench *bench, const char *mailbox, uint32_t count);
/* Messages in the seed. */
uint32_t pile_seed_count(const struct bench *bench);

#endif
