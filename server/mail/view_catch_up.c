#include "engine.h"
#include "fiber/fiber.h"
#include "view_move.h"

/* Who has the view `moving` ---------------------------------------------------------- */

static void begin_moving(struct view *view)
{
    view->moving = true;
}

static void end_moving(struct view *view, int err)
{
    view->moving = false;
    if (err) {
        view->failures++;
        view->failure = *last_error();
    }
    wait_wake_all(&view->moved);
}

/* Until nobody moves the view. When a move fails meanwhile, so does the wait:
 * each waiter trying for itself would only add up their timeouts. */
static int wait_for_move(struct view *view)
{
    uint64_t failures = view->failures;
    while (view->moving) {
        (void)!wait_for(&view->moved, WAIT_FOREVER);
        if (view->failures != failures)
            return fail_sql(view->failure.code, view->failure.sqlstate, "%s", view->failure.text);
    }
    return 0;
}

/* Until nobody moves the view, whatever comes of the moves. */
static void wait_for_turn(struct view *view)
{
    while (view->moving)
        (void)!wait_for(&view->moved, WAIT_FOREVER);
}

/* Moving ------------------------------------------------------------------------------- */

static void mark_gone(struct view *view)
{
    if (view->gone)
        return;
    view->gone = true;
    view_tell_watchers(view);
}

static int advance_aside(struct view_move *move)
{
    int err = move->view->snapshot ? 0 : view_move_load(move);
    if (!err)
        err = view_move_follow(move);
    if (!err)
        err = view_move_publish(move);
    return err;
}

/* To the end of the journal. */
static int advance(struct view *view)
{
    begin_moving(view);
    struct view_move move;
    int err = view_move_begin(&move, view);
    if (!err)
        err = advance_aside(&move);
    if (err)
        view_move_abandon(&move);
    end_moving(view, err);
    if (err == -ERR_NOT_FOUND)
        mark_gone(view);
    return err;
}

static int fail_gone(void)
{
    return fail(ERR_NOT_FOUND, "the mailbox was deleted");
}

/* The journal ends before the modseq somebody has heard of. */
static int explain_standstill(struct view *view, uint64_t modseq)
{
    struct mailbox_state state;
    int err = entries_state(view->mail->database, view->mailbox_id, &state);
    if (err == -ERR_NOT_FOUND)
        mark_gone(view);
    if (err || state.highest_modseq >= modseq)
        return err;
    return fail(ERR_UNAVAILABLE, "the database does not have the mailbox's latest changes");
}

int view_catch_up(struct view *view, uint64_t modseq)
{
    int err = 0;
    while (!err && view_modseq_or_zero(view) < modseq) {
        if (view->gone)
            return fail_gone();
        if (view->moving) {
            err = wait_for_move(view);
            continue;
        }
        uint64_t before = view_modseq_or_zero(view);
        err = advance(view);
        if (!err && view_modseq_or_zero(view) == before)
            err = explain_standstill(view, modseq);
    }
    return err;
}

int view_ensure_loaded(struct view *view, bool *led_out)
{
    while (!view->snapshot) {
        if (view->moving) {
            int err = wait_for_move(view);
            if (err)
                return err;
            continue;
        }
        int err = advance(view);
        if (err)
            return err;
        *led_out = true;
        return 0;
    }
    *led_out = false;
    return 0;
}

int view_refresh(struct view *view)
{
    struct mailbox_state state;
    int err = entries_state(view->mail->database, view->mailbox_id, &state);
    if (err == -ERR_NOT_FOUND)
        mark_gone(view);
    if (err)
        return err;
    if (view->first_recent < state.first_recent)
        view->first_recent = state.first_recent;
    return view_catch_up(view, state.highest_modseq);
}

/* The writer's news ---------------------------------------------------------------------- */

/* Whether the rows that the view does not know follow it without a hole. */
static bool continues(const struct view *view, const struct view_news *news)
{
    uint64_t modseq = view->snapshot->modseq;
    for (size_t i = 0; i < news->row_count; i++) {
        uint64_t next = news->rows[i]->modseq;
        if (next > modseq + 1)
            return false;
        if (next == modseq + 1)
            modseq = next;
    }
    return news->complete;
}

static int apply_news(struct view *view, const struct view_news *news)
{
    begin_moving(view);
    struct view_move move;
    int err = view_move_begin(&move, view);
    for (size_t i = 0; i < news->row_count && !err; i++) {
        if (news->rows[i]->modseq == move.builder.modseq + 1)
            err = view_move_apply(&move, news->rows[i], news->entries, news->entry_count);
    }
    if (!err)
        err = view_move_publish(&move);
    if (err)
        view_move_abandon(&move);
    end_moving(view, err);
    return err;
}

int view_absorb(struct view *view, const struct view_news *news)
{
    wait_for_turn(view);
    if (!view->snapshot || view->gone || view->snapshot->modseq >= news->last)
        return 0;
    if (continues(view, news))
        return apply_news(view, news);
    return view->openers > 0 ? view_catch_up(view, news->last) : 0; /* opening it catches up */
}

/* Hints ------------------------------------------------------------------------------------ */

/* A failure is left to the hub's next hint or sweep, and so is a hint that
 * promised too much. */
static void follow(void *arg)
{
    struct view *view = arg;
    while (view->openers > 0 && !view->gone && view_modseq_or_zero(view) < view->wanted) {
        if (view_catch_up(view, view->wanted) != 0)
            view->wanted = 0;
    }
    view->following = false;
    view_fiber_done(view);
}

void view_follow(struct view *view, uint64_t modseq)
{
    if (view->wanted < modseq)
        view->wanted = modseq;
    if (view->following || view->openers == 0 || view->gone ||
        view_modseq_or_zero(view) >= view->wanted)
        return;
    view->following = view_spawn(view, "view follower", follow) == 0;
}
