/*
 * The hub: hears what other workers did (store/feed.h) and moves the open
 * views there; tells them what this one did. Hints may get lost, so every
 * open view is compared with the database when the connection is new and
 * every HUB_SWEEP_MS, soon again when that fails.
 */
#ifndef POSTROOM_MAIL_HUB_H
#define POSTROOM_MAIL_HUB_H

#include <stdint.h>

#include "base/error.h"

struct mail;

enum { HUB_SWEEP_MS = 30 * 1000, HUB_RETRY_MS = 1000, HUB_FLUSH_MS = 2000 };

int hub_open(struct mail *mail) MUST_CHECK;
/* Stops listening and sweeping. Parks. */
void hub_stop(struct mail *mail);
/* Sends what is still queued, at most HUB_FLUSH_MS; frees. Parks. */
void hub_close(struct mail *mail);
/* Tells the other workers that a mailbox has reached modseq. */
void hub_tell(struct mail *mail, int64_t mailbox_id, uint64_t modseq);

#endif
