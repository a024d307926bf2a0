/*
 * What a client wants to be notified of (RFC 5465), as data. Made by
 * proto/notify_args.h, read by mail/watch.h and imap.
 */
#ifndef POSTROOM_MODEL_NOTIFY_H
#define POSTROOM_MODEL_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/slice.h"
#include "model/fetch.h"

/* Events as bits (section 5). */
enum {
    NOTIFY_MESSAGE_NEW = 1,
    NOTIFY_MESSAGE_EXPUNGE = 2,
    NOTIFY_FLAG_CHANGE = 4,
    NOTIFY_MAILBOX_NAME = 8,
    NOTIFY_SUBSCRIPTION_CHANGE = 16,
    NOTIFY_MAILBOX_METADATA = 32,
    NOTIFY_SERVER_METADATA = 64,
    NOTIFY_MESSAGES = NOTIFY_MESSAGE_NEW | NOTIFY_MESSAGE_EXPUNGE, /* only ever together */
    NOTIFY_MESSAGE_EVENTS = NOTIFY_MESSAGES | NOTIFY_FLAG_CHANGE
};

/* The bit of an event's name, ASCII case ignored; 0: there is no such event here. */
unsigned notify_event_find(struct slice name);
/* "MessageNew MessageExpunge …": all there are, appended. */
void notify_events_render(struct buffer *out);

/* Section 6. */
enum notify_filter {
    NOTIFY_SELECTED,
    NOTIFY_SELECTED_DELAYED,
    NOTIFY_INBOXES, /* a script may file into any of one's own: the same as ... */
    NOTIFY_PERSONAL,
    NOTIFY_SUBSCRIBED,
    NOTIFY_SUBTREE,
    NOTIFY_MAILBOXES
};

struct notify_group {
    enum notify_filter filter;
    struct slice *names; /* of NOTIFY_SUBTREE and NOTIFY_MAILBOXES */
    size_t count;
    unsigned events;         /* none: NONE */
    struct fetch_spec fetch; /* MessageNew of the selected mailbox: what is told of new messages */
};

struct notify_spec {
    const struct notify_group *groups; /* none: NOTIFY NONE */
    size_t count;
    bool status;      /* tell how all the mailboxes are first */
    bool unsupported; /* an event that is not there was asked for */
};

/* The group of the selected mailbox; NULL: nothing is to be told of it. */
const struct notify_group *notify_selected_group(const struct notify_spec *spec);

/* A mailbox, as far as filters look at it. */
struct notify_subject {
    struct slice name; /* as the user sees it */
    bool selectable;
    bool subscribed;
};
/* The events of all groups that the mailbox belongs to, but for those of what is selected. */
unsigned notify_spec_events(const struct notify_spec *spec, const struct notify_subject *subject);
/* The events of all groups, but for those of what is selected. */
unsigned notify_spec_any_events(const struct notify_spec *spec);

#endif
