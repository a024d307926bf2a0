/*
 * Inside the mail layer: the names that one user may see or is subscribed to, as LIST tells
 * them, kept while somebody watches them (mail/watcher.h). Loaded anew when a hint says that
 * there may be others; what has changed is what differs.
 */
#ifndef POSTROOM_MAIL_CATALOGUE_H
#define POSTROOM_MAIL_CATALOGUE_H

#include "base/arena.h"
#include "base/list.h"
#include "fiber/wait.h"
#include "mail/listing.h"

struct lookout;
struct watched;

struct catalogue_row {
    struct slice name;
    struct slice special_use;
    int64_t mailbox_id;      /* 0: it does not exist for the user */
    struct watched *mailbox; /* lookout.h; NULL: nobody wants to know of its messages */
    struct link link;        /* in mailbox->rows */
    struct catalogue *catalogue;
    uint32_t unseen;
    rights_mask rights;
    bool subscribed, has_children, no_inferiors;
    bool unseen_known;
};

/* In the order of LIST. */
struct catalogue_table {
    struct arena arena;
    struct catalogue_row *rows;
    uint32_t count;
};

struct catalogue {
    struct lookout *lookout;
    struct arena arena; /* the actor's */
    struct actor actor;
    struct catalogue_table table;
    struct link watchers; /* struct watcher.link */
    uint32_t holders;     /* who works with it, besides its watches */
    bool dirty;           /* may have changed */
    bool loading;         /* in some fiber */
    struct wait_queue loaded;
    uint64_t loads;       /* begun so far */
    int64_t rights_until; /* clock_monotonic_ms() when the first of the rights expires */
};

/* Never NULL after it: the user's, held. */
int catalogue_hold(struct lookout *lookout, const struct actor *actor,
                   struct catalogue **out) MUST_CHECK;
/* The last to leave it frees it. */
void catalogue_leave(struct catalogue **catalogue);
/* As it is now; tells the watches what has changed. Parks. */
int catalogue_load(struct catalogue *catalogue) MUST_CHECK;
/* Follows the mailboxes that its watches want to know of, and leaves the others. */
int catalogue_follow(struct catalogue *catalogue) MUST_CHECK;

void catalogue_table_clear(struct catalogue_table *table);
/* NULL: there is no such name. */
struct catalogue_row *catalogue_find(const struct catalogue_table *table, struct slice name);
struct listed_mailbox catalogue_listed(const struct catalogue_row *row);

/* How two tables differ. Either row may be NULL. */
enum catalogue_change_kind {
    CATALOGUE_CREATED,
    CATALOGUE_DELETED,
    CATALOGUE_RENAMED,
    CATALOGUE_SUBSCRIPTION,
    CATALOGUE_ACCESS /* `r` came or went */
};
struct catalogue_change {
    enum catalogue_change_kind kind;
    const struct catalogue_row *before, *after;
};
/* What is below something that was renamed, and renamed along with it, is left out (RFC 5465
 * section 5.4). Pure. */
int catalogue_compare(const struct catalogue_table *before, const struct catalogue_table *after,
                      struct arena *arena, struct catalogue_change **changes_out,
                      size_t *count_out) MUST_CHECK;

#endif
