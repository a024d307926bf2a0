#include "script.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "dial.h"
#include "fiber/fiber.h"
#include "fiber/loop.h"
#include "fiber/wait.h"
#include "result.h"
#include "statement.h"

struct script {
    struct dial *dial;
    PGconn *pg;
    struct watch *watch;
    struct wait_queue ready; /* its fiber */
    bool answered;           /* the dial */
    char problem[ERROR_TEXT_MAX];
};

enum { SCRIPT_PAUSE_MS = 200 };

static void script_ready(void *arg, int events)
{
    struct script *script = arg;
    (void)events;
    watch_set(script->watch, 0); /* set again by whoever reads on */
    wait_wake_all(&script->ready);
}

static void script_dialled(void *arg, PGconn *pg, const char *problem)
{
    struct script *script = arg;
    script->dial = NULL;
    script->pg = pg;
    script->answered = true;
    if (!pg)
        snprintf(script->problem, sizeof script->problem, "%s", problem);
    wait_wake_all(&script->ready);
}

static int script_dial(struct script *script, const char *conninfo, int64_t deadline)
{
    script->answered = false;
    int err = dial_start(conninfo, "postroom schema", script_dialled, script, &script->dial);
    while (!err && !script->answered)
        err = wait_for(&script->ready, deadline);
    dial_cancel(&script->dial);
    if (err == -ERR_TIMEOUT)
        return fail(ERR_UNAVAILABLE, "PostgreSQL does not answer");
    if (!err && !script->pg)
        return fail(ERR_UNAVAILABLE, "%s", script->problem);
    return err;
}

int script_open(const char *conninfo, int64_t deadline, struct script **out)
{
    struct script *script = calloc(1, sizeof *script);
    if (!script)
        return fail(ERR_NO_MEMORY, "no memory for a connection");
    wait_queue_init(&script->ready);
    int err;
    while ((err = script_dial(script, conninfo, deadline)) == -ERR_UNAVAILABLE &&
           clock_monotonic_ms() + SCRIPT_PAUSE_MS < deadline)
        fiber_sleep(SCRIPT_PAUSE_MS);
    if (!err)
        err = watch_new(PQsocket(script->pg), script_ready, script, &script->watch);
    if (err) {
        script_close(&script);
        return err;
    }
    *out = script;
    return 0;
}

void script_close(struct script **script)
{
    if (!*script)
        return;
    dial_cancel(&(*script)->dial);
    watch_free(&(*script)->watch);
    PQfinish((*script)->pg);
    free(*script);
    *script = NULL;
}

static int script_failure(const struct script *script)
{
    struct slice text = slice_trim(slice_cstr(PQerrorMessage(script->pg)));
    return fail(ERR_UNAVAILABLE, "%.*s", SLICE_ARGS(text));
}

/* Parks until libpq has something to take or to say. */
static int script_wait(struct script *script)
{
    for (;;) {
        int left = PQflush(script->pg);
        if (left < 0)
            return script_failure(script);
        if (!left && !PQisBusy(script->pg))
            return 0;
        watch_set(script->watch, left ? WATCH_READ | WATCH_WRITE : WATCH_READ);
        int err = wait_for(&script->ready, WAIT_FOREVER);
        if (err)
            return err;
        if (!PQconsumeInput(script->pg))
            return script_failure(script);
    }
}

/* Takes all results up to the end; the first failure counts, else the last
 * result, NULL when there was none. */
static int script_finish(struct script *script, PGresult **last_out)
{
    PGresult *last = NULL;
    int err = 0;
    while (!(err = script_wait(script))) {
        PGresult *pg = PQgetResult(script->pg);
        if (!pg)
            break;
        if (!last || result_is_ok(last)) {
            PQclear(last);
            last = pg;
        } else
            PQclear(pg);
    }
    if (!err && last && !result_is_ok(last))
        err = result_failure(last);
    if (err)
        PQclear(last);
    else
        *last_out = last;
    return err;
}

int script_query(struct script *script, const char *sql, const struct params *params,
                 struct result **out)
{
    if (params && params->failed)
        return params->failed;
    if (!PQsendQueryParams(script->pg, sql, params ? params->count : 0, NULL,
                           params ? params->values : NULL, params ? params->lengths : NULL,
                           params ? params->formats : NULL, 1))
        return script_failure(script);
    PGresult *pg;
    int err = script_finish(script, &pg);
    return err ? err : result_new(pg, out);
}

int script_run(struct script *script, const char *sql)
{
    if (!PQsendQuery(script->pg, sql))
        return script_failure(script);
    PGresult *pg;
    int err = script_finish(script, &pg);
    if (!err)
        PQclear(pg);
    return err;
}

int script_prepare(struct script *script, enum statement statement)
{
    const struct statement_row *row = &statement_table[statement];
    if (!PQsendPrepare(script->pg, row->name, row->sql, 0, NULL))
        return script_failure(script);
    PGresult *pg;
    int err = script_finish(script, &pg);
    if (!err)
        PQclear(pg);
    return err;
}
