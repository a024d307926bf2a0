/*
 * FETCH replies: messages are taken in batches, so that one statement brings
 * what is stored of all of them, and memory stays bounded however many are
 * asked for. The next batch is asked for before one is rendered and sent: two
 * are held at most. No database connection is held while the client reads.
 */
#ifndef POSTROOM_IMAP_FETCH_BATCH_H
#define POSTROOM_IMAP_FETCH_BATCH_H

#include "mail/content.h"
#include "mail/view.h"
#include "model/fetch.h"
#include "session.h"

struct fetch_request {
    struct session *session;
    const struct grant *grant;
    const struct fetch_spec *spec;
    const struct uidset *uids;        /* that exist in the session's picture */
    const struct uidset *marked;      /* whose \Seen this very command has set */
    const struct picture *marked_now; /* these as they are since; NULL: there are none */
    bool with_uid;                  /* UID FETCH: UID is in each reply (section 6.4.8), unless that
                                       begins with it */
    bool with_modseq;               /* CHANGEDSINCE: so is MODSEQ (RFC 7162 section 3.1.4.1) */
    bool last_first;                /* from the highest UID down (RFC 9738 section 3.1) */
    struct content_request **ahead; /* of fetch_ask_ahead(); what can be used is taken */
};

/* One message of a batch with what was loaded for it. */
struct fetch_message {
    uint32_t seq;
    struct entry entry;
    bool flags_changed;                    /* tell FLAGS, asked for or not */
    int64_t save_date;                     /* when it was asked for; INT64_MAX: not known */
    int64_t thread;                        /* likewise; 0: not known */
    struct slice preview;                  /* likewise; data NULL: there is none yet */
    const struct message_part_row *stored; /* NULL: nothing was needed */
};

/* Sends "* n FETCH (…)" for every message of the request. */
int fetch_send(const struct fetch_request *request, struct arena *arena) MUST_CHECK;

/* Asks for the content that a fetch_send() of these messages begins with.
 * *out stays NULL when that is nothing. */
int fetch_ask_ahead(const struct session *session, const struct fetch_spec *spec,
                    const struct uidset *uids, struct content_request **out) MUST_CHECK;

#endif
