#include "world.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "fiber/loop.h"
#include "mail/account.h"
#include "mail/mailbox.h"
#include "store/schema.h"
#include "store/users.h"

#define SCHEMA "unit_mail"

static char conninfo[1000];
static PGconn *connection;

int64_t world_sql(const char *sql)
{
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        fprintf(stderr, "%s: %s", sql, PQerrorMessage(connection));
        abort();
    }
    int64_t value = PQntuples(result) ? atoll(PQgetvalue(result, 0, 0)) : 0;
    PQclear(result);
    return value;
}

/* Once a program: our own schema, so that other tests may use the database, too. */
static bool connect_database(void)
{
    if (connection)
        return true;
    const char *base = getenv("POSTROOM_TEST_CONNINFO");
    if (!base)
        return false;
    snprintf(conninfo, sizeof conninfo, "%s options='-c search_path=" SCHEMA " -c jit=off'", base);
    connection = PQconnectdb(conninfo);
    if (PQstatus(connection) != CONNECTION_OK) {
        fprintf(stderr, "%s", PQerrorMessage(connection));
        abort();
    }
    world_sql("SET client_min_messages = warning");
    world_sql("DROP SCHEMA IF EXISTS " SCHEMA " CASCADE");
    world_sql("CREATE SCHEMA " SCHEMA);
    return true;
}

const char *world_conninfo(void)
{
    return conninfo;
}

/* Before an engine connects: its connections prepare their statements in the
 * background, and hold locks meanwhile that TRUNCATE could run into. */
static void empty_tables(void)
{
    world_sql("DO $$ DECLARE names text; BEGIN"
              " SELECT string_agg(quote_ident(tablename), ', ') INTO names FROM pg_tables"
              " WHERE schemaname = '" SCHEMA "'"
              " AND tablename NOT IN ('schema_version', 'orphan_sweep', 'secrets');"
              " IF names IS NOT NULL THEN EXECUTE 'TRUNCATE ' || names || ' CASCADE'; END IF;"
              " END $$");
}

static struct actor add_user(struct world *world, const char *login)
{
    char password[32];
    snprintf(password, sizeof password, "secret-%s", login);
    CHECK_OK(account_add(world->mail, slice_cstr(login), slice_cstr(password)));
    struct user_row user = {0};
    CHECK_OK(users_find(world->database, &world->arena, slice_cstr(login), &user));
    return (struct actor){user.id, slice_cstr(login), SLICE("192.0.2.1")};
}

struct run {
    void (*test)(struct world *world);
};

static void run_with_mail(struct world *world, void (*test)(struct world *world))
{
    world->admin = (struct actor){0, SLICE("postroomctl"), SLICE_EMPTY};
    world->alice = add_user(world, "alice");
    world->bob = add_user(world, "bob");
    world->carol = add_user(world, "carol");
    test(world);
}

static void run_in_fiber(void *arg)
{
    struct run *run = arg;
    struct world world = {0};
    arena_init(&world.arena, 0);
    const struct database_settings database_settings = {
        .conninfo = conninfo, .connections = 4, .wait_ms = 5000, .statement_timeout_ms = 30000};
    const struct mail_settings mail_settings = {
        .recently_deleted = true,
        .mime = {.depth = 100, .parts = 10000, .header_size = 1 << 20},
        .message_max = 32 << 20,
        .mailboxes_per_user = 20,
        .script_size = 1 << 20,
        .scripts = 64,
        .annotation_size = 1024,
        .annotations = 10,
        .retention_days = 14,
        .journal_days = 30,
        .search_index = true};
    if (CHECK_OK(database_open(&database_settings, &world.database)) &&
        CHECK_OK(schema_migrate(world.database, NULL, NULL)) &&
        CHECK_OK(database_wait(world.database)) &&
        CHECK_OK(mail_open(world.database, &mail_settings, &world.mail)))
        run_with_mail(&world, run->test);
    if (world.mail)
        mail_close(&world.mail);
    if (world.database)
        database_close(&world.database);
    arena_clear(&world.arena);
}

void world_run(void (*test)(struct world *world))
{
    static bool told;
    if (!connect_database()) {
        if (!told)
            printf("skipped: tests that need a database (POSTROOM_TEST_CONNINFO is not set)\n");
        told = true;
        return;
    }
    empty_tables();
    struct run run = {test};
    CHECK_OK(loop_run_main(run_in_fiber, &run));
}

static rights_mask rights_of(const char *letters)
{
    rights_mask rights = RIGHTS_NONE;
    CHECK_OK(rights_parse(slice_cstr(letters), &rights));
    return rights;
}

void world_create(struct world *world, const char *name)
{
    CHECK_OK(mailbox_create(world->mail, &world->admin, slice_cstr(name), SLICE_EMPTY, NULL));
}

void world_allow(struct world *world, const char *name, const char *identifier, const char *rights)
{
    const struct grant *grant = world_grant(world, &world->admin, name);
    const struct acl_modification modification = {.identifier = slice_cstr(identifier),
                                                  .rights = rights_of(rights),
                                                  .expires_at = INT64_MAX,
                                                  .force = true};
    CHECK_OK(acl_modify(world->mail, grant, &modification));
}

int world_check(struct world *world, const struct actor *actor, const char *name,
                const char *needed, const struct grant **out)
{
    return acl_check(world->mail, actor, slice_cstr(name), rights_of(needed), &world->arena, out);
}

const struct grant *world_grant(struct world *world, const struct actor *actor, const char *name)
{
    const struct grant *grant = NULL;
    if (!CHECK_OK(
            acl_check(world->mail, actor, slice_cstr(name), RIGHTS_NONE, &world->arena, &grant)))
        abort(); /* nothing after this can be right */
    return grant;
}
