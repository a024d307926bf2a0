/*
 * Sending one mail over a link (RFC 5321 section 3.3).
 */
#ifndef POSTROOM_SUBMISSION_DIALOGUE_H
#define POSTROOM_SUBMISSION_DIALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "mail/outgoing.h"
#include "smtp_link.h"

/* What the mail server can do. */
struct dialogue_server {
    bool takes_8bit;   /* 8BITMIME, RFC 6152 */
    bool takes_utf8;   /* SMTPUTF8, RFC 6531 */
    bool takes_size;   /* SIZE, RFC 1870 */
    uint64_t size_max; /* 0: it does not say */
};
/* Asks what it offers. */
int dialogue_begin(struct smtp_link *link, const char *hostname,
                   struct dialogue_server *out) MUST_CHECK;

enum dialogue_verdict {
    DIALOGUE_SENT,
    DIALOGUE_LATER, /* not now: 4yz, or the connection was lost */
    DIALOGUE_NEVER  /* 5yz */
};
enum { DIALOGUE_TEXT_MAX = 240 };
struct dialogue_result {
    enum dialogue_verdict verdict;
    char text[DIALOGUE_TEXT_MAX]; /* what the server said, in ASCII */
};
/* Negative: nothing came of it; -ERR_STALE: another sends this mail. The link is of use for the
 * next one only when this one was sent. */
int dialogue_send(struct smtp_link *link, const struct dialogue_server *server, struct mail *mail,
                  const struct outgoing_claim *claim, struct dialogue_result *out) MUST_CHECK;
/* Politely, without waiting for an answer. */
void dialogue_end(struct smtp_link *link);

#endif
