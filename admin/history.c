/* postroomctl history: who did what, when, and from where. */
#include "mail/history.h"

#include <signal.h>
#include <stdio.h>

#include "admin.h"
#include "deleted.h"
#include "fiber/loop.h"
#include "when.h"

/* The one that there is, else the one that was deleted. */
static int find_mailbox(struct admin *admin, int64_t *id_out)
{
    const struct grant *grant;
    int err = admin_flag(admin, "id") ? -ERR_NOT_FOUND : admin_mailbox_grant(admin, 0, &grant);
    if (!err)
        *id_out = grant_mailbox_id(grant);
    if (err != -ERR_NOT_FOUND)
        return err;
    struct deleted_mailbox_row row;
    err = admin_deleted_mailbox(admin, 0, &row);
    if (!err)
        *id_out = row.id;
    return err;
}

static int read_filter(struct admin *admin, struct history_filter *out)
{
    struct slice user = admin_option(admin, "user");
    struct slice since = admin_option(admin, "since");
    struct slice uid = admin_option(admin, "uid");
    *out = (struct history_filter){.actor = user.data ? user : SLICE_EMPTY, .since = INT64_MAX};
    uint64_t number = 0;
    if (uid.data && (!slice_to_u64(uid, &number) || number == 0 || number > UINT32_MAX))
        return fail(ERR_INVALID, "\"%.*s\" is no UID", SLICE_ARGS(uid));
    out->uid = (uint32_t)number;
    return since.data ? when_parse_past(since, &out->since) : 0;
}

/* Printing ------------------------------------------------------------------------------- */

static const char *const people_columns[] = {"time",  "user",    "client", "what", "uids",
                                             "flags", "subject", "detail", NULL};
static const char *const program_columns[] = {"modseq",     "time",    "user",   "client", "what",
                                              "uids",       "flags",   "whose",  "from",   "to",
                                              "other_uids", "subject", "detail", NULL};

/* "from Shared/Sales 3:5", "of bob", or what the journal has to say. */
static struct slice people_detail(struct admin *admin, const struct history_event *event)
{
    const char *text = NULL;
    if (event->other.len)
        text = arena_printf(&admin->arena, "%s %.*s %.*s", event->to_other ? "to" : "from",
                            SLICE_ARGS(admin_mailbox_text(admin, event->other)),
                            SLICE_ARGS(event->other_uids));
    else if (event->reader.len && !slice_equal(event->reader, event->actor))
        text = arena_printf(&admin->arena, "of %.*s", SLICE_ARGS(event->reader));
    return text ? slice_cstr(text) : event->detail;
}

static int print_for_people(struct admin *admin, const struct history_event *event)
{
    const struct cell cells[] = {
        cell_text(when_text(&admin->arena, event->at)),
        cell_text(event->actor),
        cell_text(event->client),
        cell_text(slice_cstr(event->what)),
        cell_text(event->uids),
        cell_text(event->flags),
        cell_text(event->subject),
        cell_text(people_detail(admin, event)),
    };
    return output_row(admin->output, cells);
}

static int print_for_programs(struct admin *admin, const struct history_event *event)
{
    struct slice other = event->other.len ? admin_mailbox_text(admin, event->other) : SLICE_EMPTY;
    const struct cell cells[] = {
        cell_number((int64_t)event->modseq),
        cell_text(when_text(&admin->arena, event->at)),
        cell_text(event->actor),
        cell_text(event->client),
        cell_text(slice_cstr(event->what)),
        cell_text(event->uids),
        cell_text(event->flags),
        cell_text(event->reader),
        cell_text(event->to_other ? SLICE_EMPTY : other),
        cell_text(event->to_other ? other : SLICE_EMPTY),
        cell_text(event->other_uids),
        cell_text(event->subject),
        cell_text(event->detail),
    };
    return output_row(admin->output, cells);
}

static int print_batch(struct admin *admin, int64_t mailbox_id, const struct history_filter *filter,
                       uint64_t *after, size_t *count_out)
{
    bool json = output_is_json(admin->output);
    struct history_event *events;
    int err = history_read(admin->mail, &admin->actor, mailbox_id, filter, *after, &admin->arena,
                           &events, count_out);
    for (size_t i = 0; !err && i < *count_out; i++) {
        err = json ? print_for_programs(admin, &events[i]) : print_for_people(admin, &events[i]);
        *after = events[i].modseq;
    }
    return err;
}

/* Up to the journal's end; each batch in memory of its own, since that may be far. */
static int print_news(const struct admin *admin, int64_t mailbox_id,
                      const struct history_filter *filter, uint64_t *after)
{
    size_t count = HISTORY_BATCH;
    int err = 0;
    while (!err && count == HISTORY_BATCH) {
        struct admin turn = *admin;
        arena_init(&turn.arena, 0);
        err = print_batch(&turn, mailbox_id, filter, after, &count);
        arena_clear(&turn.arena);
    }
    return err;
}

/* Following ------------------------------------------------------------------------------ */

static void stop(void *arg, int signum)
{
    (void)signum;
    history_stop(arg);
}

static int print_as_it_happens(struct admin *admin, struct history_follower *follower,
                               int64_t mailbox_id, const struct history_filter *filter)
{
    uint64_t after = 0;
    int err = 0;
    while (!err && history_wait(follower)) {
        err = print_news(admin, mailbox_id, filter, &after);
        if (!err && !output_flush(admin->output))
            break; /* nobody reads it any more */
    }
    return err;
}

static int follow(struct admin *admin, int64_t mailbox_id, const struct history_filter *filter)
{
    struct history_follower *follower;
    int err = history_follow(admin->mail, mailbox_id, &follower);
    if (err)
        return err;
    struct signal_watch *interrupted = NULL, *terminated = NULL;
    err = signal_watch_new(SIGINT, stop, follower, &interrupted);
    if (!err)
        err = signal_watch_new(SIGTERM, stop, follower, &terminated);
    if (!err)
        err = print_as_it_happens(admin, follower, mailbox_id, filter);
    signal_watch_free(&interrupted);
    signal_watch_free(&terminated);
    history_unfollow(&follower);
    return err;
}

static int admin_history(struct admin *admin)
{
    int64_t mailbox_id = 0;
    struct history_filter filter;
    uint64_t after = 0;
    int err = read_filter(admin, &filter);
    if (!err)
        err = find_mailbox(admin, &mailbox_id);
    if (err)
        return err;
    output_columns(admin->output, output_is_json(admin->output) ? program_columns : people_columns);
    return admin_flag(admin, "follow") ? follow(admin, mailbox_id, &filter)
                                       : print_news(admin, mailbox_id, &filter, &after);
}

static const struct admin_option history_options[] = {
    {"user", "LOGIN"}, {"uid", "UID"},   {"since", "TIME"},
    {"follow", NULL},  {"id", "NUMBER"}, {NULL, NULL},
};

const struct admin_verb history_verbs[] = {
    {"history", "", "MAILBOX",
     "Tells who did what in a mailbox, when, and from where; --follow goes on as it happens.", 1, 1,
     0, admin_history, history_options},
    {0},
};
