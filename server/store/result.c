#include "result.h"

#include <stdlib.h>

#include "base/clock.h"
#include "sqlstate.h"
#include "wire.h"

int result_new(PGresult *pg, struct result **out)
{
    struct result *result = malloc(sizeof *result);
    if (!result) {
        PQclear(pg);
        return fail(ERR_NO_MEMORY, "no memory for a result");
    }
    result->pg = pg;
    *out = result;
    return 0;
}

void result_free(struct result **result)
{
    if (!*result)
        return;
    PQclear((*result)->pg);
    free(*result);
    *result = NULL;
}

bool result_is_ok(const PGresult *pg)
{
    ExecStatusType status = PQresultStatus(pg);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

int result_failure(const PGresult *pg)
{
    const char *sqlstate = PQresultErrorField(pg, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(pg, PG_DIAG_MESSAGE_PRIMARY);
    if (!message)
        message = PQresultErrorMessage(pg);
    struct slice text = slice_trim(slice_cstr(message));
    return fail_sql(sqlstate_err(sqlstate), sqlstate ? sqlstate : "", "PostgreSQL: %.*s",
                    SLICE_ARGS(text));
}

size_t result_rows(const struct result *result)
{
    return (size_t)PQntuples(result->pg);
}

bool result_is_null(const struct result *result, size_t row, int column)
{
    return PQgetisnull(result->pg, (int)row, column);
}

/* A query whose columns are not what its function reads is a bug no input can
 * cause; going on would make up numbers. */
static void check_type(bool fits)
{
    if (!fits)
        abort();
}

int64_t result_int8(const struct result *result, size_t row, int column)
{
    if (result_is_null(result, row, column))
        return 0;
    Oid type = PQftype(result->pg, column);
    check_type(type == WIRE_INT2 || type == WIRE_INT4 || type == WIRE_INT8);
    return wire_get(PQgetvalue(result->pg, (int)row, column),
                    PQgetlength(result->pg, (int)row, column));
}

bool result_bool(const struct result *result, size_t row, int column)
{
    if (result_is_null(result, row, column))
        return false;
    check_type(PQftype(result->pg, column) == WIRE_BOOL);
    return *PQgetvalue(result->pg, (int)row, column) != 0;
}

struct slice result_slice(const struct result *result, size_t row, int column)
{
    if (result_is_null(result, row, column))
        return slice_of(NULL, 0);
    struct slice octets = slice_of(PQgetvalue(result->pg, (int)row, column),
                                   (size_t)PQgetlength(result->pg, (int)row, column));
    Oid type = PQftype(result->pg, column);
    if (type == WIRE_BIT || type == WIRE_VARBIT) /* the number of bits comes first */
        return slice_sub(octets, 4, octets.len);
    return octets;
}

struct slice result_copy(const struct result *result, struct arena *arena, size_t row, int column)
{
    struct slice octets = result_slice(result, row, column);
    if (!octets.data)
        return SLICE_EMPTY;
    return arena_copy(arena, octets);
}

int64_t result_deadline(const struct result *result, size_t row, int column)
{
    if (result_is_null(result, row, column))
        return INT64_MAX;
    return clock_monotonic_ms() + result_int8(result, row, column);
}

int64_t result_timestamp(const struct result *result, size_t row, int column)
{
    if (result_is_null(result, row, column))
        return INT64_MAX;
    check_type(PQftype(result->pg, column) == WIRE_TIMESTAMPTZ);
    return wire_timestamp_to_unix(wire_get(PQgetvalue(result->pg, (int)row, column), 8));
}
