#include "store/quota_gate.h"

#include <stdlib.h>

#include "database_private.h"
#include "rows.h"

struct quota_gate {
    struct transaction *tx; /* its end opens the gate */
};

/* Users and roots of trees are counted apart. */
static int64_t key_of(int64_t user_id, int64_t root_id)
{
    return user_id ? -user_id : root_id;
}

static int wait_at(struct transaction *tx, int64_t key)
{
    struct params params;
    params_init(&params);
    params_int8(&params, key);
    int err = transaction_ask(tx, STATEMENT_QUOTA_GATE, &params, NULL);
    return err ? err : transaction_run(tx);
}

int quota_gate_close(struct database *database, int64_t user_id, int64_t root_id,
                     struct quota_gate **out)
{
    if (database->durable.max < 2) { /* the change itself needs one */
        *out = NULL;
        return 0;
    }
    struct quota_gate *gate = calloc(1, sizeof *gate);
    if (!gate)
        return fail(ERR_NO_MEMORY, "no memory for a transaction");
    int err = transaction_begin(database, &gate->tx);
    if (!err)
        err = wait_at(gate->tx, key_of(user_id, root_id));
    if (err) {
        quota_gate_open(&gate);
        return err;
    }
    *out = gate;
    return 0;
}

void quota_gate_open(struct quota_gate **gate)
{
    if (!*gate)
        return;
    transaction_end(&(*gate)->tx);
    free(*gate);
    *gate = NULL;
}
