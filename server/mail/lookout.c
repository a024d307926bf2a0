#include "lookout.h"

#include <stdlib.h>

#include "base/clock.h"
#include "fiber/fiber.h"
#include "hub.h"
#include "lookout_round.h"

/* What may have changed --------------------------------------------------------------------- */

static void wake(struct lookout *lookout)
{
    wait_wake_all(&lookout->wake);
}

static void mark_mailbox(struct watched *watched)
{
    if (!link_in_list(&watched->dirty))
        list_add_tail(&watched->lookout->dirty, &watched->dirty);
    wake(watched->lookout);
}

void lookout_hear_mailbox(struct mail *mail, int64_t mailbox_id, uint64_t modseq)
{
    struct watched *watched =
        mail->lookout ? map_get(&mail->lookout->watched, (uint64_t)mailbox_id) : NULL;
    if (watched && modseq > watched->modseq)
        mark_mailbox(watched);
}

/* A hint that cannot be kept is lost, as any hint may be. */
void lookout_hear_names(struct mail *mail, int64_t mailbox_id)
{
    struct lookout *lookout = mail->lookout;
    if (lookout && lookout->catalogues.count &&
        map_put(&lookout->names, (uint64_t)mailbox_id, lookout) == 0)
        wake(lookout);
}

static void mark_catalogue(struct catalogue *catalogue)
{
    catalogue->dirty = true;
    wake(catalogue->lookout);
}

void lookout_hear_user(struct mail *mail, int64_t user_id)
{
    struct lookout *lookout = mail->lookout;
    if (!lookout)
        return;
    size_t cursor = 0;
    uint64_t id;
    struct catalogue *catalogue;
    while ((catalogue = map_next(&lookout->catalogues, &cursor, &id)))
        if (user_id == 0 || (int64_t)id == user_id)
            mark_catalogue(catalogue);
}

void lookout_hear_server(struct mail *mail)
{
    if (!mail->lookout)
        return;
    mail->lookout->server_dirty = true;
    wake(mail->lookout);
}

void lookout_doubt(struct mail *mail)
{
    struct lookout *lookout = mail->lookout;
    if (!lookout)
        return;
    size_t cursor = 0;
    uint64_t id;
    struct watched *watched;
    while ((watched = map_next(&lookout->watched, &cursor, &id)))
        mark_mailbox(watched);
    lookout_hear_user(mail, 0);
    lookout_hear_server(mail);
}

void lookout_sweep(struct mail *mail)
{
    struct lookout *lookout = mail->lookout;
    if (!lookout)
        return;
    size_t cursor = lookout->swept;
    uint64_t id;
    struct watched *watched = NULL;
    for (size_t i = 0; i < LOOKOUT_BATCH; i++) {
        watched = map_next(&lookout->watched, &cursor, &id);
        if (!watched)
            break;
        mark_mailbox(watched);
    }
    lookout->swept = watched ? cursor : 0;
    lookout_hear_server(mail);
}

/* Following --------------------------------------------------------------------------------- */

static int watched_new(struct lookout *lookout, int64_t mailbox_id, struct watched **out)
{
    struct watched *watched = calloc(1, sizeof *watched);
    if (!watched)
        return fail(ERR_NO_MEMORY, "no memory for a mailbox that is watched");
    watched->lookout = lookout;
    watched->mailbox_id = mailbox_id;
    link_init(&watched->rows);
    link_init(&watched->dirty);
    int err = map_put(&lookout->watched, (uint64_t)mailbox_id, watched);
    if (err) {
        free(watched);
        return err;
    }
    *out = watched;
    return 0;
}

int lookout_follow(struct lookout *lookout, struct catalogue_row *row)
{
    struct watched *watched = map_get(&lookout->watched, (uint64_t)row->mailbox_id);
    int err = watched ? 0 : watched_new(lookout, row->mailbox_id, &watched);
    if (err)
        return err;
    row->mailbox = watched;
    list_add_tail(&watched->rows, &row->link);
    mark_mailbox(watched); /* what is unseen is known of other users only */
    return 0;
}

void lookout_leave(struct catalogue_row *row)
{
    struct watched *watched = row->mailbox;
    row->mailbox = NULL;
    link_remove(&row->link);
    if (!list_empty(&watched->rows))
        return;
    (void)map_remove(&watched->lookout->watched, (uint64_t)watched->mailbox_id);
    link_remove(&watched->dirty);
    free(watched);
}

/* The fiber --------------------------------------------------------------------------------- */

static bool has_dirty_catalogue(const struct lookout *lookout, int64_t *until_out)
{
    size_t cursor = 0;
    uint64_t id;
    const struct catalogue *catalogue;
    while ((catalogue = map_next(&lookout->catalogues, &cursor, &id))) {
        if (catalogue->dirty)
            return true;
        if (catalogue->rights_until < *until_out)
            *until_out = catalogue->rights_until;
    }
    return false;
}

