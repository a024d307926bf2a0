/*
 * A connection to a server under test: what a client of any protocol reads from
 * and writes to. It never waits. Trouble with it ends the program.
 */
#ifndef POSTROOM_BENCH_WIRE_H
#define POSTROOM_BENCH_WIRE_H

#include "base/buffer.h"
#include "bench.h"
#include "loop.h"

struct wire {
    struct watch watch;
    struct tls *tls;  /* NULL: plain */
    const char *name; /* whose it is, for messages */
    struct buffer input;
    size_t parsed; /* of input */
    struct buffer output;
    size_t sent;                      /* of output */
    void (*heard)(struct wire *wire); /* there is more input; may close and open it again */
};

/* Connects at once, it is our own machine. */
void wire_open(struct wire *wire, const struct bench *bench, const char *port, const char *name,
               void (*heard)(struct wire *wire));
bool wire_is_open(const struct wire *wire);
void wire_close(struct wire *wire);

/* Sends what was added to `output`, now or when there is room. */
void wire_flush(struct wire *wire);
/* What has come and was not consumed; moves with the next input. */
struct slice wire_input(const struct wire *wire);
void wire_consume(struct wire *wire, size_t octets);

#endif
