/*
 * Passwords that were right a moment ago: a client's next connections skip
 * the slow hash. Kept is only a keyed hash of user, verifier and password,
 * under a random key of this process; a new password has a new verifier and
 * so is never found under the old one. The memory has a fixed size; a new
 * entry pushes out a random one of its neighbourhood.
 */
#ifndef POSTROOM_MAIL_LOGIN_MEMORY_H
#define POSTROOM_MAIL_LOGIN_MEMORY_H

#include <stdbool.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/slice.h"

/* Made and freed by login_memory_open() and login_memory_close() of engine.h. */
struct login_memory;

bool login_memory_knows(const struct login_memory *memory, struct slice login,
                        struct slice verifier, struct slice password);
void login_memory_add(struct login_memory *memory, struct slice login, struct slice verifier,
                      struct slice password);

/* The installation's secret from which verifiers for unknown users are made
 * up (account.c), once it has been read; NULL before. */
const uint8_t *login_memory_secret(const struct login_memory *memory);
void login_memory_set_secret(struct login_memory *memory, const uint8_t secret[SHA256_SIZE]);

#endif
