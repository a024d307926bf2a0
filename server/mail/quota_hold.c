#include "quota_hold.h"

#include "engine.h"
#include "store/quota_gate.h"

int quota_hold_take(struct mail *mail, struct payer payer, struct quota_hold *hold)
{
    while (mail->quota_turn.taken)
        (void)!wait_for(&mail->quota_turn.queue, WAIT_FOREVER);
    mail->quota_turn.taken = true;
    *hold = (struct quota_hold){.mail = mail};
    int err = quota_gate_close(mail->database, payer.user_id, payer.root_id, &hold->gate);
    if (err)
        quota_let_go(hold);
    return err;
}

void quota_let_go(struct quota_hold *hold)
{
    if (!hold->mail)
        return;
    quota_gate_open(&hold->gate);
    hold->mail->quota_turn.taken = false;
    wait_wake_one(&hold->mail->quota_turn.queue);
    hold->mail = NULL;
}
