#include "mail/outgoing.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "delivery_plan.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "fiber/wait.h"
#include "outgoing_queue.h"
#include "store/messages.h"

enum {
    LOOK_MS = 10 * 1000, /* mail that nobody has told of is found by this */
    REST_MS = 10,        /* while another worker is taking what is due */
    RETRY_MAX = 3600,
    FILING_RETRY = 600
};

struct outgoing {
    struct wait_queue waiting;
    uint64_t news; /* counted: what comes while nobody waits is not missed */
};

int outgoing_open(struct mail *mail)
{
    mail->outgoing = calloc(1, sizeof *mail->outgoing);
    if (!mail->outgoing)
        return fail(ERR_NO_MEMORY, "no memory for outgoing mail");
    wait_queue_init(&mail->outgoing->waiting);
    return 0;
}

void outgoing_close(struct mail *mail)
{
    free(mail->outgoing);
    mail->outgoing = NULL;
}

/* Waiting -------------------------------------------------------------------------------------- */

void outgoing_wake(struct mail *mail)
{
    mail->outgoing->news++;
    wait_wake_all(&mail->outgoing->waiting);
}

/* Here at once; the others hear of it. */
void outgoing_announce(struct mail *mail)
{
    outgoing_wake(mail);
    mail_announce_outgoing(mail);
}

void outgoing_wait(struct mail *mail)
{
    struct outgoing *outgoing = mail->outgoing;
    uint64_t news = outgoing->news;
    int64_t due_ms;
    int64_t until = clock_monotonic_ms() + LOOK_MS;
    if (mail->settings.sends_mail && outgoing_rows_next(mail->database, &due_ms) == 0 &&
        due_ms < LOOK_MS)
        until = clock_monotonic_ms() + (due_ms > REST_MS ? due_ms : REST_MS);
    while (news == outgoing->news && clock_monotonic_ms() < until)
        (void)!wait_for(&outgoing->waiting, until);
}

/* Holding -------------------------------------------------------------------------------------- */

int outgoing_take(struct mail *mail, struct arena *arena, struct outgoing_claim *out)
{
    return outgoing_rows_claim(mail->database, mail->settings.outgoing_lease, arena, out);
}

int outgoing_hold(struct mail *mail, const struct outgoing_claim *claim, int64_t *held_until)
{
    int64_t now = clock_monotonic_ms();
    int64_t lease_ms = (int64_t)mail->settings.outgoing_lease * 1000;
    if (*held_until - now > lease_ms / 2)
        return 0;
    int err =
        *held_until ? outgoing_rows_renew(mail->database, claim, mail->settings.outgoing_lease) : 0;
    if (!err)
        *held_until = now + lease_ms;
    return err;
}

/* Reading -------------------------------------------------------------------------------------- */

/* Whether delivery has put that field before the message, or an edit of the header has left it
 * there. None of them is folded. */
static bool is_deliverys(struct slice line)
{
    return slice_starts_with_nocase(line, SLICE("Return-Path:")) ||
           slice_starts_with_nocase(line, SLICE("Delivered-To:"));
}

/* What delivery puts there ends with Received; what comes behind that was sent to us. */
static int read_first_chunk(struct slice chunk, int (*piece)(void *arg, struct slice octets),
                            void *arg)
{
    size_t begin = 0, at = 0;
    int err = 0;
    while (at < chunk.len && !err) {
        struct slice rest = slice_sub(chunk, at, chunk.len);
        size_t end = slice_find(rest, '\n') + 1;
        if (slice_starts_with_nocase(rest, SLICE("Received:")) || rest.data[0] == '\r' || end < 2)
            break;
        if (is_deliverys(rest)) {
            err = piece(arg, slice_sub(chunk, begin, at - begin));
            begin = at + end;
        }
        at += end;
    }
    return err ? err : piece(arg, slice_sub(chunk, begin, chunk.len));
}

static int read_chunk(struct mail *mail, const struct outgoing_claim *claim, uint32_t n,
                      int (*piece)(void *arg, struct slice octets), void *arg)
{
    struct arena arena;
    struct slice chunk;
    arena_init(&arena, 0);
    int err = messages_chunks(mail->database, &arena, claim->mail.message_id, n, n, &chunk);
    if (!err)
        err = n ? piece(arg, chunk) : read_first_chunk(chunk, piece, arg);
    arena_clear(&arena);
    fiber_breathe();
    return err;
}

