#include "indexer.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/digest.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "fiber/wait.h"
#include "mail/search.h"
#include "search_block.h"
#include "store/search_rows.h"

enum {
    GATHER_MS = 1000, /* who gets one message often gets more */
    REST_FACTOR = 3,
    BUSY_REST_FACTOR = 19, /* while anybody is at work: that goes first */
    BUSY_MS = 2000,
    BUSY_LEAST = 512, /* then only a mailbox with so many new messages, as indexing few at a time
                         costs most, and some of them are soon gone again */
    REST_MIN_MS = 2,
    ROUND_MS = 60 * 60 * 1000,
    FIRST_ROUND_MS = 60 * 1000,
    FOUND_AT_ONCE = 100,
    NOTED_MAX = 10000
};

struct indexer {
    struct map noted; /* mailbox id -> how many messages came, as a pointer */
    int64_t busy_until;
    bool living;
    bool stopping;
    struct wait_queue wake;
    struct wait_queue ended;
};

/* Pace -------------------------------------------------------------------------------- */

static bool is_busy(const struct indexer *indexer)
{
    return clock_monotonic_ms() < indexer->busy_until;
}

/* How many new messages make a mailbox's turn. */
static uintptr_t least_now(const struct indexer *indexer)
{
    return is_busy(indexer) ? BUSY_LEAST : INDEXING_LEAST;
}

static void rest(struct indexer *indexer, int64_t ms)
{
    int64_t until = clock_monotonic_ms() + ms;
    while (!indexer->stopping && clock_monotonic_ms() < until)
        (void)!wait_for(&indexer->wake, until);
}

static bool go_on(void *arg, int64_t worked_ms)
{
    struct mail *mail = arg;
    int64_t factor = is_busy(mail->indexer) ? BUSY_REST_FACTOR : REST_FACTOR;
    rest(mail->indexer, worked_ms * factor + REST_MIN_MS);
    return !mail->indexer->stopping && mail->settings.search_index;
}

/* What is to be done ---------------------------------------------------------------------- */

static bool is_at_work(const struct mail *mail)
{
    return mail->indexer && mail->indexer->living && mail->settings.search_index;
}

/* What is lost for want of memory is found by the round. */
static void note(struct indexer *indexer, int64_t mailbox_id, uint64_t messages)
{
    uintptr_t before = (uintptr_t)map_get(&indexer->noted, (uint64_t)mailbox_id);
    uintptr_t now = before + (messages < BUSY_LEAST ? messages : BUSY_LEAST);
    if (before >= BUSY_LEAST || now == 0 || (!before && indexer->noted.count >= NOTED_MAX))
        return;
    if (map_put(&indexer->noted, (uint64_t)mailbox_id, (void *)now) == 0 && now >= INDEXING_LEAST)
        wait_wake_all(&indexer->wake);
}

void indexer_note(struct mail *mail, int64_t mailbox_id, uint64_t messages)
{
    if (is_at_work(mail))
        note(mail->indexer, mailbox_id, messages);
}

void indexer_make_way(struct mail *mail)
{
    if (mail->indexer)
        mail->indexer->busy_until = clock_monotonic_ms() + BUSY_MS;
}

void indexer_want(struct mail *mail, int64_t mailbox_id)
{
    if (is_at_work(mail))
        note(mail->indexer, mailbox_id, BUSY_LEAST);
}

/* 0: none. */
static int64_t take_noted(struct indexer *indexer)
{
    size_t cursor = 0;
    uint64_t key;
    for (void *count; (count = map_next(&indexer->noted, &cursor, &key));) {
        if ((uintptr_t)count < least_now(indexer))
            continue;
        map_remove(&indexer->noted, key);
        return (int64_t)key;
    }
    return 0;
}

/* A mailbox that fails is tried again when it is noted again, or in the next round. */
static void catch_up(struct mail *mail, int64_t mailbox_id)
{
    const struct indexing_pace pace = {go_on, mail};
    if (indexing_catch_up(mail, mailbox_id, &pace) != 0)
        rest(mail->indexer, GATHER_MS);
}

static void catch_up_noted(struct mail *mail)
{
    for (int64_t id; !mail->indexer->stopping && (id = take_noted(mail->indexer));)
        catch_up(mail, id);
}

/* The round ------------------------------------------------------------------------------- */

