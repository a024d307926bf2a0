/*
 * Rows of annotations (RFC 5464). A mailbox 0 is the server, a user 0 the administrator, who
 * has no private ones. Entries are as model/annotation_entry.h makes them.
 */
#ifndef POSTROOM_STORE_ANNOTATIONS_H
#define POSTROOM_STORE_ANNOTATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "store/database.h"
#include "store/users.h"

struct annotation_question {
    int64_t mailbox_id;
    int64_t user_id;        /* whose private ones are there besides the shared */
    uint64_t rights_modseq; /* as of which the user may */
    const struct slice *entries;
    size_t count;
    int32_t levels; /* and what is so many levels below them at most */
    uint64_t value_max;
};

struct annotation_row {
    struct slice entry;
    struct slice value; /* data NULL: it has more octets than value_max */
    uint64_t size;
};
/* In the order of the entries asked for, each once. -ERR_STALE: the mailbox is gone, or the
 * rights have changed. */
int annotations_read(struct database *database, struct arena *arena,
                     const struct annotation_question *question, struct annotation_row **rows_out,
                     size_t *count_out) MUST_CHECK;

/* Values of many mailboxes in one statement, altogether up to octets_max: `found` tells those
 * whose rights are what they were and whose values all are there. Without levels. */
struct annotations_asked {
    int64_t mailbox_id;
    uint64_t rights_modseq;
    bool found;
    struct annotation_row *rows; /* arena */
    size_t count;
};
int annotations_listed(struct database *database, struct arena *arena, int64_t user_id,
                       const struct slice *entries, size_t entry_count, uint64_t octets_max,
                       struct annotations_asked *asked, size_t count) MUST_CHECK;

struct annotation_change {
    int64_t mailbox_id;
    int64_t user_id;
    struct slice actor, client;
    uint64_t rights_modseq;
    const struct slice *entries; /* each once */
    const struct slice *values;  /* data NULL: goes */
    size_t count;
    uint32_t annotations_max; /* of the mailbox itself, and of each user there */
    const struct slice *uses; /* special uses that the user gives the mailbox; NULL: as before */
    size_t use_count;
};
/* All or nothing, under the mailbox's lock, with a journal row for what is shared and one for
 * what is the user's own, as far as something changes. -ERR_NOT_FOUND; -ERR_STALE;
 * -ERR_LIMIT: there would be too many. */
int annotations_set(struct database *database, const struct annotation_change *change,
                    uint64_t *modseq_out) MUST_CHECK;
/* The same for the server: private ones of the user, shared ones of the administrator. */
int server_annotations_set(struct database *database,
                           const struct annotation_change *change) MUST_CHECK;
/* And with the one that says which script events call for (RFC 6785) among them: all mailboxes
 * that have none of their own are held meanwhile, and touched. */
int server_annotations_set_events(struct database *database, struct arena *arena,
                                  const struct annotation_change *change,
                                  struct mailbox_modseq **touched_out,
                                  size_t *count_out) MUST_CHECK;

/* All of a mailbox to a new one, everybody's. */
int annotations_copy(struct database *database, int64_t from_id, int64_t to_id) MUST_CHECK;

#endif
