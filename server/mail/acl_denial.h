/*
 * Inside the mail layer: the words of a refusal. What somebody may not know
 * of is refused in the words for what does not exist, so each answer has one
 * text, here.
 */
#ifndef POSTROOM_MAIL_ACL_DENIAL_H
#define POSTROOM_MAIL_ACL_DENIAL_H

#include "base/error.h"
#include "model/rights.h"

/* Absent, or without `l`: -ERR_NOT_FOUND. */
int denial_not_found(void) MUST_CHECK;
/* Visible, but these rights are missing: -ERR_DENIED. */
int denial_of_rights(rights_mask missing) MUST_CHECK;
/* In Recently Deleted, which nobody can change like that: -ERR_WRONG_STATE. */
int denial_of_change(void) MUST_CHECK;
/* No `k` above, or nothing above that one may know of: -ERR_DENIED. */
int denial_of_creation(void) MUST_CHECK;

#endif
