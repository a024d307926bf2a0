/*
 * Accounts: passwords, logins, users and groups with the rules about them.
 */
#ifndef POSTROOM_MAIL_ACCOUNT_H
#define POSTROOM_MAIL_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/slice.h"
#include "mail/mail.h"

/* A SCRAM-SHA-256 verifier (RFC 5802, RFC 7677) as stored in users.verifier:
 * "SCRAM-SHA-256$4096:<salt>$<StoredKey>:<ServerKey>" (base64), the form
 * PostgreSQL uses too. */
struct verifier {
    uint32_t iterations;
    uint8_t salt[64];
    size_t salt_len;
    uint8_t stored_key[32];
    uint8_t server_key[32];
};
enum { VERIFIER_ITERATIONS = 4096, VERIFIER_SALT_SIZE = 16 };
/* Hashes off the loop (parks). */
int verifier_make(struct slice password, struct buffer *out) MUST_CHECK;
int verifier_parse(struct slice text, struct verifier *out) MUST_CHECK;

struct account {
    int64_t user_id;
    struct slice login; /* arena */
};
/* Password login. Unknown user, wrong password and disabled account all are
 * -ERR_CREDENTIALS with one text, and take the same time. Successful pairs
 * are remembered (keyed hash, in memory, as long as the verifier stays the
 * same), so that a client's next connections skip the slow hash. */
int account_check_password(struct mail *mail, struct arena *arena, struct slice login,
                           struct slice password, struct account *out) MUST_CHECK;
/* SCRAM: the verifier; for an unknown or disabled user a stable made-up one,
 * with which no proof will ever fit. */
int account_find_verifier(struct mail *mail, struct slice login, struct verifier *out) MUST_CHECK;
/* After a mechanism has proved who it is. -ERR_CREDENTIALS when disabled. */
int account_find(struct mail *mail, struct arena *arena, struct slice login,
                 struct account *out) MUST_CHECK;

/* Whether the user is still there and not disabled. */
int account_is_enabled(struct mail *mail, int64_t user_id, bool *enabled_out) MUST_CHECK;

/* For postroomctl. Names are UTF-8, prepared by SASLprep, without control characters, "/",
 * "*", "%", not "anyone", not starting with "-" or "group:": -ERR_INVALID. */
int account_add(struct mail *mail, struct slice login, struct slice password) MUST_CHECK;
int account_set_password(struct mail *mail, struct slice login, struct slice password) MUST_CHECK;
/* Ends the user's sessions on every worker (through the feed). */
int account_set_disabled(struct mail *mail, struct slice login, bool disabled) MUST_CHECK;
int account_delete(struct mail *mail, struct slice login, struct slice actor) MUST_CHECK;
int group_add(struct mail *mail, struct slice name) MUST_CHECK;
int group_delete(struct mail *mail, struct slice name, struct slice actor) MUST_CHECK;
int group_change_member(struct mail *mail, struct slice name, struct slice login, bool add,
                        struct slice actor) MUST_CHECK;

#endif
