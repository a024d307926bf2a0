/*
 * What a user uses mailboxes for (RFC 6154): "\Sent", "\Drafts" … Each user's own, so that
 * several may have another \Sent, also among shared mailboxes. Setting a use for one mailbox
 * takes it from the user's others. What nobody has chosen is as the administrator has set it
 * (mail/mailbox_settings.h). Seen in LIST and as the annotation /private/specialuse.
 */
#ifndef POSTROOM_MAIL_SPECIAL_USE_H
#define POSTROOM_MAIL_SPECIAL_USE_H

#include <stddef.h>

#include "base/error.h"
#include "base/slice.h"

#define SPECIAL_USE_ENTRY "/private/specialuse"

enum { SPECIAL_USES_MAX = 8 };
struct special_uses {
    struct slice uses[SPECIAL_USES_MAX]; /* in the RFC's spelling, each once; literals */
    size_t count;
};
/* One more. -ERR_INVALID: it is not offered. */
int special_uses_add(struct special_uses *uses, struct slice use) MUST_CHECK;
/* "\Drafts \Sent"; data NULL: none. */
int special_uses_parse(struct slice text, struct special_uses *out) MUST_CHECK;

#endif
