#include "workers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "fiber/fiber.h"

enum { PATIENCE_MS = 10 * 1000 };

static void note_user(void *arg, int64_t user_id)
{
    struct worker *worker = arg;
    if (user_id == 0)
        worker->anybody_changes++;
    else
        worker->changed_user = user_id;
}

void worker_start(struct worker *worker, bool listen)
{
    *worker = (struct worker){0};
    const struct database_settings database_settings = {.conninfo = world_conninfo(),
                                                        .connections = 4,
                                                        .wait_ms = 5000,
                                                        .statement_timeout_ms = 30000};
    const struct mail_settings mail_settings = {
        .recently_deleted = true,
        .mime = {.depth = 100, .parts = 10000, .header_size = 1 << 20},
        .message_max = 32 << 20,
        .mailboxes_per_user = 20,
        .annotation_size = 1024,
        .annotations = 10,
        .retention_days = 14,
        .journal_days = 30,
        .listen = listen,
        .user_changed = note_user,
        .arg = worker};
    if (!CHECK_OK(database_open(&database_settings, &worker->database)) ||
        !CHECK_OK(database_wait(worker->database)) ||
        !CHECK_OK(mail_open(worker->database, &mail_settings, &worker->mail)))
        abort();
}

void worker_stop(struct worker *worker)
{
    mail_close(&worker->mail);
    database_close(&worker->database);
}

const struct grant *worker_grant(struct worker *worker, struct world *world,
                                 const struct actor *actor, const char *name)
{
    const struct grant *grant = NULL;
    if (!CHECK_OK(
            acl_check(worker->mail, actor, slice_cstr(name), RIGHTS_NONE, &world->arena, &grant)))
        abort();
    return grant;
}

struct view *worker_view(struct worker *worker, struct world *world, const struct actor *actor,
                         const char *name)
{
    struct view *view = NULL;
    if (!CHECK_OK(view_open(worker->mail, worker_grant(worker, world, actor, name), &view)))
        abort();
    return view;
}

struct picture *worker_picture(struct view *view, const struct actor *actor)
{
    struct picture *picture = NULL;
    if (!CHECK_OK(view_picture(view, actor->user_id, &picture)))
        abort();
    return picture;
}

int64_t workers_make_messages(uint32_t count)
{
    char sql[400];
    snprintf(sql, sizeof sql,
             "WITH made AS (INSERT INTO messages"
             " (sha256, size, header, envelope, bodystructure, parts)"
             " SELECT sha256((random()::text || n)::bytea), 1000, '', '', '', ''"
             " FROM generate_series(1, %u) n RETURNING id) SELECT min(id) FROM made",
             (unsigned)count);
    return world_sql(sql);
}

int workers_append(struct mail *mail, const struct grant *grant, int64_t message_id, uint32_t count,
                   flag_mask flags, struct append_outcome *out)
{
    struct append_item *items = calloc(count, sizeof *items);
    for (uint32_t i = 0; i < count; i++)
        items[i] = (struct append_item){.message_id = message_id + i,
                                        .size = 1000 + i,
                                        .flags = flags,
                                        .internal_date = (int64_t)1000000 * (1700000000 + i)};
    int err = writer_append(mail, grant, items, count, out);
    free(items);
    return err;
}

int workers_store(struct mail *mail, const struct grant *grant, uint32_t first, uint32_t last,
                  enum flag_change change, flag_mask flags)
{
    struct uidset uids;
    uidset_init(&uids);
    CHECK_OK(uidset_add_range(&uids, first, last));
    int err = writer_store(mail, grant, &uids, change, flags, NULL);
    uidset_clear(&uids);
    return err;
}

int workers_expunge(struct mail *mail, const struct grant *grant)
{
    return writer_expunge(mail, grant, NULL, 0, NULL);
}

const char *workers_render(const struct picture *picture)
{
    static char text[4000];
    size_t len = 0;
    text[0] = '\0';
    for (uint32_t seq = 1; seq <= picture_count(picture) && len < sizeof text - 40; seq++) {
        struct entry entry = picture_entry(picture, seq);
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%u:%" PRIx64, seq > 1 ? " " : "",
                                (unsigned)entry.uid, entry.flags);
    }
    return text;
}

bool workers_wait(bool (*condition)(void *arg), void *arg)
{
    int64_t until = clock_monotonic_ms() + PATIENCE_MS;
    while (!condition(arg)) {
        if (clock_monotonic_ms() > until)
            return false;
        fiber_sleep(2);
    }
    return true;
}
