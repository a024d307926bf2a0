/*
 * Inside the mail layer: the subjects of messages, for people to read.
 */
#ifndef POSTROOM_MAIL_SUBJECT_H
#define POSTROOM_MAIL_SUBJECT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

struct mail;

/* One for each message, decoded, in the arena: empty when there is none, or the message
 * is gone (or its id 0). */
int subjects_read(struct mail *mail, struct arena *arena, const int64_t *message_ids, size_t count,
                  struct slice *subjects_out) MUST_CHECK;

#endif
