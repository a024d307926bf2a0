#include "writer_queue.h"

#include <stdlib.h>

#include "base/clock.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "fiber/wait.h"
#include "indexer.h"
#include "store/change_small.h"
#include "writer_news.h"

enum { BATCH_CHANGES_MAX = 256 };

/* What one fiber wants; on its stack. */
struct job {
    struct link link;
    struct change *changes;
    size_t count;
    bool small;
    bool leads; /* its turn to run a batch */
    bool done;
    bool left_out;      /* of a batch of small changes: nothing of it has happened */
    int failure;        /* of the whole batch */
    struct error error; /* with its text */
    int64_t since;      /* monotonic ms */
    struct wait_queue turn;
};

/* Lives from the first job to the last. */
struct writer {
    int64_t mailbox_id; /* ALL_MAILBOXES: small changes of any */
    bool led;           /* one of the jobs runs a batch, or is about to */
    struct link jobs;
    size_t waiting; /* of them */
    size_t awaited; /* the leader waits until there are so many */
    struct wait_queue gathered;
};

enum { ALL_MAILBOXES = 0 };

enum { CONTENDED_MAX = 8, CONTENDED_MS = 1000 };

struct writer_set {
    struct map writers; /* mailbox_id → struct writer */
    size_t crowd;       /* sessions that had small changes at the last batch of ALL_MAILBOXES */
    /* Mailboxes that somebody else was changing not long ago. */
    struct contended {
        int64_t mailbox_id;
        int64_t until; /* monotonic ms */
    } contended[CONTENDED_MAX];
    size_t next_contended;
};

static bool is_contended(const struct writer_set *set, int64_t mailbox_id)
{
    for (size_t i = 0; i < CONTENDED_MAX; i++)
        if (set->contended[i].mailbox_id == mailbox_id)
            return clock_monotonic_ms() < set->contended[i].until;
    return false;
}

static void note_contended(struct writer_set *set, int64_t mailbox_id)
{
    size_t place = set->next_contended;
    for (size_t i = 0; i < CONTENDED_MAX; i++)
        if (set->contended[i].mailbox_id == mailbox_id)
            place = i;
    if (place == set->next_contended)
        set->next_contended = (place + 1) % CONTENDED_MAX;
    set->contended[place] = (struct contended){mailbox_id, clock_monotonic_ms() + CONTENDED_MS};
}

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

static struct writer *writer_find(struct mail *mail, int64_t mailbox_id)
{
    return map_get(&mail->writers->writers, (uint64_t)mailbox_id);
}

static int writer_get(struct mail *mail, int64_t mailbox_id, struct writer **out)
{
    struct writer *writer = writer_find(mail, mailbox_id);
    if (writer) {
        *out = writer;
        return 0;
    }
    writer = calloc(1, sizeof *writer);
    if (!writer)
        return fail(ERR_NO_MEMORY, "no memory for a writer");
    writer->mailbox_id = mailbox_id;
    link_init(&writer->jobs);
    wait_queue_init(&writer->gathered);
    int err = map_put(&mail->writers->writers, (uint64_t)mailbox_id, writer);
    if (err) {
        free(writer);
        return err;
    }
    *out = writer;
    return 0;
}

/* Batches -------------------------------------------------------------------------------- */

/* Either small changes or others. */
struct batch {
    struct link jobs;
    struct change *changes[BATCH_CHANGES_MAX];
    size_t count;
    bool small;
    size_t octets; /* of content */
    size_t job_count;
};

static bool collides(const struct batch *batch, const struct job *job)
{
    for (size_t i = 0; i < batch->count; i++)
        for (size_t j = 0; j < job->count; j++)
            if (change_small_collides(batch->changes[i], &job->changes[j]))
                return true;
    return false;
}

static size_t job_octets(const struct job *job)
{
    size_t octets = 0;
    for (size_t i = 0; i < job->count && job->small; i++)
        octets += change_small_octets(&job->changes[i]);
    return octets;
}

static bool has_room(const struct batch *batch, const struct job *job)
{
    if (batch->count == 0)
        return true;
    if (batch->small != job->small)
        return false;
    if (!job->small)
        return batch->count + job->count <= BATCH_CHANGES_MAX;
    return batch->count + job->count <= CHANGE_SMALL_MAX &&
           batch->octets + job_octets(job) <= CHANGE_SMALL_OCTETS_MAX && !collides(batch, job);
}

static void take_batch(struct writer *writer, struct batch *batch)
{
    link_init(&batch->jobs);
    batch->count = 0;
    batch->job_count = 0;
    batch->octets = 0;
    while (!list_empty(&writer->jobs)) {
        struct job *job = CONTAINER_OF(writer->jobs.next, struct job, link);
        if (!has_room(batch, job))
            break;
        batch->small = job->small;
        batch->octets += job_octets(job);
        link_remove(&job->link);
        writer->waiting--;
        list_add_tail(&batch->jobs, &job->link);
        batch->job_count++;
        for (size_t i = 0; i < job->count; i++)
            batch->changes[batch->count++] = &job->changes[i];
    }
}

static void mark_left_out(struct batch *batch, const bool *left_out)
{
    size_t place = 0;
    for (struct link *link = batch->jobs.next; link != &batch->jobs; link = link->next) {
        struct job *job = CONTAINER_OF(link, struct job, link);
        for (size_t i = 0; i < job->count; i++)
            job->left_out = left_out[place++] || job->left_out;
    }
}

static int run_small(struct mail *mail, struct small_lock *lock, struct batch *batch)
{
    bool left_out[CHANGE_SMALL_MAX];
    int err = lock ? change_small_run_locked(lock, batch->changes, batch->count, left_out)
                   : change_small_run(mail->database, batch->changes, batch->count, left_out);
    if (!err)
        mark_left_out(batch, left_out);
    return err;
}

