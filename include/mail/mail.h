/*
 * The mail engine of one process: the database handle with what lives on top
 * of it: open views, writers, the hub. One a worker; postroomctl has one too
 * (without listening).
 */
#ifndef POSTROOM_MAIL_MAIL_H
#define POSTROOM_MAIL_MAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "mail/mime.h"
#include "model/quota.h"
#include "store/database.h"

struct mail;

struct mail_settings {
    struct mime_limits mime;
    uint64_t message_max;   /* octets of one message */
    uint64_t content_cache; /* octets kept of what was read lately; 0: none */
    uint32_t mailboxes_per_user;
    uint32_t annotation_size; /* octets of one */
    uint32_t annotations;     /* of a mailbox or the server, and as many of each user there */
    struct quota_amounts user_quota; /* of users for whom none was set; 0: no limit */
    uint32_t retention_days;         /* expunged messages, deleted mailboxes */
    uint32_t journal_days;
    uint32_t script_size;       /* octets of a Sieve script */
    uint32_t scripts;           /* of a user or a mailbox */
    uint32_t outgoing_lease;    /* seconds that whoever sends a mail has it alone */
    uint32_t outgoing_retry;    /* seconds until the second attempt */
    uint32_t outgoing_lifetime; /* seconds until there is no other */
    bool sends_mail;            /* mail/outgoing.h has somebody to hand mail to */
    bool recently_deleted;      /* mail/recently_deleted.h is there */
    bool search_index;          /* kept up to date, and asked */
    bool listen;                /* worker: true; postroomctl: false */
    /* In the loop, not in a fiber: something about this user has changed (disabled, password,
     * groups). user_id 0: about anybody, when hints may have been lost. May be NULL. */
    void (*user_changed)(void *arg, int64_t user_id);
    void *arg;
};

/* settings are copied. database must outlive the engine. */
int mail_open(struct database *database, const struct mail_settings *settings,
              struct mail **out) MUST_CHECK;
/* Sends what the hub still has (bounded), ends its fibers. No view may be open. */
void mail_close(struct mail **mail);
struct database *mail_database(struct mail *mail);
const struct mail_settings *mail_settings(const struct mail *mail);
/* After a reload of the configuration. */
void mail_set_settings(struct mail *mail, const struct mail_settings *settings);

/* Who does something, and from where: goes into the journal. */
struct actor {
    int64_t user_id; /* 0: the administrator (postroomctl), who may everything */
    struct slice login;
    struct slice client; /* remote address */
};

#endif
