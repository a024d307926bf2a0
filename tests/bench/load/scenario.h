/*
 * A scenario is a row of the table in scenario.c: what is done over IMAP, and
 * the same work as plain SQL over libpq. Its functions prepare (unmeasured,
 * only what is missing), measure, and check.
 */
#ifndef POSTROOM_BENCH_SCENARIO_H
#define POSTROOM_BENCH_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

#include "bench.h"
#include "result.h"

struct scenario;
typedef void scenario_fn(const struct scenario *scenario, struct bench *bench,
                         struct result *result);

struct scenario {
    const char *name;
    const char *help;
    scenario_fn *run;
    scenario_fn *prepare;  /* NULL: run does what is needed; else the server starts anew after it */
    scenario_fn *baseline; /* NULL: there is no SQL that does the same */
    unsigned connections;
    unsigned count;      /* of messages, mailboxes or sessions, at the usual scale */
    const char *mailbox; /* where the messages are */
    unsigned size;       /* octets of a message; FIXTURE_MIX */
    unsigned batch;      /* messages that one APPEND brings; 0: one */
    const char *query;   /* what search asks for, the flag of store-bulk */
    bool shared;         /* all in one shared mailbox, not each in an own one */
    unsigned workers;    /* that the server must have; 0: any number */
    const char *needs;   /* a capability; a server without it is passed over */
    bool lmtp;           /* a server without LMTP is passed over */
    bool tls;            /* all connections */
    bool full;           /* takes long: not in the usual run */
};

/* scenario->count, of a run with smaller or larger mailboxes as much less or more. */
uint32_t scenario_count(const struct scenario *scenario, const struct bench *bench);

extern const struct scenario scenarios[];
const struct scenario *scenario_find(const char *name);

scenario_fn run_login;
scenario_fn run_append, baseline_append;
scenario_fn run_lmtp, baseline_lmtp, run_lmtp_to_exists;
scenario_fn run_fetch, baseline_fetch;
scenario_fn prepare_sync, run_sync_first, run_sync, baseline_sync;
scenario_fn run_headers, baseline_headers;
scenario_fn run_slices, baseline_slices;
scenario_fn run_status, baseline_status;
scenario_fn run_list, baseline_list;
scenario_fn run_store, baseline_store;
scenario_fn run_store_bulk, baseline_store_bulk;
scenario_fn run_select, baseline_select;
scenario_fn prepare_open, run_open;
scenario_fn run_resync, baseline_resync;
scenario_fn run_cycle, baseline_cycle;
scenario_fn run_search, baseline_search;
scenario_fn run_mixed;
scenario_fn run_idle_fanout, baseline_idle_fanout;
scenario_fn run_idle_memory;
scenario_fn prepare_big_mailbox, run_big_mailbox;

#endif
