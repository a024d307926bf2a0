/*
 * What processes have used: a root process and everything below it, dead
 * children included once they were waited for.
 */
#ifndef POSTROOM_BENCH_USAGE_H
#define POSTROOM_BENCH_USAGE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Processor time, user and system, in milliseconds (in steps of 10). */
double usage_processor_ms(pid_t root);
/* Proportional set size in octets. */
uint64_t usage_memory(pid_t root);
/* Resident memory now, and the most since the last restart of this count. */
uint64_t usage_resident_restart(pid_t root);
uint64_t usage_resident_peak(pid_t root);

#endif
