/*
 * Inside the mail layer: what LIST and LSUB tell, from the database.
 */
#ifndef POSTROOM_MAIL_LISTING_ROWS_H
#define POSTROOM_MAIL_LISTING_ROWS_H

#include "mail/listing.h"

/* All that the actor may see, sorted. */
int listing_visible(struct mail *mail, const struct actor *actor, const struct list_query *query,
                    struct arena *arena, struct listed_mailbox **mailboxes_out,
                    size_t *count_out) MUST_CHECK;
/* All that the actor has subscribed to, as names only, sorted; each is selected. */
int listing_subscriptions(struct mail *mail, const struct actor *actor, struct arena *arena,
                          struct listed_mailbox **mailboxes_out, size_t *count_out) MUST_CHECK;
/* Says which of the sorted mailboxes are subscribed; subscribed names that are not among
 * them join them when they are to be kept. */
int listing_mark_subscribed(struct mail *mail, const struct actor *actor, bool keep_absent,
                            struct arena *arena, struct listed_mailbox **mailboxes,
                            size_t *count) MUST_CHECK;
/* The line of one name, or none, ready to be told. known_out false: that can only be
 * said when all is looked at, and nothing else is set. */
int listing_name(struct mail *mail, const struct actor *actor, struct slice name,
                 struct arena *arena, struct listed_mailbox **rows_out, size_t *count_out,
                 bool *known_out) MUST_CHECK;
/* STATUS of those that are selected and may be read. */
int listing_add_status(struct mail *mail, const struct actor *actor, const struct list_query *query,
                       struct arena *arena, struct listed_mailbox *rows, size_t count) MUST_CHECK;
/* Annotations of those that are selected and whose annotations may be read. */
int listing_add_metadata(struct mail *mail, const struct actor *actor,
                         const struct list_query *query, struct arena *arena,
                         struct listed_mailbox *rows, size_t count) MUST_CHECK;

#endif
