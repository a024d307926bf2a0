/*
 * Delivery: mail that comes from outside, to where its addresses say. A user's goes to
 * INBOX, or to the folder that the address names if whoever sends may post there; a shared
 * mailbox's goes there if whoever sends may post (`p`, RFC 4314). What is stored is the
 * administrator's doing, on behalf of whom the mail is for: it appears in history.
 */
#ifndef POSTROOM_MAIL_DELIVERY_H
#define POSTROOM_MAIL_DELIVERY_H

#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "mail/address.h"
#include "mail/content.h"
#include "mail/mail.h"

/* One delivery: who sends, by what way it came. Sender addresses prove nothing, unless the
 * MTA lets only their owners use them. */
struct delivery {
    struct slice client;               /* the peer's address, for history */
    const struct mail_address *sender; /* NULL: a notice, or somebody unknown */
    char delimiter;                    /* before a folder in a local part; 0: there are none */
    struct slice envelope_from;        /* for filters: paths without brackets, as they came */
    struct slice envelope_to;
    size_t trace_size;         /* octets that were put before what the peer sent */
    uint32_t duplicate_window; /* seconds in which a Message-ID is taken once by a
                                  mailbox; 0: always */
};

/* Whether mail to the address is accepted, before it is there. -ERR_NOT_FOUND: nobody's;
 * -ERR_DENIED: the sender may not post there. */
int delivery_find(struct mail *mail, const struct delivery *delivery,
                  const struct mail_address *address, struct arena *arena,
                  struct destination *out) MUST_CHECK;

/* What a filter has done that somebody may want to know: lines for the log. */
enum { DELIVERY_NOTES_MAX = 16 };
struct delivery_report {
    struct slice notes[DELIVERY_NOTES_MAX]; /* arena */
    size_t count;
};

/* Puts a message there, or where the filter of whom it is for says: 0 is committed and
 * flushed. One that is held (intake_hold) is stored with it. -ERR_DENIED, -ERR_NOT_FOUND (gone
 * meanwhile), -ERR_OVER_QUOTA, -ERR_UNAVAILABLE; -ERR_REJECTED with the filter's words. */
int delivery_put(struct mail *mail, const struct delivery *delivery,
                 const struct destination *destination, const struct intake_result *message,
                 struct arena *arena, struct delivery_report *report_out) MUST_CHECK;

#endif
