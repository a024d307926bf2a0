/*
 * Inside the mail layer: the changes of names and annotations that wait to be told to a watcher.
 */
#ifndef POSTROOM_MAIL_WATCHER_NAMES_H
#define POSTROOM_MAIL_WATCHER_NAMES_H

#include "watcher_private.h"

/* Queues the name of a row; when there are too many, the watcher is over, and that is no error. */
int watcher_add_name(struct watcher *watcher, const struct catalogue_row *row,
                     struct slice old_name) MUST_CHECK;
bool watcher_next_name(struct watcher *watcher, struct watch_item *out);
/* Whether the client itself has changed this name. */
bool watcher_expects(const struct watcher *watcher, struct slice name);
void watcher_forget_names(struct watcher *watcher);

#endif
