#include "search_asked.h"

#include "engine.h"
#include "grant.h"
#include "mail/thread_id.h"
#include "store/save_dates.h"

static int64_t start_of_day(int64_t day)
{
    const int64_t microseconds = INT64_C(86400000000);
    return day * microseconds;
}

static int resolve_day(struct mail *mail, const struct grant *grant, struct search_step *step)
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

static int add_to_threads(void *arg, uint32_t uid, int64_t thread)
{
    const struct search_program *program = arg;
    int err = 0;
    for (size_t i = 0; i < program->asked_count && !err; i++) {
        struct search_step *step = program->asked[i];
        if (step->node->kind == SEARCH_THREADID && (int64_t)step->node->number == thread)
            err = uidset_add(&step->uids, uid);
    }
    return err;
}

/* All messages are looked at once, however many threads are asked for. */
static int resolve_threads(struct mail *mail, const struct search_scope *scope,
                           struct search_program *program)
{
    struct uidset all;
    uidset_init(&all);
    struct sort_scope sort_scope = {.grant = scope->grant, .picture = scope->picture, .uids = &all};
    int err = uidset_add_range(&all, 1, UINT32_MAX);
    if (!err)
        err = thread_ids_each(mail, &sort_scope, add_to_threads, program);
    uidset_clear(&all);
    return err;
}

int search_asked_resolve(struct mail *mail, const struct search_scope *scope,
                         struct search_program *program)
{
    bool asks_for_threads = false;
    int err = 0;
    for (size_t i = 0; i < program->asked_count && !err; i++) {
        if (program->asked[i]->node->kind == SEARCH_THREADID)
            asks_for_threads = true;
        else
            err = resolve_day(mail, scope->grant, program->asked[i]);
    }
    return err || !asks_for_threads ? err : resolve_threads(mail, scope, program);
}
