/*
 * The dispatcher: reads one command, finds its row, checks state and rights,
 * runs it, and closes it with the untagged news and the tagged reply. The
 * only place that does so.
 */
#ifndef POSTROOM_IMAP_DISPATCH_H
#define POSTROOM_IMAP_DISPATCH_H

#include "base/error.h"
#include "session.h"

/* One command from reading to reply. An error means the connection is over. */
int dispatch_next(struct session *session) MUST_CHECK;
/* After check_user was set: an account that is gone or disabled ends the
 * session with BYE. */
int dispatch_check_user(struct session *session) MUST_CHECK;

#endif
