/*
 * Octets that IMAP connections of this program have sent and received.
 */
#ifndef POSTROOM_BENCH_TRAFFIC_H
#define POSTROOM_BENCH_TRAFFIC_H

#include <stddef.h>
#include <stdint.h>

void traffic_add(size_t octets);
uint64_t traffic_total(void);

#endif
