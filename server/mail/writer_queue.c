#include "writer_queue.h"

#include <stdlib.h>

#include "engine.h"
#include "fiber/wait.h"
#include "writer_news.h"

enum { BATCH_CHANGES_MAX = 256 };

/* What one fiber wants; on its stack. */
struct job {
    struct link link;
    struct change *changes;
    size_t count;
    bool leads; /* its turn to run a batch */
    bool done;
    int failure;        /* of the whole batch */
    struct error error; /* with its text */
    struct wait_queue turn;
};

/* Lives from the first job to the last. */
struct writer {
    int64_t mailbox_id;
    bool led; /* one of the jobs runs a batch, or is about to */
    struct link jobs;
};

struct writer_set {
    struct map writers; /* mailbox_id → struct writer */
};

int writers_open(struct mail *mail)
{
    struct writer_set *set = calloc(1, sizeof *set);
    if (!set)
        return fail(ERR_NO_MEMORY, "no memory for the writers");
    map_init(&set->writers);
    mail->writers = set;
    return 0;
}

void writers_close(struct mail *mail)
{
    if (!mail->writers)
        return;
    map_clear(&mail->writers->writers);
    free(mail->writers);
    mail->writers = NULL;
}

static int writer_get(struct mail *mail, int64_t mailbox_id, struct writer **out)
{
    struct map *writers = &mail->writers->writers;
    struct writer *writer = map_get(writers, (uint64_t)mailbox_id);
    if (writer) {
        *out = writer;
        return 0;
    }
    writer = calloc(1, sizeof *writer);
    if (!writer)
        return fail(ERR_NO_MEMORY, "no memory for a writer");
    writer->mailbox_id = mailbox_id;
    link_init(&writer->jobs);
    int err = map_put(writers, (uint64_t)mailbox_id, writer);
    if (err) {
        free(writer);
        return err;
    }
    *out = writer;
    return 0;
}

struct batch {
    struct link jobs;
    struct change *changes[BATCH_CHANGES_MAX];
    size_t count;
};

static void take_batch(struct writer *writer, struct batch *batch)
{
    link_init(&batch->jobs);
    batch->count = 0;
    while (!list_empty(&writer->jobs)) {
        struct job *job = CONTAINER_OF(writer->jobs.next, struct job, link);
        if (batch->count + job->count > BATCH_CHANGES_MAX)
            break;
        link_remove(&job->link);
        list_add_tail(&batch->jobs, &job->link);
        for (size_t i = 0; i < job->count; i++)
            batch->changes[batch->count++] = &job->changes[i];
    }
}

/* The last thing that touches a job of somebody else: it wakes up and goes. */
static void finish_jobs(struct batch *batch, int failure)
{
    const struct error *error = last_error();
    while (!list_empty(&batch->jobs)) {
        struct job *job = CONTAINER_OF(batch->jobs.next, struct job, link);
        link_remove(&job->link);
        job->failure = failure;
        if (failure)
            job->error = *error;
        job->done = true;
        wait_wake_all(&job->turn);
    }
}

static void pass_on(struct mail *mail, struct writer *writer)
{
    if (list_empty(&writer->jobs)) {
        map_remove(&mail->writers->writers, (uint64_t)writer->mailbox_id);
        free(writer);
        return;
    }
    struct job *next = CONTAINER_OF(writer->jobs.next, struct job, link);
    next->leads = true;
    wait_wake_all(&next->turn);
}

static int run_batch(struct mail *mail, struct batch *batch)
{
    struct writer_news *news;
    int err = writer_news_new(batch->count, &news);
    if (err)
        return err;
    err = change_batch_run(mail->database, batch->changes, batch->count);
    if (!err)
        writer_news_spread(news, mail, batch->changes, batch->count);
    writer_news_free(&news);
    return err;
}

static void lead(struct mail *mail, struct writer *writer)
{
    struct batch batch;
    take_batch(writer, &batch);
    int failure = run_batch(mail, &batch);
    finish_jobs(&batch, failure);
    pass_on(mail, writer);
}

static int explain(const struct change *change)
{
    static const char *const texts[ERR_COUNT] = {
        [ERR_STALE] = "the rights on the mailbox have changed",
        [ERR_NOT_FOUND] = "the mailbox does not exist any more",
        [ERR_UNAVAILABLE] = "the database could not do it now: try again",
    };
    int code = -change->result;
    return fail((enum err)code, "%s", texts[code] ? texts[code] : "the database refused it");
}

static int job_result(const struct job *job)
{
    if (job->failure)
        return fail_sql(job->error.code, job->error.sqlstate, "%s", job->error.text);
    for (size_t i = 0; i < job->count; i++) {
        if (job->changes[i].result)
            return explain(&job->changes[i]);
    }
    return 0;
}

int writer_submit(struct mail *mail, struct change *changes, size_t count)
{
    struct writer *writer = NULL;
    int err = writer_get(mail, changes[0].mailbox_id, &writer);
    if (err)
        return err;
    struct job job = {.changes = changes, .count = count};
    wait_queue_init(&job.turn);
    job.leads = !writer->led;
    writer->led = true;
    list_add_tail(&writer->jobs, &job.link);
    while (!job.leads && !job.done)
        (void)!wait_for(&job.turn, WAIT_FOREVER);
    if (!job.done)
        lead(mail, writer);
    return job_result(&job);
}
