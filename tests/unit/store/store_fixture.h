/*
 * For tests that need a database: the one POSTROOM_TEST_CONNINFO names, which
 * starts empty and is migrated by whichever test comes first.
 */
#ifndef POSTROOM_TESTS_STORE_FIXTURE_H
#define POSTROOM_TESTS_STORE_FIXTURE_H

#include <stddef.h>

#include "script.h"
#include "store/database.h"

/* Ends the program when the variable is not set. */
const char *store_conninfo(void);
/* Settings for it, with small limits. */
struct database_settings store_settings(void);

/* Runs body as the first fiber, with an open database that is migrated. */
void store_run(void (*body)(struct database *database));

/* Runs `count` fibers, numbered from 0; returns when all have ended. */
void store_run_fibers(size_t count, void (*main)(void *arg, size_t number), void *arg);

/* SQL of the test itself, on a connection of its own; failures are checks. */
void store_sql(const char *sql);
/* The same with one number as its result. */
int64_t store_sql_number(const char *sql);
/* Ends the server side of all connections whose application_name is this. */
void store_kill(const char *application);

#endif
