/*
 * Inside the mail layer: a delivery as the active script of whom it is for wants it.
 *
 * Whatever goes wrong with the script, or with what it asks for, the mail is kept: put where it
 * would go without a script. Once it is anywhere, nothing makes the sender try again, so that
 * nothing comes twice: what fails after that is only noted.
 */
#ifndef POSTROOM_MAIL_FILTER_DELIVER_H
#define POSTROOM_MAIL_FILTER_DELIVER_H

#include "mail/delivery.h"
#include "mail/filter.h"

/* home_id: the mailbox where `keep` puts it. As delivery_put(); -ERR_STALE: nothing was done,
 * ask for the mailbox again. */
int filter_deliver(struct mail *mail, const struct delivery *delivery,
                   const struct filter_owner *owner, int64_t version, int64_t home_id,
                   const struct intake_result *message, struct arena *arena,
                   struct delivery_report *report_out) MUST_CHECK;

#endif
