#include "audience.h"

#include <stdlib.h>

#include "fiber/fiber.h"
#include "selected.h"
#include "server_private.h"
#include "update_shared.h"

struct audience {
    struct imap_server *server;
    int64_t mailbox_id;
    struct view_watcher watcher;
    struct link untold; /* struct audience_place */
    struct link told;
    uint32_t members;
    bool telling; /* its fiber lives */
};

static struct session *first_untold(const struct audience *audience)
{
    return CONTAINER_OF(audience->untold.next, struct selected, place.link)->session;
}

static void mark_told(struct audience *audience, struct session *session)
{
    struct link *link = &session->selected->place.link;
    link_remove(link);
    list_add_tail(&audience->told, link);
}

static void leave_to_session(struct audience *audience, struct session *session)
{
    mark_told(audience, session);
    stream_interrupt(session->stream);
}

/* Rendering lets others run: the session that it began with may be gone. */
static void tell_first(struct audience *audience)
{
    struct session *session = first_untold(audience);
    enum update_told told = update_tell(session);
    if (told == UPDATE_TOLD)
        mark_told(audience, session);
    else if (told == UPDATE_NEEDS_SESSION)
        leave_to_session(audience, session);
    else if (update_shared_render(session) != 0 && !list_empty(&audience->untold))
        leave_to_session(audience, first_untold(audience));
}

static void tell_all(void *arg)
{
    struct audience *audience = arg;
    struct imap_server *server = audience->server;
    fiber_yield(); /* who made the news hears of it before we begin */
    while (!list_empty(&audience->untold)) {
        tell_first(audience);
        fiber_breathe();
    }
    audience->telling = false;
    if (audience->members == 0)
        free(audience);
    roster_errand_ends(&server->roster);
}

static void view_changed(void *arg)
{
    struct audience *audience = arg;
    list_move_all(&audience->untold, &audience->told);
    if (audience->telling)
        return;
    audience->telling = fiber_spawn("audience", tell_all, audience, NULL) == 0;
    if (audience->telling)
        roster_errand_begins(&audience->server->roster);
    while (!audience->telling && !list_empty(&audience->untold))
        leave_to_session(audience, first_untold(audience));
}

static int audience_new(struct session *session, int64_t mailbox_id, struct audience **out)
{
    struct audience *audience = calloc(1, sizeof *audience);
    if (!audience)
        return fail(ERR_NO_MEMORY, "no memory for sessions that idle");
    int err = map_put(&session->server->audiences, (uint64_t)mailbox_id, audience);
    if (err) {
        free(audience);
        return err;
    }
    audience->server = session->server;
    audience->mailbox_id = mailbox_id;
    link_init(&audience->untold);
    link_init(&audience->told);
    audience->watcher.changed = view_changed;
    audience->watcher.arg = audience;
    view_watch(session->selected->view, &audience->watcher);
    *out = audience;
    return 0;
}

int audience_join(struct session *session)
{
    struct selected *selected = session->selected;
    int64_t mailbox_id = view_mailbox_id(selected->view);
    struct audience *audience = map_get(&session->server->audiences, (uint64_t)mailbox_id);
    int err = audience ? 0 : audience_new(session, mailbox_id, &audience);
    if (err)
        return err;
    selected->place.audience = audience;
    list_add_tail(&audience->told, &selected->place.link);
    audience->members++;
    return 0;
}

void audience_leave(struct audience_place *place)
{
    struct audience *audience = place->audience;
    if (!audience)
        return;
    link_remove(&place->link);
    place->audience = NULL;
    if (--audience->members > 0)
        return;
    view_unwatch(&audience->watcher);
    (void)map_remove(&audience->server->audiences, (uint64_t)audience->mailbox_id);
    if (!audience->telling)
        free(audience);
}
