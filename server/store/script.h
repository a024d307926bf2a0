/*
 * A plain connection for one fiber: text statements, several at once, nothing
 * prepared, no timeouts. For what must run before there is a schema, and for
 * tests.
 */
#ifndef POSTROOM_STORE_SCRIPT_H
#define POSTROOM_STORE_SCRIPT_H

#include "query.h"

struct script;

/* Parks until connected, dials again until deadline (monotonic ms). */
int script_open(const char *conninfo, int64_t deadline, struct script **out) MUST_CHECK;
void script_close(struct script **script);
/* One statement; params may be NULL. */
int script_query(struct script *script, const char *sql, const struct params *params,
                 struct result **out) MUST_CHECK;
/* Any number of statements, results dropped, stops at the first failure. Not
 * within a transaction they are one. */
int script_run(struct script *script, const char *sql) MUST_CHECK;
/* Whether PostgreSQL accepts a statement of the table. */
int script_prepare(struct script *script, enum statement statement) MUST_CHECK;

#endif
