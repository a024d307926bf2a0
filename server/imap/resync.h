/*
 * What has changed since a client knew the mailbox (RFC 7162 sections 3.1.4 and 3.2):
 * CHANGEDSINCE, VANISHED (EARLIER), and both when it selects the mailbox.
 */
#ifndef POSTROOM_IMAP_RESYNC_H
#define POSTROOM_IMAP_RESYNC_H

#include "mail/resync.h"
#include "model/uidset.h"
#include "proto/lexer.h"
#include "session.h"

/* The argument of SELECT (QRESYNC (…)); sets are UIDs and numbers without "*". */
struct resync_args {
    bool given;
    uint32_t uidvalidity;
    uint64_t modseq;
    struct sequence_set known;         /* count 0: all */
    struct sequence_set match_numbers; /* count 0: no match data */
    struct sequence_set match_uids;
};
/* From "(" to ")" (section 3.2.5). */
int resync_parse(struct lexer *lexer, struct resync_args *out) MUST_CHECK;
/* A set of UIDs in which "*" may not stand. */
int resync_parse_uids(struct lexer *lexer, struct sequence_set *out) MUST_CHECK;

/* Of the messages that the client means, those with a modseq above `since`, as
 * UIDs. Errors are those of selected_resolve(). */
int resync_find_changed(const struct session *session, const struct sequence_set *sequence,
                        bool is_uid, uint64_t since, struct uidset *uids_out) MUST_CHECK;
/* "* VANISHED (EARLIER) …", unless it is none. */
int resync_send_vanished(struct session *session, const struct resync_request *request) MUST_CHECK;
/* After SELECT: what the client has missed, when its UIDs are still valid. */
int resync_send(struct session *session, const struct resync_args *args,
                struct arena *arena) MUST_CHECK;

#endif
