#include "special_uses.h"

#include "rows.h"

int special_uses_queue(struct transaction *tx, int64_t user_id, int64_t mailbox_id,
                       const struct slice *uses, size_t count)
{
    struct params params;
    params_init(&params);
    params_int8(&params, user_id);
    params_int8(&params, mailbox_id);
    params_text_array(&params, uses, count);
    return transaction_ask(tx, STATEMENT_SPECIAL_USES_SET, &params, NULL);
}
