#include "store/save_dates.h"

#include "entry_rows.h"
#include "rows.h"
#include "store/recently_deleted.h"

int save_dates_get(struct database *database, int64_t mailbox_id, const int64_t *uids, size_t count,
                   int64_t *dates_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_behind(mailbox_id));
    params_int8_array(&params, uids, count, sizeof *uids);
    enum statement statement =
        is_recently_deleted(mailbox_id) ? STATEMENT_DELETED_SAVE_DATES : STATEMENT_SAVE_DATES;
    struct result *result;
    int err = lane_ask(database, LANE_FAST, statement, &params, &result);
    if (err)
        return err;
    for (size_t i = 0; i < count; i++)
        dates_out[i] = result_timestamp(result, i, 0);
    result_free(&result);
    return 0;
}

int save_dates_find(struct database *database, int64_t mailbox_id, int64_t start, int64_t end,
                    struct uidset *uids)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_behind(mailbox_id));
    params_timestamp(&params, start);
    params_timestamp(&params, end);
    enum statement statement =
        is_recently_deleted(mailbox_id) ? STATEMENT_DELETED_SAVED_BETWEEN : STATEMENT_SAVED_BETWEEN;
    struct result *result;
    int err = pool_ask(database, RELAXED, statement, &params, &result);
    if (err)
        return err;
    err = uids_read(result, 0, 0, uids);
    result_free(&result);
    return err;
}
