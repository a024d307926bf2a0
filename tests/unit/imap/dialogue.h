/*
 * A session without a database: what can be said before login. Used by the
 * tests of this layer; they run one dialogue each.
 */
#ifndef POSTROOM_TESTS_DIALOGUE_H
#define POSTROOM_TESTS_DIALOGUE_H

#include "base/buffer.h"
#include "imap/server.h"
#include "session.h"

/* Small limits, so that tests can go over them. */
struct imap_settings dialogue_settings(void);

/* Sends `input` in pieces of `piece` octets to a new session, then hangs up;
 * `output` gets everything the server said, without its greeting. How many turns others had
 * meanwhile. */
unsigned dialogue_run(const struct imap_settings *settings, struct slice input, size_t piece,
                      struct buffer *output);

/* The whole input in one piece, and octet by octet: both must get `expected`. */
void dialogue_check(const char *input, const char *expected);

/* A session that only has settings, a state and a stream whose other end is
 * *peer_out: for functions that need no more. Inside of loop_run_main. */
struct session *dialogue_bare_session(struct imap_server *server, int *peer_out);
void dialogue_bare_session_free(struct session **session, int peer);

#endif
