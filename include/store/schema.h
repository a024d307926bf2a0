/*
 * The schema's version: sql/migrations/NNNN_name.sql are compiled in. The
 * server refuses a schema that is older or newer than it knows.
 */
#ifndef POSTROOM_STORE_SCHEMA_H
#define POSTROOM_STORE_SCHEMA_H

#include "store/database.h"

/* version 0: no schema yet. */
int schema_version(struct database *database, uint32_t *version_out) MUST_CHECK;
/* What this program was built with. */
uint32_t schema_version_built(void);
/* Applies what is missing, each migration in its own transaction, under an
 * advisory lock; does nothing when up to date. Calls `applied` (may be NULL)
 * after each. -ERR_WRONG_STATE when the schema is newer. */
int schema_migrate(struct database *database, void (*applied)(void *arg, const char *name),
                   void *arg) MUST_CHECK;
/* 0 when schema and program match; -ERR_WRONG_STATE with a text that names the
 * command that fixes it. */
int schema_check(struct database *database) MUST_CHECK;

#endif
