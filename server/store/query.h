/*
 * Inside the store layer: how a typed function talks to PostgreSQL.
 *
 *   struct params params;
 *   params_init(&params);
 *   params_int8(&params, mailbox_id);
 *   struct result *result;
 *   int err = lane_query(database, LANE_FAST, STATEMENT_MAILBOX_PULSE, &params, &result);
 *   if (err)
 *       return err;
 *   if (result_rows(result) == 0) … result_int8(result, 0, 0) …
 *   result_free(&result);
 *
 * Statements are named by sql/queries (generated/store/statement_table.h) and
 * prepared on every connection. Parameters and results are in PostgreSQL's
 * binary format. A `struct result` wraps the PGresult, which does not leave
 * this layer.
 */
#ifndef POSTROOM_STORE_QUERY_H
#define POSTROOM_STORE_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "model/uidset.h"
#include "store/database.h"
#include "store/statement_table.h" /* enum statement: generated from sql/queries */

/* Parameters: up to PARAMS_MAX values. Numbers are kept inside; texts, bytes
 * and arrays point to the caller's memory or are encoded into `buffer`. Must
 * stay alive until the query has returned. */
enum { PARAMS_MAX = 20 };
struct params {
    int count;
    const char *values[PARAMS_MAX];
    int lengths[PARAMS_MAX];
    int formats[PARAMS_MAX]; /* 1 binary, 0 text */
    char numbers[PARAMS_MAX][8];
    struct arena arena; /* encoded arrays */
    int failed;         /* first failure; reported by the query */
};
void params_init(struct params *params);
void params_clear(struct params *params);
void params_null(struct params *params);
void params_int8(struct params *params, int64_t value);
void params_int4(struct params *params, int32_t value);
void params_bool(struct params *params, bool value);
void params_text(struct params *params, struct slice value);
void params_text_or_null(struct params *params, struct slice value); /* empty: NULL */
void params_bytes(struct params *params, struct slice value);
/* microseconds since 1970 UTC; INT64_MAX: NULL */
void params_timestamp(struct params *params, int64_t micros);
/* bigint[]; count 0 is the empty array. `stride` octets between values. */
void params_int8_array(struct params *params, const void *first, size_t count, size_t stride);
void params_timestamp_array(struct params *params, const void *first, size_t count, size_t stride);
void params_text_array(struct params *params, const struct slice *values, size_t count);
/* The same with NULL for PARAMS_ABSENT. */
#define PARAMS_ABSENT INT64_MIN
void params_int8_or_null_array(struct params *params, const int64_t *values, size_t count);
void params_timestamp_or_null_array(struct params *params, const int64_t *values, size_t count);
/* bytea[]; data NULL: NULL. */
void params_bytes_array(struct params *params, const struct slice *values, size_t count);
void params_bool_array(struct params *params, const bool *values, size_t count);
/* int8multirange (as text) */
void params_multirange(struct params *params, const struct uidset *set);

struct result;
void result_free(struct result **result);
size_t result_rows(const struct result *result);
bool result_is_null(const struct result *result, size_t row, int column);
int64_t result_int8(const struct result *result, size_t row, int column); /* int2, int4, int8 */
bool result_bool(const struct result *result, size_t row, int column);
/* text, bytea, bit: octets inside the result, valid until result_free; NULL: data NULL. */
struct slice result_slice(const struct result *result, size_t row, int column);
/* Copied to the arena; NULL: an empty slice. */
struct slice result_copy(const struct result *result, struct arena *arena, size_t row, int column);
/* timestamptz as microseconds since 1970; NULL: INT64_MAX. */
int64_t result_timestamp(const struct result *result, size_t row, int column);
/* clock_monotonic_ms() when so many milliseconds will have passed; null: INT64_MAX. */
int64_t result_deadline(const struct result *result, size_t row, int column);

/* Lanes: single statements outside any transaction, pipelined with those of
 * all other fibers. Parks. */
enum lane {
    LANE_FAST, /* key look-ups: under a millisecond; those of one turn leave together */
    LANE_SLOW  /* everything that may take longer or returns many rows; one sync each */
};
int lane_query(struct database *database, enum lane lane, enum statement statement,
               struct params *params, struct result **out) MUST_CHECK;
/* A single statement on a pool connection (large results, body writes).
 * asynchronous: with synchronous_commit off, for content nobody refers to
 * yet. A repeatable one is asked again when its connection is lost; else
 * that is -ERR_IN_DOUBT, or -ERR_UNAVAILABLE when asynchronous. */
int pool_query(struct database *database, bool asynchronous, enum statement statement,
               struct params *params, struct result **out) MUST_CHECK;

/* A transaction: takes a pool connection (waits for one), gives it back at
 * the end. Statements are queued into one pipeline; transaction_run sends
 * what is queued and waits. The first statement carries BEGIN along. */
struct transaction;
int transaction_begin(struct database *database, struct transaction **out) MUST_CHECK;
/* Queues a statement; params may be reused at once (they are sent into
 * libpq's buffer here). *index_out (may be NULL) is its place for
 * transaction_result. */
int transaction_queue(struct transaction *tx, enum statement statement, struct params *params,
                      size_t *index_out) MUST_CHECK;
/* Sends, waits for all results so far. On failure: the err of the statement
 * that failed; transaction_failed_index() tells which. */
int transaction_run(struct transaction *tx) MUST_CHECK;
/* As transaction_run with COMMIT at the end of the same pipeline: one round
 * trip. The results stay readable until transaction_end. -ERR_IN_DOUBT when the
 * connection was lost after COMMIT was sent. */
int transaction_commit(struct transaction *tx) MUST_CHECK;
/* The result of the queued statement number `index`; owned by the
 * transaction. NULL when it did not run. */
const struct result *transaction_result(const struct transaction *tx, size_t index);
size_t transaction_failed_index(const struct transaction *tx); /* SIZE_MAX: none */
/* PostgreSQL's process that runs it: once that is gone, nothing in doubt can still happen. */
int transaction_process(const struct transaction *tx);
/* Rolls back if not committed; returns the connection; frees. */
void transaction_end(struct transaction **tx);

#endif
