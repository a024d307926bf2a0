#include "events.h"

#include "base/log.h"
#include "selected.h"

static void log_problem(const struct session *session, const struct command *command,
                        const struct grant *grant, const struct filter_event_report *report)
{
    struct slice name = grant_name(grant);
    int err = report->failed == 1
                  ? fail(ERR_INVALID, "%.*s: %.*s", SLICE_ARGS(name), SLICE_ARGS(report->problem))
                  : fail(ERR_INVALID, "%.*s: %.*s; and %zu more", SLICE_ARGS(name),
                         SLICE_ARGS(report->problem), report->failed - 1);
    session_log(session, LOG_WARNING, "event-filter", command->row->name, err);
}

/* The event has happened, whether its client is still there or not; but a server that stops waits
 * no longer than for other commands. */
static bool is_over(void *arg)
{
    const struct session *session = arg;
    return session->seat.stopping && stream_is_cancelled(session->stream);
}

static void run(struct session *session, struct command *command, const struct grant *grant,
                struct filter_event *event)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct filter_event_report report = {.failed = 0};
    event->progress = progress_begin(session, command, uidset_size(event->uids));
    event->is_over = is_over;
    event->arg = session;
    int err = filter_event_run(session->mail, grant, event, &arena, &report);
    progress_end(command);
    if (err)
        session_log(session, LOG_ERROR, "event-filter", command->row->name, err);
    else if (report.failed)
        log_problem(session, command, grant, &report);
    arena_clear(&arena);
}

void events_saved(struct session *session, struct command *command, const struct grant *grant,
                  enum filter_cause cause, const struct uidset *uids)
{
    struct filter_event event = {.cause = cause, .uids = uids};
    if (filter_event_is_wanted(grant))
        run(session, command, grant, &event);
}

int events_before_flags(const struct session *session, struct picture **out)
{
    struct picture *before = NULL;
    int err =
        filter_event_is_wanted(selected_grant(session)) ? selected_current(session, &before) : 0;
    if (!err)
        *out = before;
    return err;
}

void events_after_flags(struct session *session, struct command *command, const struct uidset *uids,
                        struct picture **before, int err)
{
    if (!*before)
        return;
    struct filter_event event = {.cause = FILTER_FLAGGED, .uids = uids, .before = *before};
    if (!err)
        run(session, command, selected_grant(session), &event);
    picture_unref(before);
}
