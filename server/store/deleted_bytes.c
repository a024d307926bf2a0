#include "rows.h"
#include "store/listing_rows.h"

enum { DELETED_PLACE, DELETED_BYTES };

int mailboxes_deleted_bytes(struct database *database, struct mailbox_status_asked *asked,
                            size_t count)
{
    struct params params;
    params_init(&params);
    params_int8_array(&params, &asked->mailbox_id, count, sizeof *asked);
    params_int8_array(&params, &asked->rights_modseq, count, sizeof *asked);
    struct result *result;
    int err = lane_ask(database, LANE_SLOW, STATEMENT_MAILBOXES_DELETED_BYTES, &params, &result);
    if (err)
        return err;
    for (size_t i = 0; i < count; i++)
        asked[i].found = asked[i].found && asked[i].status.deleted == 0;
    for (size_t row = 0; row < result_rows(result); row++) {
        struct mailbox_status_asked *one = &asked[result_int8(result, row, DELETED_PLACE) - 1];
        if (one->status.deleted == 0)
            continue;
        one->found = true;
        one->status.deleted_bytes = (uint64_t)result_int8(result, row, DELETED_BYTES);
    }
    result_free(&result);
    return 0;
}
