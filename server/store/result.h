/*
 * A statement's result, owning the PGresult.
 */
#ifndef POSTROOM_STORE_RESULT_H
#define POSTROOM_STORE_RESULT_H

#include <libpq-fe.h>

#include "query.h"

struct result {
    PGresult *pg;
};

/* Takes `pg` over, also when it fails: -ERR_NO_MEMORY. */
int result_new(PGresult *pg, struct result **out) MUST_CHECK;
/* Whether PostgreSQL has carried the statement out. */
bool result_is_ok(const PGresult *pg);
/* fail() with what PostgreSQL or libpq says in `pg` (NULL: out of memory). */
int result_failure(const PGresult *pg) MUST_CHECK;

#endif