static int run_batch(struct mail *mail, struct small_lock *lock, struct batch *batch)
{
    struct writer_news *news;
    int err = writer_news_new(batch->count, &news);
    if (err)
        return err;
    err = batch->small ? run_small(mail, lock, batch)
                       : change_batch_run(mail->database, batch->changes, batch->count);
    if (!err)
        writer_news_spread(news, mail, batch->changes, batch->count);
    writer_news_free(&news);
    return err;
}

/* The database was away for as long as commands wait. Who has waited for the better half
 * of that behind this batch shall not wait for as long again: nothing of theirs was sent. */
static void give_up_with(struct writer *writer, const struct batch *batch, int failure)
{
    if (failure != -ERR_UNAVAILABLE && failure != -ERR_IN_DOUBT)
        return;
    const struct job *leader = CONTAINER_OF(batch->jobs.next, struct job, link);
    int64_t latest = leader->since + (clock_monotonic_ms() - leader->since) / 2;
    const struct error *error = last_error();
    while (!list_empty(&writer->jobs)) {
        struct job *job = CONTAINER_OF(writer->jobs.next, struct job, link);
        if (job->since > latest)
            break;
        link_remove(&job->link);
        writer->waiting--;
        job->failure = -ERR_UNAVAILABLE;
        job->error = *error;
        job->error.code = ERR_UNAVAILABLE;
        job->done = true;
        wait_wake_all(&job->turn);
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

/* Small changes of one mailbox that somebody else is changing: the lock comes
 * first, and while it is waited for a batch gathers. */
static int lock_mailbox(struct mail *mail, const struct writer *writer, struct small_lock **lock)
{
    const struct job *first = CONTAINER_OF(writer->jobs.next, struct job, link);
    *lock = NULL;
    if (writer->mailbox_id == ALL_MAILBOXES || !first->small)
        return 0;
    return change_small_lock(mail->database, writer->mailbox_id, lock);
}

/* Clients that write one message after the other come back when the last batch has
 * been answered: as many as there were then are waited for, but not for long.
 * Without that, one half of them would always wait for the batch of the other. */
static void gather(const struct mail *mail, struct writer *writer)
{
    enum { GATHER_MS = 1 };
    fiber_yield(); /* whose command has come in the same turn of the loop */
    if (writer->mailbox_id != ALL_MAILBOXES)
        return;
    int64_t deadline = clock_monotonic_ms() + GATHER_MS;
    writer->awaited = mail->writers->crowd;
    while (writer->waiting < writer->awaited && clock_monotonic_ms() < deadline)
        if (wait_for(&writer->gathered, deadline) != 0)
            break;
    writer->awaited = 0;
}

static void lead(struct mail *mail, struct writer *writer)
{
    gather(mail, writer);
    struct small_lock *lock;
    int failure = lock_mailbox(mail, writer, &lock);
    struct batch batch;
    take_batch(writer, &batch);
    if (!failure)
        failure = run_batch(mail, lock, &batch);
    change_small_unlock(&lock);
    if (writer->mailbox_id == ALL_MAILBOXES)
        mail->writers->crowd = batch.job_count + writer->waiting;
    give_up_with(writer, &batch, failure);
    finish_jobs(&batch, failure);
    pass_on(mail, writer);
}

/* Jobs ----------------------------------------------------------------------------------- */

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
    for (size_t i = 0; i < job->count && !job->left_out; i++) {
        if (job->changes[i].result)
            return explain(&job->changes[i]);
    }
    return 0;
}

static int run_job(struct mail *mail, int64_t mailbox_id, struct job *job)
{
    struct writer *writer = NULL;
    int err = writer_get(mail, mailbox_id, &writer);
    if (err)
        return err;
    indexer_make_way(mail);
    wait_queue_init(&job->turn);
    job->since = clock_monotonic_ms();
    job->leads = !writer->led;
    writer->led = true;
    list_add_tail(&writer->jobs, &job->link);
    if (++writer->waiting >= writer->awaited)
        wait_wake_all(&writer->gathered);
    while (!job->leads && !job->done)
        (void)!wait_for(&job->turn, WAIT_FOREVER);
    if (!job->done)
        lead(mail, writer);
    return job_result(job);
}

int writer_submit(struct mail *mail, struct change *changes, size_t count)
{
    struct job job = {.changes = changes, .count = count};
    return run_job(mail, changes[0].mailbox_id, &job);
}

static int submit_small(struct mail *mail, int64_t mailbox_id, struct change *changes, size_t count,
                        bool *left_out)
{
    struct job job = {.changes = changes, .count = count, .small = true};
    int err = run_job(mail, mailbox_id, &job);
    *left_out = job.left_out;
    return err;
}

static bool is_busy(struct mail *mail, int64_t mailbox_id)
{
    return writer_find(mail, mailbox_id) || is_contended(mail->writers, mailbox_id);
}

/* A MOVE needs two mailboxes, which only the general way waits for. */
int writer_submit_small(struct mail *mail, struct change *changes, size_t count, bool *left_out)
{
    int64_t mailbox_id = changes[0].mailbox_id;
    bool moves = changes[0].kind == CHANGE_MOVE;
    *left_out = moves;
    if (!is_busy(mail, mailbox_id) && !(moves && is_busy(mail, changes[0].source_id))) {
        int err = submit_small(mail, ALL_MAILBOXES, changes, count, left_out);
        if (!*left_out)
            return err;
        note_contended(mail->writers, mailbox_id);
        if (moves)
            note_contended(mail->writers, changes[0].source_id);
        for (size_t i = 0; i < count; i++)
            change_clear(&changes[i]);
    }
    return moves ? 0 : submit_small(mail, mailbox_id, changes, count, left_out);
}
