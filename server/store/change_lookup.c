#include "change_lookup.h"

#include "base/clock.h"
#include "base/digest.h"
#include "change_statement.h"
#include "rows.h"

struct change_ids change_ids_make(size_t count)
{
    uint64_t random;
    random_octets(&random, sizeof random);
    return (struct change_ids){(int64_t)(random >> 2), count}; /* far from overflow */
}

/* One attempt; *ended_out: there is no such process. */
static int end_session(struct database *database, int process, bool *ended_out)
{
    struct params params;
    params_init(&params);
    params_int4(&params, process);
    struct result *result;
    int err = pool_ask(database, DURABLE, STATEMENT_SESSION_END, &params, &result);
    if (err)
        return err;
    *ended_out = result_rows(result) == 0;
    result_free(&result);
    return 0;
}

static int ensure_ended(struct database *database, int process, int64_t deadline)
{
    bool ended = false;
    int err = 0;
    while (!err && !ended) {
        err = end_session(database, process, &ended);
        if (!err && !ended && clock_monotonic_ms() >= deadline)
            err = fail(ERR_UNAVAILABLE, "PostgreSQL's process %d does not end", process);
    }
    return err;
}

static int ask_journal(struct database *database, struct change **changes, struct change_ids ids,
                       struct result **out)
{
    struct params params;
    params_init(&params);
    int64_t *mailboxes = ARENA_ARRAY(&params.arena, 2 * ids.count, int64_t);
    if (!mailboxes) {
        params_clear(&params);
        return -ERR_NO_MEMORY;
    }
    size_t count = 0;
    for (size_t i = 0; i < ids.count; i++) {
        mailboxes[count++] = changes[i]->mailbox_id;
        if (change_takes_from_source(changes[i]))
            mailboxes[count++] = changes[i]->source_id;
    }
    params_int8_array(&params, mailboxes, count, sizeof *mailboxes);
    params_int8(&params, ids.first);
    params_int8(&params, ids.first + (int64_t)ids.count - 1);
    return lane_ask(database, LANE_SLOW, STATEMENT_CHANGES_FIND, &params, out);
}

static int read_journal(struct database *database, struct change **changes, struct change_ids ids)
{
    struct result *result;
    int err = ask_journal(database, changes, ids, &result);
    if (err)
        return err;
    for (size_t row = 0; !err && row < result_rows(result); row++) {
        int64_t place = result_int8(result, row, FOUND_PLACE);
        err = change_read_found(result, row, changes[place]);
    }
    result_free(&result);
    return err;
}

int change_look_up(struct database *database, struct change **changes, struct change_ids ids,
                   int process, int64_t deadline)
{
    int err = ensure_ended(database, process, deadline);
    if (!err)
        err = read_journal(database, changes, ids);
    if (!err)
        return 0;
    struct error why = *last_error();
    return fail_sql(ERR_IN_DOUBT, why.sqlstate, "what came of it cannot be looked up: %s",
                    why.text);
}
