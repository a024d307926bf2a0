/*
 * Inside the mail layer: what the lookout does when something may have changed.
 */
#ifndef POSTROOM_MAIL_LOOKOUT_ROUND_H
#define POSTROOM_MAIL_LOOKOUT_ROUND_H

#include "lookout.h"

/* Looks at what is marked, up to LOOKOUT_BATCH mailboxes, and tells the watches. What could not
 * be looked at is marked again. Parks; one at a time. */
int lookout_round(struct lookout *lookout) MUST_CHECK;

#endif
