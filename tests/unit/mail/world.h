/*
 * A world for tests of the mail layer that need a database: an empty schema,
 * an engine, and the users alice, bob and carol (password "secret-" and the
 * name). POSTROOM_TEST_CONNINFO says where; without it such tests are skipped.
 */
#ifndef POSTROOM_TESTS_WORLD_H
#define POSTROOM_TESTS_WORLD_H

#include "base/arena.h"
#include "mail/acl.h"
#include "mail/mail.h"
#include "support/check.h"

struct world {
    struct database *database;
    struct mail *mail;
    struct arena arena; /* of the test */
    struct actor admin, alice, bob, carol;
};

/* Runs `test` as a fiber in a fresh world. */
void world_run(void (*test)(struct world *world));

/* SQL behind the engine's back; stops the program when it fails. The first
 * column of the first row as a number, if there is one. */
int64_t world_sql(const char *sql);

/* For more connections to the same schema. */
const char *world_conninfo(void);

/* Shorthands. The administrator makes a mailbox; gives somebody exactly these
 * rights on it (identifier and letters as in SETACL). */
void world_create(struct world *world, const char *name);
void world_allow(struct world *world, const char *name, const char *identifier, const char *rights);
/* What the check says, with all the rights written as letters. */
int world_check(struct world *world, const struct actor *actor, const char *name,
                const char *needed, const struct grant **out);
/* The grant itself; fails the test and ends it when there is none. */
const struct grant *world_grant(struct world *world, const struct actor *actor, const char *name);

#endif
