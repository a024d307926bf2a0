/*
 * What a message begins with, for lists of messages (RFC 8970): up to 200 characters of
 * its first text, HTML as it reads, white space as single spaces, without what it quotes.
 * It is stored with the content.
 */
#ifndef POSTROOM_MAIL_PREVIEW_H
#define POSTROOM_MAIL_PREVIEW_H

#include "base/arena.h"
#include "base/buffer.h"
#include "mail/content.h"
#include "mail/mime.h"

enum {
    PREVIEW_CHARACTERS = 200,
    PREVIEW_OCTETS = 256 * 1024 /* of a message are looked at */
};

/* Appends it as UTF-8; nothing when there is no text, or all of it is encrypted.
 * `start` is the message's beginning: at least PREVIEW_OCTETS, or all of it. The tree
 * needs no headers. */
int preview_make(const struct mime_tree *tree, struct slice start, struct buffer *out) MUST_CHECK;

/* Of messages that were stored without: makes and keeps those of the wishes whose preview_out
 * has no data; in the arena. Needs `r`. Data stays NULL where the message is gone. */
int previews_complete(struct mail *mail, const struct grant *grant, struct arena *arena,
                      const struct content_wish *wishes, size_t count,
                      struct slice *previews) MUST_CHECK;

#endif
