/*
 * Grants of earlier look-ups, of all sessions of this worker: by user and name. A
 * remembered grant proves nothing by itself. Whatever could make it untrue (rights,
 * groups, a mailbox renamed, deleted or set up otherwise) is a change of the
 * mailbox's rights_modseq, so it holds again when somebody has compared that: the
 * writer under the mailbox's lock, or a pulse. What is not there, or may not be seen,
 * is not remembered.
 */
#ifndef POSTROOM_MAIL_GRANT_MEMORY_H
#define POSTROOM_MAIL_GRANT_MEMORY_H

#include "base/arena.h"
#include "mail/acl.h"

/* A copy for this actor, for what the writer checks again. NULL: there is none. */
const struct grant *grant_recall(struct mail *mail, const struct actor *actor, struct slice name,
                                 struct arena *arena);
/* The same as acl_check() would say now, by one pulse (mail/pulse.h). *out NULL: ask it.
 * -ERR_CREDENTIALS: the account was disabled. */
int grant_recall_now(struct mail *mail, const struct actor *actor, struct slice name,
                     struct arena *arena, const struct grant **out) MUST_CHECK;
/* After a look-up by this name, as the actor wrote it. The administrator's are not kept. */
void grant_remember(struct mail *mail, struct slice name, const struct grant *grant);
void grant_forget(struct mail *mail, const struct actor *actor, struct slice name);

#endif
