/*
 * postroomctl import MAILBOX FILE|DIR…: takes mail in, flags and dates kept.
 *
 * It can be broken off and started again: a message whose very octets are in
 * the mailbox is not put there a second time. (The same message twice in the
 * source comes in twice: copies are counted.)
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "admin.h"
#include "base/clock.h"
#include "base/map.h"
#include "import_source.h"
#include "mail/content.h"
#include "mail/view.h"
#include "mail/writer.h"

enum { IMPORT_BATCH = 100, IMPORT_PROGRESS_MS = 100 };

struct import {
    struct admin *admin;
    const struct grant *grant;
    struct map
        there; /* message id → how many of it are in the mailbox, not yet met in the source */
    struct append_item batch[IMPORT_BATCH];
    size_t batched;
    uint64_t imported, skipped;
    uint64_t octets_done, octets_all;
    bool shows_progress;
    int64_t shown_at;
};

static void import_show_progress(struct import *import, bool last)
{
    int64_t now = clock_monotonic_ms();
    if (!import->shows_progress || (!last && now - import->shown_at < IMPORT_PROGRESS_MS))
        return;
    import->shown_at = now;
    double share =
        import->octets_all ? (double)import->octets_done / (double)import->octets_all : 1;
    int filled = (int)(share * 40);
    fprintf(stderr, "\r[%.*s%*s] %3d %%  %llu messages%s", filled,
            "########################################", 40 - filled, "", (int)(share * 100),
            (unsigned long long)(import->imported + import->skipped), last ? "\n" : "");
}

/* Counts are kept as pointers: value n is the pointer (char *)0 + n. */
static int import_count_existing(struct import *import)
{
    struct view *view;
    struct picture *picture = NULL;
    int err = view_open(import->admin->mail, import->grant, &view);
    if (err)
        return err;
    err = view_picture(view, import->admin->actor.user_id, &picture);
    for (uint32_t seq = 1; !err && seq <= picture_count(picture); seq++) {
        uint64_t id = (uint64_t)picture_entry(picture, seq).message_id;
        uintptr_t count = (uintptr_t)map_get(&import->there, id);
        err = map_put(&import->there, id, (void *)(count + 1));
    }
    picture_unref(&picture);
    view_close(&view);
    return err;
}

static bool import_is_there(struct import *import, int64_t message_id)
{
    uintptr_t count = (uintptr_t)map_get(&import->there, (uint64_t)message_id);
    if (count == 0)
        return false;
    if (count == 1)
        map_remove(&import->there, (uint64_t)message_id);
    else if (map_put(&import->there, (uint64_t)message_id, (void *)(count - 1)))
        return true; /* replacing a value needs no memory */
    return true;
}

static int import_commit(struct import *import)
{
    if (import->batched == 0)
        return 0;
    struct append_outcome outcome = {0};
    int err =
        writer_append(import->admin->mail, import->grant, import->batch, import->batched, &outcome);
    if (!err)
        import->imported += import->batched;
    import->batched = 0;
    uidset_clear(&outcome.uids);
    return err;
}

static int import_store(struct import *import, const struct source_message *message,
                        struct intake_result *out)
{
    struct intake *intake;
    int err = intake_begin(import->admin->mail, &intake);
    if (err)
        return err;
    err = intake_write(intake, message->octets);
    if (!err)
        err = intake_finish(intake, out);
    intake_free(&intake);
    if (!err)
        return 0;
    struct error reason = *last_error();
    return fail(reason.code, "%s: %s", message->origin, reason.text);
}

static int import_message(void *arg, const struct source_message *message)
{
    struct import *import = arg;
    struct intake_result stored;
    int err = import_store(import, message, &stored);
    if (err)
        return err;
    import->octets_done += message->source_octets;
    import_show_progress(import, false);
    if (import_is_there(import, stored.message_id)) {
        import->skipped++;
        return 0;
    }
    struct flag_names names = {.system = message->flags,
                               .keywords = (struct slice *)(uintptr_t)message->keywords,
                               .keyword_count = message->keyword_count};
    struct append_item *item = &import->batch[import->batched];
    *item = (struct append_item){
        .message_id = stored.message_id, .size = stored.size, .seal = stored.seal};
    err = writer_resolve_flags(import->admin->mail, import->grant, &names, &item->flags);
    item->internal_date = message->internal_date;
    if (item->internal_date == INT64_MIN)
        item->internal_date =
            stored.sent_at == INT64_MIN ? message->fallback_date : stored.sent_at * 1000000;
    if (!err && ++import->batched == IMPORT_BATCH)
        err = import_commit(import);
    return err;
}

static int import_sources(struct import *import)
{
    struct admin *admin = import->admin;
    struct source_handler handler = {.arg = import, .message = import_message};
    int err = 0;
    for (int i = 1; !err && i < admin->argc; i++) {
        uint64_t octets;
        err = source_measure(admin->argv[i], &octets);
        if (!err)
            import->octets_all += octets;
    }
    for (int i = 1; !err && i < admin->argc; i++)
        err = source_each(admin->argv[i], &handler);
    /* What came in before a failure stays: the next run goes on from there. */
    struct error reason = *last_error();
    int committed = import_commit(import);
    if (err)
        return fail(reason.code, "%s", reason.text);
    return committed;
}

static int import_run(struct admin *admin)
{
    static const char *const columns[] = {"mailbox", "imported", "already_there", NULL};
    struct import *import = ARENA_NEW(&admin->arena, struct import);
    if (!import)
        return -ERR_NO_MEMORY;
    import->admin = admin;
    import->shows_progress = isatty(STDERR_FILENO);
    map_init(&import->there);
    int err = admin_mailbox_grant(admin, 0, &import->grant);
    if (!err)
        err = import_count_existing(import);
    if (!err)
        err = import_sources(import);
    if (!err)
        import_show_progress(import, true);
    map_clear(&import->there);
    if (err)
        return err;
    output_columns(admin->output, columns);
    output_single(admin->output);
    struct cell cells[] = {cell_text(admin_argument(admin, 0)),
                           cell_number((int64_t)import->imported),
                           cell_number((int64_t)import->skipped)};
    return output_row(admin->output, cells);
}

const struct admin_verb import_verbs[] = {
    {"import", "", "MAILBOX FILE|DIR…",
     "Takes in .eml files, mboxes and Maildirs; started again it goes on where it was.", 2, -1, 0,
     import_run, NULL},
    {0},
};
