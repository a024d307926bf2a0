/*
 * Scripts for the events of IMAP (RFC 6785): messages come into a mailbox by APPEND, COPY or MOVE,
 * or flags change there. A mailbox asks for one by the annotation /shared/imapsieve/script, whose
 * value is a script's name: one of the owner's, of a shared mailbox one of its own.
 *
 * A script has the rights of its author (mail/filter.h), whoever caused the event, and needs the
 * author's `r` to see the message. What it does is no event.
 */
#ifndef POSTROOM_MAIL_FILTER_EVENT_H
#define POSTROOM_MAIL_FILTER_EVENT_H

#include "mail/acl.h"
#include "mail/view.h"
#include "model/progress.h"
#include "model/uidset.h"

enum filter_cause { FILTER_APPENDED, FILTER_COPIED, FILTER_FLAGGED };

struct filter_event {
    enum filter_cause cause;
    const struct uidset *uids;
    const struct picture *before;    /* FILTER_FLAGGED: as the user who caused it saw them */
    struct progress_count *progress; /* counts the messages; may be NULL */
    bool (*is_over)(void *arg);      /* no message is begun any more; NULL: never */
    void *arg;
};

struct filter_event_report {
    size_t failed;        /* messages; or 1 when it ran over none of them */
    struct slice problem; /* the first, for the log; arena */
};

/* Whether the mailbox asks for one: costs nothing. */
bool filter_event_is_wanted(const struct grant *grant);
/* After the change was committed, with the grant of who has caused it: over each of these messages
 * that is there, and, after FILTER_FLAGGED, has other flags than before. A failure is one of the
 * server's, -ERR_CANCELLED when it is over before it has ended; what fails because of the script is
 * in the report, and leaves mail as it is. */
int filter_event_run(struct mail *mail, const struct grant *grant, const struct filter_event *event,
                     struct arena *arena, struct filter_event_report *report_out) MUST_CHECK;

#endif
