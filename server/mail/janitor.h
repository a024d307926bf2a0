/*
 * The janitor: forgets what the retention no longer keeps, in small batches
 * once an hour. Each worker has one; the sweeps skip what another holds, so
 * several at once do no harm.
 */
#ifndef POSTROOM_MAIL_JANITOR_H
#define POSTROOM_MAIL_JANITOR_H

#include "base/error.h"

struct mail;

int janitor_open(struct mail *mail) MUST_CHECK;
/* One round, which the janitor makes every hour. Parks. */
void janitor_sweep(struct mail *mail);
/* Ends it after the batch it is at. Parks. */
void janitor_close(struct mail *mail);

#endif
