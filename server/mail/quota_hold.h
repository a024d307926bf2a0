/*
 * Inside the mail layer: who adds to what has hardly any room left does so alone, of all workers.
 * Within a worker one at a time, whoever pays, so that no more than one connection is taken up.
 */
#ifndef POSTROOM_MAIL_QUOTA_HOLD_H
#define POSTROOM_MAIL_QUOTA_HOLD_H

#include "quota_payer.h"

/* Until quota_let_go(). */
int quota_hold_take(struct mail *mail, struct payer payer, struct quota_hold *hold) MUST_CHECK;

#endif
