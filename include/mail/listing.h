/*
 * LIST and LSUB: which mailboxes somebody may see, and what is to be told of them
 * (RFC 3501 section 6.3.8 and 6.3.9; RFC 5258, 5819, 6154, 8440).
 */
#ifndef POSTROOM_MAIL_LISTING_H
#define POSTROOM_MAIL_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "mail/annotation.h"
#include "mail/mail.h"
#include "model/rights.h"
#include "store/mailboxes.h"

/* Which names (RFC 5258 section 3.1, RFC 6154 section 2): all that the actor may see,
 * or those that meet every one of these. */
enum {
    LIST_SUBSCRIBED = 1,       /* names that are subscribed, whether they exist or not */
    LIST_SPECIAL_USE = 2,      /* mailboxes with a use */
    LIST_RECURSIVEMATCH = 4,   /* and those that match the pattern and have such names below */
    LIST_REMOTE = 8,           /* there are none */
    LIST_ALSO_SUBSCRIBED = 16, /* not less but more: names that are subscribed, too; with
                                  LIST_TELLS_SUBSCRIBED */
    LIST_NAMED_EXIST = 32      /* parents are made up for wildcards, not for their own names */
};

/* What is to be told besides (RFC 5258 section 3.2, RFC 5819, RFC 8440). Uses, and
 * whether there is something below, always are. */
enum {
    LIST_TELLS_SUBSCRIBED = 1,
    LIST_TELLS_MYRIGHTS = 2,
    LIST_TELLS_STATUS = 4,
    LIST_TELLS_RECENT = 8,           /* in STATUS */
    LIST_TELLS_UNSEEN = 16,          /* in STATUS */
    LIST_TELLS_DELETED_STORAGE = 32, /* in STATUS */
    LIST_TELLS_METADATA = 64         /* RFC 9590 */
};

struct list_query {
    struct slice reference;
    const struct slice
        *patterns; /* each is put behind the reference; an empty one matches nothing */
    size_t pattern_count;
    unsigned select;                  /* LIST_ bits */
    unsigned tells;                   /* LIST_TELLS_ bits */
    struct annotation_query metadata; /* LIST_TELLS_METADATA: which, without what is below them */
    /* LSUB: a mailbox is no more than a name that is subscribed, mailbox_id, rights and
     * special_use are empty, has_children is about what is subscribed, and "%" makes up
     * the parents of names that are no match (RFC 3501 section 6.3.9). */
    bool lsub;
};

struct listed_mailbox {
    struct slice name;        /* as the actor sees it, UTF-8 */
    bool exists;              /* for the actor; false: a parent of others that is made up, or
                                 subscribed without being there */
    bool selected;            /* meets the query; false: told for the sake of what is below it */
    bool subscribed;          /* with LIST_TELLS_SUBSCRIBED, and with LIST_SUBSCRIBED */
    bool has_children;        /* which exist, or are made up */
    bool has_selected_below;  /* CHILDINFO, with LIST_RECURSIVEMATCH */
    bool no_inferiors;        /* nothing can be made below it */
    struct slice special_use; /* may be empty */
    int64_t mailbox_id;       /* 0 when it does not exist */
    rights_mask rights;
    uint64_t rights_modseq;               /* as of which; with _STATUS and _METADATA only */
    const struct mailbox_status *status;  /* likewise; NULL: there is none to be told */
    const struct annotation *annotations; /* with LIST_TELLS_METADATA; NULL: likewise */
    size_t annotation_count;
};

/* In order: INBOX, own, other users', shared; what is below a mailbox follows it. Each
 * with its parents made up where they do not exist or may not be seen. What it costs
 * follows from what the actor may see; one name without a wildcard is looked up.
 * -ERR_LIMIT: the patterns are too long. */
int mailbox_list(struct mail *mail, const struct actor *actor, const struct list_query *query,
                 struct arena *arena, struct listed_mailbox **rows_out,
                 size_t *count_out) MUST_CHECK;

#endif
