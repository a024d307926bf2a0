/*
 * The baseline of a fan-out: a process that writes one line to many connections and does
 * nothing else, and those who wait for it. What a server needs beyond this it owes to itself.
 */
#ifndef POSTROOM_BENCH_POSTMAN_H
#define POSTROOM_BENCH_POSTMAN_H

#include <sys/types.h>

#include "crowd.h"

struct postman {
    pid_t process;
    int orders; /* an octet: write to all */
    struct addressee *addressees;
};

/* As many addressees as the crowd counts; whom the line reaches is counted there. */
void postman_hire(struct postman *postman, struct crowd *crowd);
void postman_send(const struct postman *postman);
void postman_dismiss(struct postman *postman);

#endif
