/*
 * Inside the mail layer: a message that was just taken in, as a script looks at it.
 */
#ifndef POSTROOM_MAIL_FILTER_MESSAGE_H
#define POSTROOM_MAIL_FILTER_MESSAGE_H

#include "base/digest.h"
#include "mail/content.h"
#include "mail/sieve_run.h"

struct filter_message {
    struct mail *mail;
    const struct intake_result *stored; /* or held */
    const struct mime_tree *tree;
};

/* Finds its parts, with their headers; the tree is the arena's. May park. */
int filter_message_scan(struct mail *mail, const struct intake_result *message, struct arena *arena,
                        struct filter_message *out) MUST_CHECK;
/* Of the octets from `start` on. May park. */
int filter_message_digest(const struct filter_message *message, uint64_t start,
                          uint8_t out[SHA256_SIZE]) MUST_CHECK;
/* For struct sieve_host: arg is a filter_message. */
int filter_message_read(void *arg, uint64_t start, uint64_t end, struct buffer *out) MUST_CHECK;
/* Stores the message as an action has changed it. */
int filter_message_change(const struct filter_message *message, const struct sieve_action *action,
                          struct intake_result *out) MUST_CHECK;

#endif
