/*
 * Sieve scripts on the command line: what its files share.
 */
#ifndef POSTROOM_ADMIN_SIEVE_H
#define POSTROOM_ADMIN_SIEVE_H

#include "admin.h"
#include "mail/filter.h"

/* Of --user or --mailbox; -ERR_INVALID when it is not exactly one. */
int admin_sieve_owner(struct admin *admin, struct filter_owner *out) MUST_CHECK;
/* The file that argument i names, in the arena. */
int admin_sieve_read(struct admin *admin, int i, struct slice *out) MUST_CHECK;
/* The failure with where in the file it is. */
int admin_sieve_problem(int err, const struct sieve_problem *problem, const char *file) MUST_CHECK;
/* The file that argument 0 names, as `put` would take it; with an owner, include finds the owner's
 * scripts. */
int admin_sieve_compile(struct admin *admin, struct filter_owner *owner_out,
                        struct sieve_program **out) MUST_CHECK;
int admin_sieve_test(struct admin *admin) MUST_CHECK;

#endif
