/*
 * What PostgreSQL refuses, by meaning: SQLSTATE to enum err.
 */
#ifndef POSTROOM_STORE_SQLSTATE_H
#define POSTROOM_STORE_SQLSTATE_H

#include "base/error.h"

/* sqlstate NULL or empty: libpq's own failure, so the connection's. */
enum err sqlstate_err(const char *sqlstate);

#endif
