#include "store/schema.h"

#include <string.h>

#include "database_private.h"
#include "migration.h"
#include "script.h"
#include "statement.h"

uint32_t schema_version_built(void)
{
    return (uint32_t)migration_count;
}

static int schema_open(struct database *database, struct script **out)
{
    return script_open(database->conninfo, database_deadline(database), out);
}

/* Runs a statement of sql/queries/schema.sql that has no result to look at. */
static int schema_run(struct script *script, enum statement statement, const struct params *params)
{
    struct result *result;
    int err = script_query(script, statement_table[statement].sql, params, &result);
    if (!err)
        result_free(&result);
    return err;
}

static int schema_read_version(struct script *script, uint32_t *version_out)
{
    struct result *result;
    int err =
        script_query(script, statement_table[STATEMENT_SCHEMA_HAS_VERSION].sql, NULL, &result);
    if (err)
        return err;
    bool exists = result_bool(result, 0, 0);
    result_free(&result);
    if (!exists) {
        *version_out = 0;
        return 0;
    }
    err = script_query(script, statement_table[STATEMENT_SCHEMA_READ_VERSION].sql, NULL, &result);
    if (err)
        return err;
    *version_out = (uint32_t)result_int8(result, 0, 0);
    result_free(&result);
    return 0;
}

int schema_version(struct database *database, uint32_t *version_out)
{
    int err = database_enter(database);
    if (err)
        return err;
    struct script *script = NULL;
    err = schema_open(database, &script);
    if (!err)
        err = schema_read_version(script, version_out);
    script_close(&script);
    database_leave(database);
    return err;
}

static int migration_try(struct script *script, const struct migration *migration)
{
    struct params params;
    params_init(&params);
    params_int4(&params, (int32_t)migration->number);
    params_text(&params, slice_cstr(migration->name));
    int err = schema_run(script, STATEMENT_TRANSACTION_BEGIN, NULL);
    if (!err)
        err = script_run(script, migration->text);
    if (!err)
        err = schema_run(script, STATEMENT_SCHEMA_ADD_VERSION, &params);
    if (!err)
        err = schema_run(script, STATEMENT_TRANSACTION_COMMIT, NULL);
    return err;
}

/* Sessions that prepare their statements meanwhile lock the same tables in another
 * order; PostgreSQL ends that by failing one of them. */
static int migration_apply(struct script *script, const struct migration *migration)
{
    enum { DEADLOCKS_MAX = 10 };
    for (int deadlocks = 0;; deadlocks++) {
        if (migration_try(script, migration) == 0)
            return 0;
        struct error why = *last_error();
        bool again = strcmp(why.sqlstate, "40P01") == 0 && deadlocks < DEADLOCKS_MAX;
        if (!again || schema_run(script, STATEMENT_TRANSACTION_ROLLBACK, NULL) != 0)
            return fail_sql(why.code, why.sqlstate, "migration %s: %s", migration->name, why.text);
    }
}

/* The newest of a schema this program does not know. */
static int schema_too_new(uint32_t version)
{
    return fail(ERR_WRONG_STATE,
                "the schema is at version %u, this program knows up to %u: install the newer "
                "postroom",
                version, schema_version_built());
}

static int schema_apply_missing(struct script *script, void (*applied)(void *arg, const char *name),
                                void *arg)
{
    uint32_t version;
    int err = schema_read_version(script, &version);
    if (err)
        return err;
    if (version > schema_version_built())
        return schema_too_new(version);
    for (; version < schema_version_built(); version++) {
        err = migration_apply(script, &migration_table[version]);
        if (err)
            return err;
        if (applied)
            applied(arg, migration_table[version].name);
    }
    return 0;
}

int schema_migrate(struct database *database, void (*applied)(void *arg, const char *name),
                   void *arg)
{
    int err = database_enter(database);
    if (err)
        return err;
    struct script *script = NULL;
    err = schema_open(database, &script);
    if (!err)
        err = schema_run(script, STATEMENT_SCHEMA_LOCK, NULL);
    if (!err)
        err = schema_run(script, STATEMENT_SCHEMA_CREATE_VERSION, NULL);
    if (!err)
        err = schema_apply_missing(script, applied, arg);
    script_close(&script);
    if (!err && !database->closing)
        database_hurry(database);
    database_leave(database);
    return err;
}

int schema_check(struct database *database)
{
    uint32_t version;
    int err = schema_version(database, &version);
    if (err)
        return err;
    if (version > schema_version_built())
        return schema_too_new(version);
    if (version < schema_version_built())
        return fail(ERR_WRONG_STATE,
                    "the schema is at version %u, this program needs %u: run 'postroomctl schema "
                    "migrate'",
                    version, schema_version_built());
    return 0;
}
