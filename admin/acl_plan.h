/*
 * Plans on the command line: rights (mail/acl_plan.h) and settings of mailboxes. Reading and
 * writing their files, carrying them out, showing what they change.
 */
#ifndef POSTROOM_ADMIN_ACL_PLAN_H
#define POSTROOM_ADMIN_ACL_PLAN_H

#include <stdio.h>

#include "admin.h"
#include "mail/acl_plan.h"
#include "plan_settings.h"

struct admin_plan {
    struct acl_plan rights;
    struct planned_setting *settings; /* mailbox by mailbox, in the order of the plan */
    size_t setting_count;
};

/* With --dry-run and --force as they were given. Says each difference, like a patch. */
int admin_apply_plan(struct admin *admin, struct admin_plan *plan) MUST_CHECK;

/* A libconfig file, in admin->arena. Mistakes are -ERR_SYNTAX or -ERR_INVALID with file and line.
 */
int acl_file_read(struct admin *admin, const char *file, struct admin_plan *out) MUST_CHECK;
/* The same plan reads back from it. */
int acl_file_write(struct admin *admin, const struct admin_plan *plan, FILE *out) MUST_CHECK;

#endif
