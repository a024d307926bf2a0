#include "query.h"
#include "store/mailboxes.h"

int mailboxes_count(struct database *database, int64_t owner_id, uint64_t *count_out,
                    int64_t *quota_root_id_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, owner_id);
    struct result *result;
    int err = lane_query(database, LANE_FAST, STATEMENT_MAILBOX_COUNT, &params, &result);
    params_clear(&params);
    if (err)
        return err;
    *count_out = (uint64_t)result_int8(result, 0, 0);
    *quota_root_id_out = result_int8(result, 0, 1);
    result_free(&result);
    return 0;
}
