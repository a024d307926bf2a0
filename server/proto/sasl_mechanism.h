/*
 * A SASL exchange as its mechanism sees it.
 */
#ifndef POSTROOM_PROTO_SASL_MECHANISM_H
#define POSTROOM_PROTO_SASL_MECHANISM_H

#include <gsasl.h>

#include "proto/sasl.h"

struct exchange {
    struct slice input;
    bool given; /* the client has said something, if only nothing */
    struct arena *arena;
    enum sasl_progress progress;
    struct slice challenge;
};

struct mechanism {
    const char *name;
    int (*step)(struct sasl *sasl, struct exchange *exchange);
    bool by_library;
    bool takes_nothing; /* an empty message is one */
    struct sasl_offer needs;
};

enum sasl_state { SASL_BEGINNING, SASL_GOING_ON, SASL_ENDED };

struct sasl {
    const struct mechanism *mechanism;
    struct sasl_callbacks callbacks;
    Gsasl_session *session; /* NULL where not by_library */
    enum sasl_state state;
    int failure;          /* what a callback returned inside libgsasl */
    struct error refusal; /* of a token: the client has been told, and answers to it */
    char *user;           /* prepared; libgsasl's memory, as the next */
    char *authorisation;  /* prepared; NULL when not given */
};

/* *field is the name SASLprep'ed (RFC 4013). -ERR_CREDENTIALS: it cannot be one. */
int sasl_set_prepared(char **field, struct slice name) MUST_CHECK;
/* Who it is, and as whom; that may be the same by its other name. */
int sasl_set_identity(struct sasl *sasl, const struct sasl_identity *identity,
                      struct slice authorisation) MUST_CHECK;

/* sasl_bearer.c */
int sasl_oauthbearer_step(struct sasl *sasl, struct exchange *exchange) MUST_CHECK;
int sasl_xoauth2_step(struct sasl *sasl, struct exchange *exchange) MUST_CHECK;
/* sasl_external.c */
int sasl_external_step(struct sasl *sasl, struct exchange *exchange) MUST_CHECK;

#endif
