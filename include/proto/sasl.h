/*
 * SASL server mechanisms (RFC 4422): SCRAM-SHA-256, SCRAM-SHA-256-PLUS and
 * LOGIN by libgsasl; PLAIN, EXTERNAL, OAUTHBEARER (RFC 7628) and XOAUTH2. Pure
 * message exchange; who the user is and whether a password is right, the
 * caller's callbacks say (they may park the fiber). No libgsasl type leaves the
 * module.
 */
#ifndef POSTROOM_PROTO_SASL_H
#define POSTROOM_PROTO_SASL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

/* A SCRAM-SHA-256 verifier (RFC 5802 section 3, RFC 7677). */
struct sasl_verifier {
    uint32_t iterations;
    uint8_t salt[64];
    size_t salt_len;
    uint8_t stored_key[32];
    uint8_t server_key[32];
};

/* Who somebody else says the user is. Clients name themselves by the one or by the other. Live
 * until the step ends. */
struct sasl_identity {
    struct slice user; /* the account */
    struct slice name; /* as it was found: "alice@example.org" */
};

/* Names come to the callbacks SASLprep'ed (RFC 4013), neither name nor
 * password is empty. A callback's failure ends the exchange: sasl_step
 * returns it. */
struct sasl_callbacks {
    void *arg;
    /* SCRAM: the verifier of a user. Unknown users get a made-up but stable
     * verifier from the caller, so that nobody learns who exists. */
    int (*find_verifier)(void *arg, struct slice user, struct sasl_verifier *out);
    /* PLAIN, LOGIN: the password is as the client sent it. 0 or -ERR_CREDENTIALS, -ERR_UNAVAILABLE…
     */
    int (*check_password)(void *arg, struct slice user, struct slice password);
    /* Channel binding data, tls-exporter and tls-unique; false: none. A
     * connection that has some must also offer PLUS: a client that says it saw
     * no PLUS is then told of the attack by a failure (RFC 5802 section 6). */
    bool (*channel_binding)(void *arg, bool exporter, uint8_t *out /* 64 */, size_t *len_out);
    /* OAUTHBEARER, XOAUTH2: whose token it is; it is not empty. 0, -ERR_CREDENTIALS: not a
     * good one, … */
    int (*check_token)(void *arg, struct slice token, struct sasl_identity *out);
    /* EXTERNAL: whose certificate the client has shown. 0, -ERR_CREDENTIALS: none's, … */
    int (*find_certificate)(void *arg, struct sasl_identity *out);
    /* Where a client that comes without a good token learns how to get one (RFC 7628 section
     * 3.2.2, openid-configuration); empty: nowhere. */
    struct slice token_discovery;
};

/* Octets of one message from the client (tokens are long), and of a name in it. */
enum { SASL_MESSAGE_MAX = 8192, SASL_NAME_MAX = 1024 };

/* What a connection allows. */
struct sasl_offer {
    bool tls;
    bool plaintext;   /* what is said may be a secret */
    bool tokens;      /* check_token can say yes */
    bool certificate; /* find_certificate can */
};
enum { SASL_MECHANISM_COUNT = 7 };

struct sasl;
/* The mechanisms on offer: "PLAIN", …, strongest first; how many. PLUS only with TLS, tokens,
 * PLAIN and LOGIN only where `plaintext` is allowed. */
size_t sasl_mechanisms(const struct sasl_offer *offer, const char *out[SASL_MECHANISM_COUNT]);
/* Any mechanism of the module, whatever is on offer here. -ERR_NOT_FOUND: no
 * such mechanism. `callbacks` is copied. */
int sasl_new(struct slice mechanism, const struct sasl_callbacks *callbacks,
             struct sasl **out) MUST_CHECK;
void sasl_free(struct sasl **sasl);

enum sasl_progress { SASL_CONTINUE, SASL_DONE };
/* One exchange: the client's octets in (base64 undone; data NULL: none yet),
 * the challenge out (arena, before base64). On SASL_DONE a non-empty
 * challenge is the final server message (SCRAM): the client must still answer
 * it with an empty line. -ERR_CREDENTIALS, -ERR_SYNTAX, or what a callback
 * returned; after a failure or SASL_DONE only sasl_free makes sense, a further
 * step is -ERR_WRONG_STATE. */
int sasl_step(struct sasl *sasl, struct slice input, struct arena *arena,
              enum sasl_progress *progress_out, struct slice *challenge_out) MUST_CHECK;
/* After SASL_DONE: who logged in (SASLprep'ed), and as whom (RFC 4616 authzid;
 * empty when not given or the same, by whichever of its names). Valid until
 * sasl_free. */
struct slice sasl_user(const struct sasl *sasl);
struct slice sasl_authorisation(const struct sasl *sasl);

#endif
