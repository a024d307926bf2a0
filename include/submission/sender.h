/*
 * The sender: takes mail from the queue (mail/outgoing.h) and hands it to the configured mail
 * server, by SMTP (RFC 5321, RFC 6409). Each worker has one, with a few connections at most, which
 * are there only while there is something to send.
 */
#ifndef POSTROOM_SUBMISSION_SENDER_H
#define POSTROOM_SUBMISSION_SENDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "mail/mail.h"

enum submission_tls {
    SUBMISSION_TLS_NEVER,
    SUBMISSION_TLS_IF_OFFERED, /* whoever it is; no password is sent without */
    SUBMISSION_TLS_VERIFIED    /* else nothing is sent */
};

/* docs/configuration.md has the defaults. */
struct submission_settings {
    const char *url;      /* smtp://host:port, smtps://host:port, unix:/path; empty: none */
    const char *hostname; /* as we call ourselves */
    enum submission_tls tls;
    const char *ca_file; /* who vouches for certificates; empty: whom the system trusts */
    const char *user;    /* empty: no authentication */
    const char *password_file;
    uint32_t timeout; /* seconds for a reply */
};

struct sender;
/* settings are copied; what they point to must live until the next reload or free. Starts
 * its fibers. */
int sender_new(struct mail *mail, const struct submission_settings *settings,
               struct sender **out) MUST_CHECK;
void sender_reload(struct sender *sender, const struct submission_settings *settings);
/* What is being sent has timeout_ms to come to its end, else another sends it. Parks. */
void sender_stop(struct sender *sender, uint32_t timeout_ms);
/* Fibers that are still at work. */
size_t sender_couriers(const struct sender *sender);
/* After they have gone. */
void sender_free(struct sender **sender);

#endif
