/*
 * An LMTP client of the bench (RFC 2033): one connection, one message to one
 * recipient at a time, no waiting. A message is announced, then sent; after each
 * the scenario is called back. Any reply but the expected one ends the program.
 */
#ifndef POSTROOM_BENCH_LMTP_H
#define POSTROOM_BENCH_LMTP_H

#include "letter.h"
#include "pace.h"
#include "wire.h"

struct lmtp;
typedef void lmtp_done_fn(struct lmtp *lmtp);

struct lmtp {
    struct wire wire;
    char name[16];
    unsigned number;       /* place among its like */
    const int *awaited;    /* codes of the replies to come, 0 behind the last */
    int64_t announced_at;  /* microseconds: when MAIL was sent */
    int64_t sent_at;       /* when the final dot was */
    lmtp_done_fn *on_done; /* NULL: nobody waits */
    void *state;           /* the scenario's */
    struct pace *pace;     /* of the measured part */
};

/* Connects `count` clients, which have said LHLO. */
struct lmtp *lmtp_open(const struct bench *bench, unsigned count);
void lmtp_close(struct lmtp **clients, unsigned count);

/* MAIL, RCPT and DATA, sent together (RFC 2920). */
void lmtp_announce(struct lmtp *lmtp, const char *recipient, lmtp_done_fn *on_done);
void lmtp_send(struct lmtp *lmtp, struct letter letter, lmtp_done_fn *on_done);
/* Runs the loop until it has its replies. */
void lmtp_await(struct lmtp *lmtp);

/* As clients_drive and client_goes_on: an operation is a message, from MAIL on. */
void lmtp_drive(const struct bench *bench, struct lmtp *clients, unsigned count,
                lmtp_done_fn *first, struct result *result);
bool lmtp_goes_on(struct lmtp *lmtp);

#endif
