/*
 * Inside the mail layer: what a message comes to for one recipient (store/deliveries.h). It
 * cannot share a batch with others' changes, of which each fails by itself.
 */
#ifndef POSTROOM_MAIL_WRITER_DELIVER_H
#define POSTROOM_MAIL_WRITER_DELIVER_H

#include "mail/mail.h"
#include "store/deliveries.h"

/* As delivery_batch_run(); this worker's views show it then. Clears the changes. */
int writer_deliver(struct mail *mail, const struct delivery_batch *batch) MUST_CHECK;

#endif
