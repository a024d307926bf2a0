#include "store/deliveries.h"

#include "rows.h"

int deliveries_is_duplicate(struct database *database, int64_t mailbox_id, int64_t stored_id,
                            struct slice message_id, uint32_t seconds, bool *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_int8(&params, stored_id);
    params_int8(&params, seconds);
    if (message_id.len)
        params_bytes(&params, message_id);
    else
        params_null(&params);
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_DELIVERY_IS_DUPLICATE, &params, &result);
    if (err)
        return err;
    *out = result_rows(result) && result_bool(result, 0, 0);
    result_free(&result);
    return 0;
}