static bool has_work(const struct lookout *lookout)
{
    int64_t until = INT64_MAX;
    return !list_empty(&lookout->dirty) || lookout->names.count || lookout->server_dirty ||
           has_dirty_catalogue(lookout, &until) || until <= clock_monotonic_ms();
}

/* Until a right expires, or for ever. */
static int64_t deadline(const struct lookout *lookout)
{
    int64_t until = INT64_MAX;
    return has_dirty_catalogue(lookout, &until) || until == INT64_MAX ? WAIT_FOREVER : until;
}

/* The first round of a quiet time comes at once, and so does one that somebody waits for. */
static void pause_after(struct lookout *lookout, uint32_t ms)
{
    int64_t next = clock_monotonic_ms() + ms;
    while (!lookout->stopping && !lookout->hurry && clock_monotonic_ms() < next)
        (void)!wait_for(&lookout->wake, next);
    lookout->hurry = false;
}

static void look_out(void *arg)
{
    struct lookout *lookout = arg;
    while (!lookout->stopping) {
        if (!has_work(lookout)) {
            (void)!wait_for(&lookout->wake, deadline(lookout));
            continue;
        }
        lookout->working = true;
        int err = lookout_round(lookout);
        lookout->working = false;
        lookout->rounds++;
        lookout->failures += err != 0;
        wait_wake_all(&lookout->ended);
        pause_after(lookout, err ? HUB_RETRY_MS : LOOKOUT_GAP_MS);
    }
    lookout->running = false;
    wait_wake_all(&lookout->ended);
}

/* Not counting what happens from now on: a round that is under way may have begun too early,
 * and each looks at so many. */
static bool is_behind(const struct catalogue *catalogue)
{
    if (catalogue->lookout->working)
        return true;
    for (uint32_t i = 0; i < catalogue->table.count; i++) {
        const struct watched *watched = catalogue->table.rows[i].mailbox;
        if (watched && (watched->modseq == 0 || link_in_list(&watched->dirty)))
            return true;
    }
    return false;
}

int lookout_await(struct catalogue *catalogue)
{
    struct lookout *lookout = catalogue->lookout;
    uint64_t most = lookout->rounds + 2 + lookout->watched.count / LOOKOUT_BATCH;
    uint64_t failures = lookout->failures;
    while (is_behind(catalogue) && lookout->rounds < most && lookout->failures == failures) {
        if (lookout->stopping)
            return fail(ERR_UNAVAILABLE, "the server is shutting down");
        lookout->hurry = true;
        wake(lookout);
        (void)!wait_for(&lookout->ended, WAIT_FOREVER);
    }
    if (lookout->failures != failures)
        return fail(ERR_UNAVAILABLE, "how the mailboxes are is not known");
    return 0;
}

/* Life -------------------------------------------------------------------------------------- */

static int lookout_new(struct mail *mail)
{
    struct lookout *lookout = calloc(1, sizeof *lookout);
    if (!lookout)
        return fail(ERR_NO_MEMORY, "no memory to watch mailboxes");
    lookout->mail = mail;
    map_init(&lookout->watched);
    map_init(&lookout->catalogues);
    map_init(&lookout->names);
    link_init(&lookout->dirty);
    wait_queue_init(&lookout->wake);
    wait_queue_init(&lookout->ended);
    mail->lookout = lookout;
    return 0;
}

int lookout_start(struct mail *mail, struct lookout **out)
{
    int err = mail->lookout ? 0 : lookout_new(mail);
    if (err)
        return err;
    struct lookout *lookout = mail->lookout;
    if (lookout->stopping)
        return fail(ERR_UNAVAILABLE, "the server is shutting down");
    if (!lookout->running) {
        err = fiber_spawn("lookout", look_out, lookout, NULL);
        lookout->running = err == 0;
        lookout->server_dirty = true;
    }
    if (!err)
        *out = lookout;
    return err;
}

void lookout_stop(struct mail *mail)
{
    struct lookout *lookout = mail->lookout;
    if (!lookout)
        return;
    lookout->stopping = true;
    wake(lookout);
    wait_wake_all(&lookout->ended);
    while (lookout->running)
        (void)!wait_for(&lookout->ended, WAIT_FOREVER);
}

void lookout_close(struct mail *mail)
{
    struct lookout *lookout = mail->lookout;
    if (!lookout)
        return;
    lookout_stop(mail);
    map_clear(&lookout->watched);
    map_clear(&lookout->catalogues);
    map_clear(&lookout->names);
    free(lookout);
    mail->lookout = NULL;
}
