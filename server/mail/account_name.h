/*
 * Inside the mail layer: what users and groups may be called.
 */
#ifndef POSTROOM_MAIL_ACCOUNT_NAME_H
#define POSTROOM_MAIL_ACCOUNT_NAME_H

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

enum { ACCOUNT_NAME_MAX = 255 };

/* The name prepared (identifier.h), in the arena. -ERR_INVALID with the reason: it is part of
 * mailbox names ("Other Users/…") and of ACL identifiers, and must be
 * readable in both. */
int account_name_check(struct slice name, struct arena *arena, struct slice *out) MUST_CHECK;

#endif
