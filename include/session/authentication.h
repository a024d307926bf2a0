/*
 * AUTHENTICATE, whatever the protocol (RFC 4422): a mechanism of proto/sasl.h proves who
 * somebody is, with the accounts behind it, the connection's channel bindings and the rules
 * about tokens and certificates. How challenges and answers look on the wire is the protocol's.
 */
#ifndef POSTROOM_SESSION_AUTHENTICATION_H
#define POSTROOM_SESSION_AUTHENTICATION_H

#include <stdbool.h>

#include "base/arena.h"
#include "mail/mail.h"
#include "net/stream.h"
#include "proto/sasl.h"
#include "session/identity.h"

/* What is on offer on this connection, strongest first, for capabilities; how many. plaintext:
 * passwords and tokens may be sent on it. */
size_t authentication_mechanisms(const struct stream *stream, const struct identity_rules *rules,
                                 bool plaintext, const char *out[SASL_MECHANISM_COUNT]);

struct authentication {
    struct mail *mail;
    struct stream *stream;
    struct identity_rules *rules; /* held as long as it takes */
    struct arena *arena;          /* of the command */
    bool plaintext;               /* passwords and tokens may be sent on this connection */
    void *arg;
    /* Sends a challenge and reads the answer, both in base64; the answer lives until the
     * next exchange. `last`: the mechanism has nothing more to ask, it only has something
     * to say; then the answer is not looked at. */
    int (*exchange)(void *arg, struct slice challenge, bool last, struct slice *answer_out);
    /* Why a token was refused; code 0: none was. The client is told in a challenge, and may give
     * up then instead of hearing the end. */
    struct error refusal;
    /* What it is called, when it was on offer: for the log. */
    const char *mechanism;
};

/* `initial` is the first answer in base64; data NULL: the client gave none. Who it is, and
 * as whom (empty: the same, also when the client has said so), both prepared by SASLprep and
 * in the arena. -ERR_PRIVACY: not
 * without TLS. -ERR_INVALID: no such mechanism. -ERR_SYNTAX: also when the client gave up.
 * -ERR_CREDENTIALS, and what the exchange returned. */
int authentication_run(struct authentication *authentication, struct slice mechanism,
                       struct slice initial, struct slice *user_out,
                       struct slice *authorisation_out) MUST_CHECK;

#endif
