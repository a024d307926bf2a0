#include "progress.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "command.h"
#include "fiber/fiber.h"
#include "server_private.h"
#include "session.h"

/* A client that takes nothing is told nothing more. */
enum { PENDING_MOST = STREAM_OUTPUT_HIGH / 2 };

void progress_list_init(struct progress_list *list)
{
    link_init(&list->at_work);
    wait_queue_init(&list->end);
}

void progress_list_stop(struct progress_list *list)
{
    wait_wake_all(&list->end);
}

/* "]" would end the response code. */
static void render_tag(struct slice tag, struct buffer *out)
{
    if (memchr(tag.data, ']', tag.len)) {
        buffer_add_cstr(out, "NIL");
        return;
    }
    buffer_add_char(out, '"');
    buffer_add(out, tag);
    buffer_add_char(out, '"');
}

/* The goal is what is reached when the command has ended, not before. */
static void render_state(const struct progress_count *count, struct buffer *out)
{
    if (count->done == 0 && count->goal == 0) {
        buffer_add_cstr(out, "NIL NIL");
        return;
    }
    bool is_early = count->goal == 0 || count->done < count->goal;
    buffer_add_u64(out, is_early ? count->done : count->goal - 1);
    buffer_add_char(out, ' ');
    if (count->goal)
        buffer_add_u64(out, count->goal);
    else
        buffer_add_cstr(out, "NIL");
}

void progress_render(struct slice tag, const struct progress_count *count, struct buffer *out)
{
    buffer_add_cstr(out, "* OK [INPROGRESS (");
    render_tag(tag, out);
    buffer_add_char(out, ' ');
    render_state(count, out);
    buffer_add_cstr(out, ")] Still at work\r\n");
}

static int64_t interval_ms(const struct session *session)
{
    return (int64_t)session->server->settings.progress_interval * 1000;
}

static void tell(struct progress *progress)
{
    struct session *session = progress->session;
    progress->tell_at = clock_monotonic_ms() + interval_ms(session);
    if (stream_pending(session->stream) > PENDING_MOST)
        return;
    struct buffer line;
    buffer_init(&line, 0);
    progress_render(progress->tag, &progress->count, &line);
    if (buffer_check(&line) == 0)
        stream_send_between(session->stream, buffer_slice(&line));
    buffer_clear(&line);
}

/* Returns when the next is due. Nothing here parks: the list stays as it is. */
static int64_t tell_due(struct progress_list *list)
{
    int64_t now = clock_monotonic_ms(), next = INT64_MAX;
    LIST_EACH(&list->at_work, l)
    {
        struct progress *progress = CONTAINER_OF(l, struct progress, link);
        if (progress->tell_at <= now)
            tell(progress);
        if (next > progress->tell_at)
            next = progress->tell_at;
    }
    return next;
}

/* Who begins while it sleeps is not due before it wakes up. */
static void look_now_and_then(void *arg)
{
    struct imap_server *server = arg;
    struct progress_list *list = &server->progress;
    while (!list_empty(&list->at_work) && !server->roster.stopping)
        (void)!wait_for(&list->end, tell_due(list));
    list->running = false;
    roster_errand_ends(&server->roster);
}

/* Without it the client waits unheard, as it did before there was progress. */
static void begin_to_look(struct imap_server *server)
{
    if (server->progress.running || server->roster.stopping)
        return;
    server->progress.running = fiber_spawn("progress", look_now_and_then, server, NULL) == 0;
    if (server->progress.running)
        roster_errand_begins(&server->roster);
}

struct progress_count *progress_begin(struct session *session, struct command *command,
                                      uint64_t goal)
{
    struct imap_server *server = session->server;
    struct progress *progress = &command->progress;
    if (progress->tell_at == 0) {
        progress->session = session;
        progress->tag = command->tag;
        progress->tell_at = clock_monotonic_ms() + interval_ms(session);
    }
    progress->count = (struct progress_count){.goal = goal};
    list_add_tail(&server->progress.at_work, &progress->link);
    begin_to_look(server);
    return &progress->count;
}

void progress_end(struct command *command)
{
    link_remove(&command->progress.link);
}
