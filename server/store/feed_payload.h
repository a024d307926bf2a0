/*
 * The text of a notification: "m<mailbox>:<modseq>", "n<mailbox>", "u<user>", "s<user>",
 * "a0" and "o0", spaces between: the handlers of store/feed.h in their order. Pure.
 */
#ifndef POSTROOM_STORE_FEED_PAYLOAD_H
#define POSTROOM_STORE_FEED_PAYLOAD_H

#include "base/buffer.h"
#include "store/feed.h"

/* PostgreSQL takes less than 8000 octets with the NUL. */
enum { FEED_PAYLOAD_MAX = 7999 };

/* False when there is no room for it. */
bool feed_payload_add_mailbox(struct buffer *payload, int64_t mailbox_id, uint64_t modseq);
bool feed_payload_add_user(struct buffer *payload, int64_t user_id);
bool feed_payload_add_names(struct buffer *payload, int64_t mailbox_id);
bool feed_payload_add_subscriptions(struct buffer *payload, int64_t user_id);
bool feed_payload_add_server(struct buffer *payload);
bool feed_payload_add_outgoing(struct buffer *payload);
/* Calls the handlers; words it does not know are a later version's. */
void feed_payload_parse(struct slice payload, const struct feed_handlers *handlers);

#endif