static int find_due(struct mail *mail, int64_t *after_id, size_t *count_out)
{
    struct arena arena;
    arena_init(&arena, 0);
    int64_t *ids;
    int err = search_due(mail->database, &arena, *after_id, INDEXING_LEAST, search_edition(),
                         FOUND_AT_ONCE, &ids, count_out);
    for (size_t i = 0; !err && i < *count_out && !mail->indexer->stopping; i++) {
        *after_id = ids[i];
        catch_up(mail, ids[i]);
        catch_up_noted(mail);
    }
    arena_clear(&arena);
    return err;
}

static void tidy(struct mail *mail)
{
    bool is_done = false;
    while (!is_done && !mail->indexer->stopping) {
        int64_t before = clock_monotonic_ms();
        if (indexing_tidy(mail, &is_done) != 0)
            return;
        (void)go_on(mail, clock_monotonic_ms() - before);
    }
}

static void go_round(struct mail *mail)
{
    int64_t after_id = 0;
    size_t count = FOUND_AT_ONCE;
    while (count == FOUND_AT_ONCE && !mail->indexer->stopping)
        if (find_due(mail, &after_id, &count) != 0)
            return;
    tidy(mail);
}

/* At once ---------------------------------------------------------------------------------- */

static bool hurry(void *arg, int64_t worked_ms)
{
    (void)arg, (void)worked_ms;
    return true;
}

int search_index_all(struct mail *mail)
{
    const struct indexing_pace pace = {hurry, NULL};
    struct arena arena;
    arena_init(&arena, 0);
    int64_t after_id = 0;
    size_t count = FOUND_AT_ONCE;
    int err = 0;
    while (count == FOUND_AT_ONCE && !err) {
        int64_t *ids;
        err = search_due(mail->database, &arena, after_id, INDEXING_LEAST, search_edition(),
                         FOUND_AT_ONCE, &ids, &count);
        for (size_t i = 0; !err && i < count; i++)
            err = indexing_catch_up(mail, after_id = ids[i], &pace);
    }
    arena_clear(&arena);
    return err;
}

/* Life ---------------------------------------------------------------------------------------- */

static bool has_noted(const struct indexer *indexer, uintptr_t least)
{
    size_t cursor = 0;
    uint64_t key;
    for (void *count; (count = map_next(&indexer->noted, &cursor, &key));)
        if ((uintptr_t)count >= least)
            return true;
    return false;
}

/* When to look again, if nobody comes with news: what is too little while the
 * worker is busy is enough when it no longer is. */
static int64_t next_look(const struct indexer *indexer, int64_t next_round)
{
    bool is_later = is_busy(indexer) && has_noted(indexer, INDEXING_LEAST);
    return is_later && indexer->busy_until < next_round ? indexer->busy_until : next_round;
}

/* Workers that started together should not go round together. */
static int64_t first_round(void)
{
    uint32_t random;
    random_octets(&random, sizeof random);
    return clock_monotonic_ms() + random % FIRST_ROUND_MS;
}

static void live(void *arg)
{
    struct mail *mail = arg;
    struct indexer *indexer = mail->indexer;
    int64_t next_round = first_round();
    while (!indexer->stopping) {
        if (mail->settings.search_index && has_noted(indexer, least_now(indexer))) {
            rest(indexer, GATHER_MS);
            catch_up_noted(mail);
        } else if (clock_monotonic_ms() < next_round) {
            (void)!wait_for(&indexer->wake, next_look(indexer, next_round));
        } else {
            if (mail->settings.search_index)
                go_round(mail);
            next_round = clock_monotonic_ms() + ROUND_MS;
        }
    }
    indexer->living = false;
    wait_wake_all(&indexer->ended);
}

int indexer_open(struct mail *mail)
{
    struct indexer *indexer = calloc(1, sizeof *indexer);
    if (!indexer)
        return fail(ERR_NO_MEMORY, "no memory for the indexer");
    map_init(&indexer->noted);
    wait_queue_init(&indexer->wake);
    wait_queue_init(&indexer->ended);
    mail->indexer = indexer;
    if (!mail->settings.listen)
        return 0; /* postroomctl does not stay long enough */
    int err = fiber_spawn("indexer", live, mail, NULL);
    if (err) {
        indexer_close(mail);
        return err;
    }
    indexer->living = true;
    return 0;
}

void indexer_close(struct mail *mail)
{
    struct indexer *indexer = mail->indexer;
    if (!indexer)
        return;
    indexer->stopping = true;
    wait_wake_all(&indexer->wake);
    while (indexer->living)
        (void)!wait_for(&indexer->ended, WAIT_FOREVER);
    map_clear(&indexer->noted);
    free(indexer);
    mail->indexer = NULL;
}
