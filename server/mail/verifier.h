/*
 * Inside the mail layer: what can be done with a SCRAM-SHA-256 verifier.
 */
#ifndef POSTROOM_MAIL_VERIFIER_H
#define POSTROOM_MAIL_VERIFIER_H

#include "mail/account.h"

/* Whether the password is the one the verifier was made of. Hashes off the
 * loop (parks). */
bool verifier_accepts(const struct verifier *verifier, struct slice password);

/* A verifier that no password fits, always the same for the same login and
 * secret: what an unknown user seems to have (RFC 5802 section 5.1 on not
 * telling who exists). */
void verifier_make_up(struct slice secret, struct slice login, struct verifier *out);

#endif
