/*
 * Inside the mail layer: the worker's part of the queue of outgoing mail (mail/outgoing.h).
 */
#ifndef POSTROOM_MAIL_OUTGOING_QUEUE_H
#define POSTROOM_MAIL_OUTGOING_QUEUE_H

#include "base/error.h"

struct mail;

int outgoing_open(struct mail *mail) MUST_CHECK;
void outgoing_close(struct mail *mail);

#endif
