/*
 * Watching what one is not in (RFC 5465): the mailboxes that a user may see, their messages,
 * names, subscriptions and annotations, and those of the server.
 *
 * What has happened is found out by one fiber of the worker for all who watch
 * (server/mail/lookout.h): hints of the hub say where, one statement says what. A watcher only
 * notes that there is something to tell of a mailbox, not what: what is told is how it is when
 * it is told, so that whoever does not listen costs no more. Names are the exception; they wait
 * in a queue with a limit.
 *
 * Memory: 100 octets and the name for each mailbox that the user may see, once a user and
 * worker; 150 octets for each mailbox that is watched, once a worker; 2 octets for each mailbox
 * of the user, for each watcher.
 */
#ifndef POSTROOM_MAIL_WATCHER_H
#define POSTROOM_MAIL_WATCHER_H

#include <stdbool.h>
#include <stdint.h>

#include "mail/listing.h"
#include "mail/mail.h"
#include "model/notify.h"
#include "store/mailboxes.h"

struct watcher;

struct watcher_hooks {
    void *arg;
    /* There may be something to tell: must only wake somebody. */
    void (*news)(void *arg);
};

/* Parks until it knows how everything is. The spec must live as long as the watcher, and have
 * events other than those of the selected mailbox. names_max: how many changes of names and
 * annotations may wait; as many as that times ten mailboxes may be seen: -ERR_LIMIT. With
 * spec->status all mailboxes with events of messages are to be told first; those that may not
 * be read always. */
int watcher_new(struct mail *mail, const struct actor *actor, const struct notify_spec *spec,
                uint32_t names_max, const struct watcher_hooks *hooks,
                struct watcher **out) MUST_CHECK;
void watcher_free(struct watcher **watcher);

/* What the caller has made of a name. */
enum watch_expected {
    WATCH_EXPECT_MAILBOX, /* it is one, and may be read */
    WATCH_EXPECT_NONE,
    WATCH_EXPECT_SUBSCRIPTION /* or none any more */
};
/* What the caller does to this name itself is not told to him (section 5), until the names have
 * been looked at again: then it is told if it is something else by now. */
void watcher_expect_name(struct watcher *watcher, struct slice name, enum watch_expected what);

/* The mailbox is not selected any more, of which the client knows what happened up to `modseq`:
 * if there was more, it is to be told how it is. */
void watcher_left(struct watcher *watcher, int64_t mailbox_id, uint64_t modseq);

/* Too much waited to be told: nothing more will be. */
bool watcher_is_over(const struct watcher *watcher);

enum watch_kind {
    WATCH_NAME,     /* MailboxName, SubscriptionChange, or a right: LIST */
    WATCH_METADATA, /* the names of annotations that have changed */
    WATCH_STATUS
};
/* What STATUS is about, as bits. */
enum {
    WATCH_ALL = 1,      /* how the mailbox is: nothing has happened */
    WATCH_MESSAGES = 2, /* came or went */
    WATCH_FLAGS = 4,
    WATCH_UNSEEN = 8 /* how many there are has changed */
};
struct watch_item {
    enum watch_kind kind;
    struct listed_mailbox mailbox; /* for WATCH_STATUS name and id only; WATCH_METADATA: name only,
                                      empty for the server */
    struct slice old_name;         /* WATCH_NAME: it was renamed; else empty */
    bool no_access;                /* WATCH_NAME: it may not be read */
    struct slice entries;          /* WATCH_METADATA: spaces between */
    unsigned about;                /* WATCH_STATUS */
    unsigned events;               /* WATCH_STATUS: that are wanted of the mailbox */
    struct mailbox_status status;  /* messages, uidnext, uidvalidity, unseen, highest_modseq */
};
/* Takes the next thing that is to be told; false: there is none. Valid until the next call or
 * park. The messages of the mailbox that is selected are told otherwise; 0: none is. */
bool watcher_next(struct watcher *watcher, int64_t selected_id, struct watch_item *out);

#endif
