#include "mail/thread_id.h"

#include "sort_records.h"

struct thread_taker {
    int (*take)(void *arg, uint32_t uid, int64_t thread);
    void *arg;
};

static int64_t thread_of(const struct entry *entry, const struct sort_record *record)
{
    uint64_t first =
        sort_record_reference_count(record) ? sort_record_reference(record, 0) : record->message_id;
    int64_t positive = (int64_t)(first & INT64_MAX);
    return positive ? positive : -entry->message_id;
}

static int take_record(void *arg, const struct entry *entry, const struct sort_record *record)
{
    const struct thread_taker *taker = arg;
    return taker->take(taker->arg, entry->uid, thread_of(entry, record));
}

int thread_ids_each(struct mail *mail, const struct sort_scope *scope,
                    int (*take)(void *arg, uint32_t uid, int64_t thread), void *arg)
{
    struct thread_taker taker = {take, arg};
    return sort_records_each(mail, scope, take_record, &taker);
}
