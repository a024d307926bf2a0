#include "identifiers.h"

#include "rows.h"

static struct slice digest_of(const struct identifier *identifier)
{
    return slice_of((const char *)identifier->digest, SHA256_SIZE);
}

static int queue_room(struct transaction *tx, const struct delivery_batch *batch)
{
    struct params params;
    params_init(&params);
    params_int8(&params, batch->user_id);
    params_int8(&params, batch->mailbox_id);
    params_int8(&params, IDENTIFIERS_MAX);
    return transaction_ask(tx, STATEMENT_IDENTIFIERS_MAKE_ROOM, &params, NULL);
}

/* Those that were seen before, or those that were not. */
static int queue_half(struct transaction *tx, const struct delivery_batch *batch, bool seen_before,
                      int64_t delivery_id, struct identifiers_queued *out)
{
    struct params params;
    params_init(&params);
    struct slice *digests = ARENA_ARRAY(&params.arena, batch->identifier_count, struct slice);
    int64_t *seconds = ARENA_ARRAY(&params.arena, batch->identifier_count, int64_t);
    size_t count = 0;
    for (size_t i = 0; digests && seconds && i < batch->identifier_count; i++) {
        const struct identifier *identifier = &batch->identifiers[i];
        if (identifier->seen_before != seen_before)
            continue;
        digests[count] = digest_of(identifier);
        seconds[count++] = identifier->seconds;
    }
    out->statements[seen_before].count = count;
    if (count == 0) {
        params_clear(&params);
        return digests && seconds ? 0 : -ERR_NO_MEMORY;
    }
    params_int8(&params, batch->user_id);
    params_int8(&params, batch->mailbox_id);
    params_bytes_array(&params, digests, count);
    params_int8_array(&params, seconds, count, sizeof *seconds);
    params_bool(&params, seen_before);
    params_int8(&params, delivery_id);
    return transaction_ask(tx, STATEMENT_IDENTIFIERS_REMEMBER, &params,
                           &out->statements[seen_before].index);
}

int identifiers_queue(struct transaction *tx, const struct delivery_batch *batch,
                      int64_t delivery_id, struct identifiers_queued *out)
{
    *out = (struct identifiers_queued){0};
    if (batch->identifier_count == 0)
        return 0;
    int err = queue_room(tx, batch);
    if (!err)
        err = queue_half(tx, batch, false, delivery_id, out);
    return err ? err : queue_half(tx, batch, true, delivery_id, out);
}

int identifiers_check(const struct transaction *tx, const struct identifiers_queued *queued)
{
    for (size_t i = 0; i < 2; i++) {
        size_t count = queued->statements[i].count;
        if (count && result_rows(transaction_result(tx, queued->statements[i].index)) < count)
            return fail(ERR_STALE, "another delivery has just brought this");
    }
    return 0;
}

int identifiers_find(struct database *database, const struct identifier *identifier,
                     int64_t delivery_id, bool *out)
{
    struct params params;
    params_init(&params);
    params_bytes(&params, digest_of(identifier));
    params_int8(&params, delivery_id);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_IDENTIFIERS_FIND_DELIVERY, &params, &result);
    if (err)
        return err;
    *out = result_rows(result) && result_bool(result, 0, 0);
    result_free(&result);
    return 0;
}

int identifiers_is_seen(struct database *database, const uint8_t digest[SHA256_SIZE],
                        uint32_t seconds, bool *out)
{
    struct params params;
    params_init(&params);
    params_bytes(&params, slice_of((const char *)digest, SHA256_SIZE));
    params_int8(&params, seconds);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_IDENTIFIER_IS_SEEN, &params, &result);
    if (err)
        return err;
    *out = result_rows(result) && result_bool(result, 0, 0);
    result_free(&result);
    return 0;
}

int identifiers_sweep(struct database *database, uint32_t limit, uint32_t *done_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, limit);
    struct result *result;
    int err = pool_ask(database, RELAXED, STATEMENT_IDENTIFIERS_SWEEP, &params, &result);
    if (err)
        return err;
    *done_out = (uint32_t)result_rows(result);
    result_free(&result);
    return 0;
}
