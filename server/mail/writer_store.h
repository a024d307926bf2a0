/*
 * STORE as changes (store/change.h): what its two forms, with a condition and
 * without one, have in common.
 */
#ifndef POSTROOM_MAIL_WRITER_STORE_H
#define POSTROOM_MAIL_WRITER_STORE_H

#include "mail/acl.h"
#include "model/flags.h"
#include "model/uidset.h"
#include "store/change.h"

/* -ERR_DENIED: none of the flags is one that the actor may change. */
int writer_may_store(const struct grant *grant, enum flag_change change,
                     flag_mask flags) MUST_CHECK;
/* Fills in up to WRITER_CHANGES_MAX changes and says how many: where \Seen is per
 * user, it is a change of its own. */
size_t writer_store_changes(const struct grant *grant, const struct uidset *uids,
                            enum flag_change change, flag_mask flags, struct change *changes);

#endif
