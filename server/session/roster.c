#include "session/roster.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "mail/account.h"

/* Time to finish a command; with what the news and the look-up take, all is over
 * within a second. */
enum { EVICTION_GRACE_MS = 600 };
/* For sessions that were ended hard. */
enum { CANCEL_TIMEOUT_MS = 2000 };

void roster_init(struct roster *roster, struct mail *mail, const struct roster_hooks *hooks)
{
    *roster = (struct roster){.mail = mail, .hooks = *hooks};
    link_init(&roster->seats);
    wait_queue_init(&roster->ended);
}

static struct seat *seat_of(struct link *link)
{
    return CONTAINER_OF(link, struct seat, link);
}

static void leave_address(struct roster *roster, const char *remote)
{
    if (roster->hooks.leave_address)
        roster->hooks.leave_address(roster->hooks.arg, remote);
}

int roster_enter(struct roster *roster, struct seat *seat, const char *name,
                 void (*main)(void *session), void *session)
{
    list_add_tail(&roster->seats, &seat->link);
    roster->count++;
    int err = fiber_spawn(name, main, session, NULL);
    if (err) {
        log_event(LOG_ERROR, "accept", log_text("error", last_error()->text));
        roster_leave(roster, seat);
    }
    return err;
}

void roster_leave(struct roster *roster, struct seat *seat)
{
    leave_address(roster, seat->remote);
    link_remove(&seat->link);
    if (--roster->count == 0)
        wait_wake_all(&roster->ended);
}

void roster_turn_away(struct roster *roster, int fd, const char *remote)
{
    close(fd);
    log_event(LOG_ERROR, "accept", log_text("error", last_error()->text));
    leave_address(roster, remote);
}

bool roster_admit(struct roster *roster, struct seat *seat, struct slice login)
{
    seat->admitted =
        !roster->hooks.enter_user || roster->hooks.enter_user(roster->hooks.arg, login);
    return seat->admitted;
}

void roster_release(struct roster *roster, struct seat *seat)
{
    if (seat->admitted && roster->hooks.leave_user)
        roster->hooks.leave_user(roster->hooks.arg, seat->actor->login);
    seat->admitted = false;
}

void roster_errand_begins(struct roster *roster)
{
    roster->errands++;
}

void roster_errand_ends(struct roster *roster)
{
    roster->errands--;
    wait_wake_all(&roster->ended);
}

struct eviction {
    struct roster *roster;
    int64_t user_id;
};

/* It has not had the time to look for itself: it is inside a command. */
static bool is_unaware(const struct seat *seat, int64_t user_id)
{
    return seat->actor && seat->actor->user_id == user_id && seat->check_user;
}

static bool has_unaware(struct roster *roster, int64_t user_id)
{
    LIST_EACH(&roster->seats, l)
    {
        if (is_unaware(seat_of(l), user_id))
            return true;
    }
    return false;
}

static void cut_off(struct roster *roster, int64_t user_id)
{
    LIST_EACH(&roster->seats, l)
    {
        struct seat *seat = seat_of(l);
        if (!is_unaware(seat, user_id))
            continue;
        seat->evicted = true;
        stream_cancel(seat->stream);
    }
}

static void evict(void *arg)
{
    struct eviction eviction = *(struct eviction *)arg;
    free(arg);
    fiber_sleep(EVICTION_GRACE_MS);
    bool enabled = true;
    int err = 0;
    if (has_unaware(eviction.roster, eviction.user_id))
        err = account_is_enabled(eviction.roster->mail, eviction.user_id, &enabled);
    if (err) /* the sessions look themselves when their commands have ended */
        log_event(LOG_WARNING, "evict", log_text("error", err_name(err)));
    else if (!enabled)
        cut_off(eviction.roster, eviction.user_id);
    roster_errand_ends(eviction.roster);
}

static void eviction_begin(struct roster *roster, int64_t user_id)
{
    struct eviction *eviction = malloc(sizeof *eviction);
    if (!eviction)
        return; /* the sessions end with their commands */
    *eviction = (struct eviction){roster, user_id};
    if (fiber_spawn("eviction", evict, eviction, NULL) == 0)
        roster_errand_begins(roster);
    else
        free(eviction);
}

void roster_user_changed(struct roster *roster, int64_t user_id)
{
    bool has_sessions = false;
    roster->changes++;
    LIST_EACH(&roster->seats, l)
    {
        struct seat *seat = seat_of(l);
        if (!seat->actor || seat->actor->user_id == 0)
            continue;
        if (user_id == 0 || seat->actor->user_id == user_id) {
            seat->check_user = has_sessions = true;
            stream_interrupt(seat->stream);
        }
    }
    if (has_sessions && user_id != 0 && !roster->stopping)
        eviction_begin(roster, user_id);
}

static void await_end(struct roster *roster, int64_t deadline)
{
    while ((roster->count || roster->errands) && wait_for(&roster->ended, deadline) == 0)
        continue;
}

void roster_stop(struct roster *roster, uint32_t timeout_ms)
{
    roster->stopping = true;
    LIST_EACH(&roster->seats, l)
    {
        struct seat *seat = seat_of(l);
        seat->stopping = true;
        stream_interrupt(seat->stream);
    }
    await_end(roster, clock_monotonic_ms() + timeout_ms);
    LIST_EACH(&roster->seats, l)
    stream_cancel(seat_of(l)->stream);
    await_end(roster, clock_monotonic_ms() + CANCEL_TIMEOUT_MS);
}
