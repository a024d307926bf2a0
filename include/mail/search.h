/*
 * SEARCH: evaluates a program (model/search.h) against a picture. Keys that
 * the picture can answer are tried first; headers and bodies are read only
 * for messages they still matter for, in bounded batches.
 */
#ifndef POSTROOM_MAIL_SEARCH_H
#define POSTROOM_MAIL_SEARCH_H

#include "mail/acl.h"
#include "mail/mail.h"
#include "mail/view.h"
#include "model/progress.h"
#include "model/search.h"
#include "model/uidset.h"

struct search_scope {
    const struct grant *grant; /* with `r` */
    const struct picture *picture;
    const struct keyword_table *keywords;
    const struct uidset *recent; /* UIDs that are \Recent in this session */
    const struct uidset *saved;  /* "$": what a SEARCH before has saved */
    /* At most so many messages are searched, the last of those that the program's sets name; 0:
     * all. Then *lowest_searched becomes the UID of the first of them, 0 when it was all. */
    uint32_t most;
    uint32_t *lowest_searched;
    struct progress_count *progress; /* counts the messages that are decided; may be NULL */
};
/* UIDs that match, ascending. Yields to other fibers; the caller holds the
 * picture, the keywords are read before the first park.
 *
 * Texts are looked for in decoded headers and in the decoded text of all text
 * and message parts, each part by itself, without regard to case; in HTML as it was sent and as
 * it reads. TEXT includes the headers of parts, with the names of attached files, and those of
 * messages within the message; BODY no header. Of a message only the first 16 MiB
 * are looked into. Internal dates count by their day in UTC. */
int search_run(struct mail *mail, const struct search_scope *scope,
               const struct search_node *program, struct uidset *uids_out) MUST_CHECK;

/* Brings the search index of all mailboxes up to date at once; workers do it by
 * themselves in the background. Mailboxes that one of them is at are left to it. */
int search_index_all(struct mail *mail) MUST_CHECK;

#endif
