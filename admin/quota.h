/*
 * Limits of a quota root as postroomctl reads and shows them: "storage=5G messages=100000".
 */
#ifndef POSTROOM_ADMIN_QUOTA_H
#define POSTROOM_ADMIN_QUOTA_H

#include "admin.h"
#include "mail/quota.h"

/* One limit; the others stay as they are. -ERR_INVALID. */
int quota_limit_parse(struct slice text, struct quota_amounts *limits) MUST_CHECK;
/* Several with spaces between them, or "none"; what is not named is not limited. */
int quota_limits_parse(struct slice text, struct quota_amounts *limits_out) MUST_CHECK;
/* As quota_limits_parse() reads it, with the largest unit that fits; data NULL: no memory. */
struct slice quota_limits_text(struct arena *arena, const struct quota_amounts *limits);

#endif
