#include "mail/pulse.h"

#include "base/list.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "fiber/wait.h"
#include "indexer.h"
#include "store/mailboxes.h"
#include "store/recently_deleted.h"

enum { ROUND_MOST = 64 };

/* The pulses of one turn, asked for together. It lives on the stack of the
 * fiber that began it, which ends last. Joined only until it is sent: an
 * answer must be younger than the command it is for. */
struct pulse_round {
    struct mailbox_pulse_asked asked[ROUND_MOST];
    size_t count;
    size_t members; /* fibers that have not taken their answer yet */
    bool answered;
    int failed;
    struct error reason;
    struct wait_queue done;  /* members */
    struct wait_queue taken; /* the one that began it */
};

/* The place of this question; the same one is asked once. */
static size_t join(struct pulse_round *round, int64_t mailbox_id, int64_t user_id)
{
    round->members++;
    for (size_t i = 0; i < round->count; i++)
        if (round->asked[i].mailbox_id == mailbox_id && round->asked[i].user_id == user_id)
            return i;
    round->asked[round->count] =
        (struct mailbox_pulse_asked){.mailbox_id = mailbox_id, .user_id = user_id};
    return round->count++;
}

static int ask_one(struct mail *mail, struct mailbox_pulse_asked *one)
{
    int err = mailboxes_pulse(mail->database, one->mailbox_id, one->user_id, &one->pulse);
    one->found = !err;
    return err == -ERR_NOT_FOUND ? 0 : err;
}

static void ask(struct mail *mail, struct pulse_round *round)
{
    round->failed = round->count == 1
                        ? ask_one(mail, &round->asked[0])
                        : mailboxes_pulses(mail->database, round->asked, round->count);
    round->reason = *last_error();
    round->answered = true;
    wait_wake_all(&round->done);
}

/* What the round says about one place. */
static int answer(const struct pulse_round *round, size_t place, struct pulse *out)
{
    const struct mailbox_pulse_asked *one = &round->asked[place];
    if (round->failed)
        return fail_sql(round->reason.code, round->reason.sqlstate, "%s", round->reason.text);
    if (!one->found)
        return fail(ERR_NOT_FOUND, "the mailbox or the user is gone");
    *out = (struct pulse){
        .modseq = one->pulse.highest_modseq,
        .rights_modseq = one->pulse.rights_modseq,
        .first_recent = one->pulse.first_recent,
        .user_disabled = one->pulse.user_disabled,
    };
    return 0;
}

static int take_part(struct pulse_round *round, size_t place, struct pulse *out)
{
    while (!round->answered)
        (void)!wait_for(&round->done, WAIT_FOREVER);
    int err = answer(round, place, out);
    if (--round->members == 0)
        wait_wake_all(&round->taken);
    return err;
}

/* Those who are ready now may have a command, too. */
static int begin(struct mail *mail, int64_t mailbox_id, int64_t user_id, struct pulse *out)
{
    struct pulse_round round;
    round.count = round.members = 0;
    round.answered = false;
    wait_queue_init(&round.done);
    wait_queue_init(&round.taken);
    size_t place = join(&round, mailbox_id, user_id);
    mail->pulses = &round;
    fiber_let_others_ask();
    if (mail->pulses == &round)
        mail->pulses = NULL;
    ask(mail, &round);
    round.members--;
    while (round.members > 0)
        (void)!wait_for(&round.taken, WAIT_FOREVER);
    return answer(&round, place, out);
}

int pulse_read(struct mail *mail, const struct grant *grant, struct pulse *out)
{
    int64_t mailbox_id = mailbox_behind(grant_mailbox_id(grant));
    int64_t user_id = grant_actor(grant)->user_id;
    indexer_make_way(mail);
    struct pulse_round *round = mail->pulses;
    if (!round)
        return begin(mail, mailbox_id, user_id, out);
    size_t place = join(round, mailbox_id, user_id);
    if (round->count == ROUND_MOST)
        mail->pulses = NULL; /* full: the next one begins another */
    return take_part(round, place, out);
}
