#include "search_saved.h"

#include "engine.h"
#include "grant.h"
#include "store/save_dates.h"

static int64_t start_of_day(int64_t day)
{
    const int64_t microseconds = INT64_C(86400000000);
    return day * microseconds;
}

static int resolve(struct mail *mail, const struct grant *grant, struct search_step *step)
{
    int64_t day = step->node->day;
    int64_t start = step->node->kind == SEARCH_SAVED_BEFORE ? INT64_MAX : start_of_day(day);
    int64_t end = INT64_MAX;
    if (step->node->kind == SEARCH_SAVED_BEFORE)
        end = start_of_day(day);
    else if (step->node->kind == SEARCH_SAVED_ON)
        end = start_of_day(day + 1);
    return save_dates_find(mail->database, grant->mailbox_id, start, end, &step->uids);
}

int search_saved_resolve(struct mail *mail, const struct grant *grant,
                         struct search_program *program)
{
    int err = 0;
    for (size_t i = 0; i < program->saved_count && !err; i++)
        err = resolve(mail, grant, program->saved[i]);
    return err;
}
