/*
 * Inside the mail layer: what a change by a grant's actor starts from.
 */
#ifndef POSTROOM_MAIL_WRITER_CHANGE_H
#define POSTROOM_MAIL_WRITER_CHANGE_H

#include "mail/acl.h"
#include "store/change.h"

/* Says by whom, in which mailbox and with rights as of when. */
struct change writer_change(const struct grant *grant, enum change_kind kind);
/* The flags that the actor may give a message there. Where \Seen is per user, the
 * administrator has none of their own. */
flag_mask writer_flags_settable(const struct grant *grant);

#endif
