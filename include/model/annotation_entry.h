/*
 * Names of annotations (RFC 5464 section 3.2): "/shared/comment",
 * "/private/vendor/<token>/…". Their case does not matter, so they are kept in small
 * letters.
 */
#ifndef POSTROOM_MODEL_ANNOTATION_ENTRY_H
#define POSTROOM_MODEL_ANNOTATION_ENTRY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/slice.h"

enum { ANNOTATION_ENTRY_MAX = 512 };

/* In small letters, in the arena. -ERR_SYNTAX: no entry can be called so. No level ends in
 * a space, so that " /" in a list of entries is always between two. */
int annotation_entry_parse(struct slice text, struct arena *arena, struct slice *out) MUST_CHECK;
/* Whether there can be a value here, and not only below it: 0 or -ERR_SYNTAX. Of vendors'
 * entries the fourth level is the first that has one. */
int annotation_entry_check_value(struct slice entry) MUST_CHECK;
/* Each user's own. */
bool annotation_entry_is_private(struct slice entry);

/* Which Sieve script the events of IMAP call for (RFC 6785 section 2.3.1). */
#define EVENT_SCRIPT_ENTRY "/shared/imapsieve/script"

#endif
