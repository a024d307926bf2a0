#include "mail/pulse.h"

#include "store/mailboxes.h"

int pulse_read(struct mail *mail, const struct grant *grant, struct pulse *out)
{
    struct mailbox_pulse row;
    int err = mailboxes_pulse(mail_database(mail), grant_mailbox_id(grant),
                              grant_actor(grant)->user_id, &row);
    if (err)
        return err;
    *out = (struct pulse){row.highest_modseq, row.rights_modseq, row.user_disabled};
    return 0;
}
