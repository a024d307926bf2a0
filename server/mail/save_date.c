#include "mail/save_date.h"

#include "engine.h"
#include "grant.h"
#include "store/save_dates.h"

int save_date_get(struct mail *mail, const struct grant *grant, const int64_t *uids, size_t count,
                  int64_t *dates_out)
{
    int err = grant_require(grant, RIGHT_READ);
    return err ? err : save_dates_get(mail->database, grant->mailbox_id, uids, count, dates_out);
}
