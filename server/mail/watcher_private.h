/*
 * Inside the mail layer: what a watcher (mail/watcher.h) keeps, and how the catalogue and the
 * lookout tell it.
 */
#ifndef POSTROOM_MAIL_WATCHER_PRIVATE_H
#define POSTROOM_MAIL_WATCHER_PRIVATE_H

#include "catalogue.h"
#include "mail/watcher.h"

/* Beside the WATCH_ bits: the client has made or renamed it itself, and is told how it is unless
 * nothing has ever been in it. */
enum { WATCH_OWN = 128 };

struct watcher {
    struct link link; /* in catalogue->watchers */
    struct catalogue *catalogue;
    const struct notify_spec *spec;
    struct watcher_hooks hooks;
    uint8_t *events;        /* NOTIFY_ bits that are wanted of each row of the catalogue */
    uint8_t *pending;       /* WATCH_ bits to be told of each */
    uint32_t pending_count; /* rows with any */
    uint32_t next;          /* where to look for them */
    struct link names;      /* struct waiting_name: to be told */
    uint32_t name_count;
    uint32_t names_max;
    struct waiting_name *told; /* the one that watcher_next() has given away */
    struct link expected;      /* struct expected_name */
    bool over;
};

/* Whether one of them wants to know what happens to the messages of a row, or its annotations. */
bool watchers_want(const struct link *watchers, uint32_t row);
/* The rows of `before` become those of `after`; what is pending goes along. */
int watchers_move(struct link *watchers, const struct catalogue_table *before,
                  const struct catalogue_table *after) MUST_CHECK;
/* After that. */
void watchers_tell_change(struct link *watchers, const struct catalogue_change *change);
/* The catalogue was loaded the `loads`th time. */
void watchers_forget_expected(struct link *watchers, uint64_t loads);
/* Whether names are still to be looked at because of what clients have done to them. */
bool watchers_expect_some(const struct link *watchers);

/* Something has happened to the messages of a row. */
void watcher_tell_messages(struct watcher *watcher, uint32_t row, unsigned about);
/* Annotations have changed: of a mailbox, or (NULL) of the server. */
void watcher_tell_entries(struct watcher *watcher, const struct catalogue_row *row,
                          struct slice entries);
/* The numbers of mailboxes are known now. */
void watcher_wake(struct watcher *watcher);

#endif
