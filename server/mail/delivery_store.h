/*
 * Inside the mail layer: a message that is delivered is put into a mailbox.
 */
#ifndef POSTROOM_MAIL_DELIVERY_STORE_H
#define POSTROOM_MAIL_DELIVERY_STORE_H

#include "mail/acl.h"
#include "mail/delivery.h"
#include "model/flags.h"
#include "store/mailboxes.h"

/* The flags that somebody wants it to have, as far as their rights go. */
struct delivery_flags {
    const struct flag_names *names;
    const struct grant *grant; /* whose rights; -ERR_STALE when they have changed since */
};

/* -ERR_STALE: ask for the mailbox again. flags: NULL: none. One that came already is
 * left out (delivery->duplicate_window), which is no failure. */
int delivery_store(struct mail *mail, const struct delivery *delivery, int64_t mailbox_id,
                   const struct intake_result *message, const struct delivery_flags *flags,
                   struct arena *arena) MUST_CHECK;

/* The same without flags, in a mailbox that was looked up before: -ERR_STALE when it is not
 * as it was then. */
int delivery_store_at(struct mail *mail, const struct delivery *delivery,
                      const struct mailbox_row *mailbox, const struct intake_result *message,
                      struct arena *arena) MUST_CHECK;

#endif
