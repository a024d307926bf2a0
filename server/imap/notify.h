/*
 * What a session is notified of (RFC 5465): what is told of the selected mailbox, and when, and
 * what is told of others. A session that has never used NOTIFY has none of it, and is told of
 * the selected mailbox while a command runs.
 */
#ifndef POSTROOM_IMAP_NOTIFY_H
#define POSTROOM_IMAP_NOTIFY_H

#include "mail/watcher.h"
#include "proto/lexer.h"
#include "session.h"

struct notify;
struct picture;

/* Replaces what the session is notified of; the lexer is at NOTIFY's arguments, which have been
 * parsed before. Tells what has gathered, and how the mailboxes are. On failure nothing has
 * changed. -ERR_LIMIT: there are too many mailboxes. */
int notify_set(struct session *session, const struct lexer *arguments) MUST_CHECK;
/* As if it had never been. */
void notify_forget(struct session *session);

/* The events that are to be told of the selected mailbox (model/notify.h). */
unsigned notify_selected_events(const struct session *session);
/* Whether they are told as to sessions without NOTIFY: all of them, and nothing more. */
bool notify_is_usual(const struct session *session);

/* Before the session waits for a command: from now on news wake it. */
void notify_follow(struct session *session);
/* News of the selected mailbox wake it no more. */
void notify_unfollow(struct session *session);
/* The selected mailbox is about to be left. */
void notify_left(struct session *session);
/* Woken while no command is under way: tells all there is. */
int notify_show(struct session *session) MUST_CHECK;
/* Tells what has happened in other mailboxes, and to names. */
int notify_tell(struct session *session) MUST_CHECK;
/* After EXISTS: what the client wants to know of new messages, those from this UID on. */
int notify_tell_new(struct session *session, uint32_t new_from) MUST_CHECK;

/* The client itself has made this of a name, or makes these messages in the mailbox: it is not
 * told what it knows. */
void notify_own_name(struct session *session, struct slice name, enum watch_expected what);
void notify_own_messages(struct session *session, int64_t mailbox_id, const struct uidset *uids);

#endif
