/*
 * One run of the load generator: what it was asked for, and how it ends when
 * something is wrong. A reply that is not what it has to be ends the program
 * with exit code 1: a figure of wrong answers is worth nothing.
 */
#ifndef POSTROOM_BENCH_BENCH_H
#define POSTROOM_BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { BENCH_PROCESSES = 4 };

struct bench {
    const char *host; /* of the IMAP server under test */
    const char *port;
    const char *lmtp_port;            /* NULL: it has no LMTP */
    const char *shared_address;       /* mail to it goes into the shared mailbox */
    bool tls;                         /* after STARTTLS */
    const char *password;             /* the same for everybody */
    const char *conninfo;             /* of its database, for the baseline; NULL: none */
    pid_t processes[BENCH_PROCESSES]; /* whose processor time counts, with all below them */
    unsigned process_count;
    pid_t memory_process; /* whose memory counts, with all below it */
    double seconds;       /* how long to measure */
    unsigned scale;       /* messages of a large mailbox */
    unsigned members;     /* of an idling crowd */
    uint64_t serial;      /* number of the next message: no two runs share one */
};

_Noreturn void bench_die(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void bench_die_errno(const char *what);

/* Allocates or ends the program. */
void *bench_allocate(size_t count, size_t size);

#endif
