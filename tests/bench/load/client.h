/*
 * An IMAP client of the bench: one connection, one command at a time, no
 * waiting. Scenarios send a command and are called back: for each untagged
 * response (whole, literals included), then for the tagged one. Anything but
 * the expected status ends the program.
 */
#ifndef POSTROOM_BENCH_CLIENT_H
#define POSTROOM_BENCH_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "bench.h"
#include "pace.h"
#include "wire.h"

struct client;
typedef void client_response_fn(struct client *client, struct slice response);
typedef void client_done_fn(struct client *client);

struct client {
    struct wire wire;
    const struct bench *bench;
    char user[32];
    unsigned number; /* place among its like */
    unsigned tag;
    bool busy;                       /* waits for a tagged reply */
    int64_t command_at;              /* microseconds: when it was sent */
    client_response_fn *on_response; /* untagged and continuation; NULL: they don't matter */
    client_done_fn *on_done;         /* the tagged OK has come; NULL: nobody waits */
    void *state;                     /* the scenario's */
    struct pace *pace;               /* of the measured part */
};

/* Connects (at once, it is our own machine); the greeting is awaited. */
void client_connect(struct client *client, const struct bench *bench, const char *user);
void client_close(struct client *client);

/* Sends a command without its tag and line end. */
void client_send(struct client *client, client_done_fn *on_done, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* The same in pieces: client_begin, what it is made of, client_finish. */
void client_begin(struct client *client, client_done_fn *on_done);
void client_add(struct client *client, const char *format, ...) PRINTF_LIKE(2, 3);
/* Without waiting for leave (RFC 7888). */
void client_add_literal(struct client *client, struct slice literal);
void client_finish(struct client *client);
/* A command and a literal at its end. */
void client_send_literal(struct client *client, client_done_fn *on_done, const char *command,
                         struct slice literal);
/* A line outside any command: DONE. */
void client_send_line(struct client *client, const char *line);

/* Runs the loop until it has its reply. */
void client_await(struct client *client);
/* client_send, then client_await. */
void client_run(struct client *client, const char *format, ...) PRINTF_LIKE(2, 3);

/* Whether the server, in the state this client is in, names the capability. */
bool client_has(struct client *client, const char *capability);

/* Connects and logs in `count` clients: users[0], users[1] … again from the
 * start when there are more clients than users. */
struct client *clients_open(const struct bench *bench, unsigned count, const char *const *users,
                            unsigned user_count);
void clients_close(struct client **clients, unsigned count);
/* The same command on all; waits for all replies. */
void clients_run(struct client *clients, unsigned count, const char *command);

/* The measured part of a scenario: each client begins with `first`, and goes on
 * while client_goes_on() (when its operation has ended) says so. */
void clients_drive(struct client *clients, unsigned count, client_done_fn *first,
                   struct result *result);
bool client_goes_on(struct client *client);

/* "* 12 FETCH …": true and 12 when the response is about that. */
bool response_number(struct slice response, const char *keyword, uint32_t *number_out);

#endif