int outgoing_read(struct mail *mail, const struct outgoing_claim *claim,
                  int (*piece)(void *arg, struct slice octets), void *arg)
{
    int err = piece(arg, claim->mail.fields);
    if (!err && !claim->mail.message_id)
        return piece(arg, claim->mail.letter);
    uint64_t chunks = (claim->size + MESSAGE_CHUNK_SIZE - 1) / MESSAGE_CHUNK_SIZE;
    for (uint32_t n = 0; n < chunks && !err; n++)
        err = read_chunk(mail, claim, n, piece, arg);
    return err;
}

int outgoing_is_utf8(struct mail *mail, const struct outgoing_claim *claim, bool *out)
{
    *out = false;
    if (!claim->mail.message_id)
        return 0; /* letters are written without */
    struct arena arena;
    struct message_part_row *row;
    arena_init(&arena, 0);
    int err =
        messages_get(mail->database, &arena, &claim->mail.message_id, 1, MESSAGE_HEADER, &row);
    if (!err)
        *out = !text_is_ascii(row->header);
    arena_clear(&arena);
    return err;
}

/* What came of it ------------------------------------------------------------------------------ */

int outgoing_sent(struct mail *mail, const struct outgoing_claim *claim)
{
    return outgoing_rows_finish(mail->database, claim);
}

int outgoing_retry(struct mail *mail, const struct outgoing_claim *claim, struct slice problem)
{
    uint64_t seconds = mail->settings.outgoing_retry;
    for (int64_t i = 0; i < claim->deferrals && seconds < RETRY_MAX; i++)
        seconds *= 2;
    return outgoing_rows_defer(mail->database, claim,
                               seconds < RETRY_MAX ? (uint32_t)seconds : RETRY_MAX,
                               slice_sub(problem, 0, OUTGOING_PROBLEM_MAX), OUTGOING_DEFERRED);
}

int outgoing_give_back(struct mail *mail, const struct outgoing_claim *claim, uint32_t seconds,
                       struct slice problem)
{
    return outgoing_rows_defer(mail->database, claim, seconds,
                               slice_sub(problem, 0, OUTGOING_PROBLEM_MAX), OUTGOING_UNREACHED);
}

/* As the administrator of the queue: what a script did with it once is not asked again. It leaves
 * the queue in the same transaction, so that it is filed once whoever is killed. A mailbox that was
 * deleted meanwhile would have taken the mail with it. */
static int file_at_home(struct mail *mail, const struct outgoing_claim *claim, bool *filed_out)
{
    const struct delivery delivery = {.client = SLICE("outgoing")};
    const struct intake_result message = {.message_id = claim->mail.message_id,
                                          .size = claim->size};
    *filed_out = false;
    if (!claim->mail.home_id || !claim->mail.message_id)
        return 0;
    enum { ATTEMPTS = 4 };
    int err = -ERR_STALE;
    for (int attempt = 0; attempt < ATTEMPTS && err == -ERR_STALE; attempt++) {
        struct arena arena;
        arena_init(&arena, 0);
        struct delivery_plan *plan = delivery_plan_new(mail, &delivery, &arena);
        err = plan ? delivery_plan_add(plan, claim->mail.home_id, &message, NULL) : -ERR_NO_MEMORY;
        if (!err) {
            delivery_plan_settle(plan, claim);
            err = delivery_plan_carry_out(plan);
        }
        arena_clear(&arena);
    }
    *filed_out = !err;
    return err == -ERR_NOT_FOUND ? 0 : err;
}

int outgoing_refused(struct mail *mail, const struct outgoing_claim *claim, struct slice problem,
                     bool *filed_out)
{
    struct slice text = slice_sub(problem, 0, OUTGOING_PROBLEM_MAX);
    int err = 0;
    if (!claim->refused) /* first of all, so that nobody sends it after it was filed */
        err = outgoing_rows_defer(mail->database, claim, mail->settings.outgoing_lease, text,
                                  OUTGOING_REFUSED);
    if (err)
        return err;
    err = file_at_home(mail, claim, filed_out);
    if (!err)
        return *filed_out ? 0 : outgoing_rows_finish(mail->database, claim);
    const struct error why = *last_error();
    int deferred = outgoing_rows_defer(mail->database, claim, FILING_RETRY, text, OUTGOING_REFUSED);
    return deferred ? deferred : fail_sql(why.code, why.sqlstate, "%s", why.text);
}
