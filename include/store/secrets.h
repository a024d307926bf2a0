/*
 * Secrets that all workers of an installation share, kept in the database:
 * rows of secrets. They are made when they are first asked for.
 */
#ifndef POSTROOM_STORE_SECRETS_H
#define POSTROOM_STORE_SECRETS_H

#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "store/database.h"

enum { SECRET_SIZE = 32 };

/* The secret of that name; the same for all who ever ask. */
int secrets_get(struct database *database, struct slice name,
                uint8_t secret_out[SECRET_SIZE]) MUST_CHECK;

#endif
