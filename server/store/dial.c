#include "dial.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/slice.h"
#include "fiber/loop.h"

struct dial {
    PGconn *pg;
    struct watch *watch;
    struct timer *timer;
    void (*done)(void *arg, PGconn *pg, const char *problem);
    void *arg;
};

static void ignore_notice(void *arg, const PGresult *notice)
{
    (void)arg;
    (void)notice;
}

void dial_cancel(struct dial **dial)
{
    if (!*dial)
        return;
    watch_free(&(*dial)->watch);
    timer_free(&(*dial)->timer);
    PQfinish((*dial)->pg);
    free(*dial);
    *dial = NULL;
}

static void dial_fail(struct dial *dial, const char *reason)
{
    char problem[ERROR_TEXT_MAX];
    struct slice text = slice_trim(slice_cstr(reason));
    snprintf(problem, sizeof problem, "%.*s", SLICE_ARGS(text));
    for (char *c = problem; *c; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    void (*done)(void *, PGconn *, const char *) = dial->done;
    void *arg = dial->arg;
    dial_cancel(&dial);
    done(arg, NULL, problem);
}

static void dial_succeed(struct dial *dial)
{
    PGconn *pg = dial->pg;
    void (*done)(void *, PGconn *, const char *) = dial->done;
    void *arg = dial->arg;
    dial->pg = NULL;
    dial_cancel(&dial);
    done(arg, pg, NULL);
}

static void dial_step(void *arg, int events);

/* libpq may go on to another socket at every step (next host, TLS refused),
 * so each step has a watch of its own. */
static void dial_watch(struct dial *dial, int events)
{
    if (watch_new(PQsocket(dial->pg), dial_step, dial, &dial->watch) != 0) {
        dial_fail(dial, last_error()->text);
        return;
    }
    watch_set(dial->watch, events);
}

static void dial_step(void *arg, int events)
{
    (void)events;
    struct dial *dial = arg;
    watch_free(&dial->watch);
    switch (PQconnectPoll(dial->pg)) {
    case PGRES_POLLING_OK:
        if (PQsetnonblocking(dial->pg, 1) != 0)
            dial_fail(dial, PQerrorMessage(dial->pg));
        else
            dial_succeed(dial);
        return;
    case PGRES_POLLING_READING:
        dial_watch(dial, WATCH_READ);
        return;
    case PGRES_POLLING_WRITING:
        dial_watch(dial, WATCH_WRITE);
        return;
    default:
        dial_fail(dial, PQerrorMessage(dial->pg));
    }
}

static void dial_timeout(void *arg)
{
    struct dial *dial = arg;
    if (PQstatus(dial->pg) == CONNECTION_BAD)
        dial_fail(dial, PQerrorMessage(dial->pg));
    else
        dial_fail(dial, "PostgreSQL does not answer");
}

/* Every query is written for one plan: from what it is given along the keys.
 * The planner must not choose another because a table was small or unknown
 * when the statement was prepared, nor plan anew or compile at each run. */
#define PLAN_OPTIONS                                                                               \
    "-c plan_cache_mode=force_generic_plan -c jit=off -c enable_seqscan=off "                      \
    "-c enable_hashjoin=off -c enable_mergejoin=off -c enable_bitmapscan=off "                     \
    "-c enable_material=off "

/* A worker's host that vanishes in the middle of a transaction must not keep
 * its mailboxes locked for the two hours that TCP allows. */
#define VANISHED_OPTIONS                                                                           \
    "-c idle_in_transaction_session_timeout=60000 -c tcp_keepalives_idle=15 "                      \
    "-c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=30000"

int dial_start(const char *conninfo, const char *application,
               void (*done)(void *arg, PGconn *pg, const char *problem), void *arg,
               struct dial **out)
{
    /* What stands before dbname may be set otherwise by conninfo, what stands
     * behind may not. After a failover the old primary must not be taken, and
     * a host that vanished is noticed in half a minute, not in two hours. */
    static const char *const keywords[] = {"target_session_attrs",
                                           "keepalives_idle",
                                           "keepalives_interval",
                                           "keepalives_count",
                                           "tcp_user_timeout",
                                           "options",
                                           "dbname",
                                           "application_name",
                                           "client_encoding",
                                           NULL};
    const char *const values[] = {
        "read-write", "15",        "5",    "3", "30000", PLAN_OPTIONS VANISHED_OPTIONS,
        conninfo,     application, "UTF8", NULL};

    struct dial *dial = calloc(1, sizeof *dial);
    if (!dial)
        return fail(ERR_NO_MEMORY, "no memory to connect");
    dial->done = done;
    dial->arg = arg;
    int err = timer_new(dial_timeout, dial, &dial->timer);
    if (err) {
        dial_cancel(&dial);
        return err;
    }
    dial->pg = PQconnectStartParams(keywords, values, 1);
    if (!dial->pg) {
        dial_cancel(&dial);
        return fail(ERR_NO_MEMORY, "no memory to connect");
    }
    PQsetNoticeReceiver(dial->pg, ignore_notice, NULL);
    if (PQstatus(dial->pg) == CONNECTION_BAD)
        timer_set(dial->timer, 0); /* reported from the loop, like all else */
    else {
        err = watch_new(PQsocket(dial->pg), dial_step, dial, &dial->watch);
        if (err) {
            dial_cancel(&dial);
            return err;
        }
        watch_set(dial->watch, WATCH_WRITE); /* as if the last step had said so (libpq manual) */
        timer_set(dial->timer, DIAL_TIMEOUT_MS);
    }
    *out = dial;
    return 0;
}
