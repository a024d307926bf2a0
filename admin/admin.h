/*
 * postroomctl: one file a noun, a table of verbs. A verb runs in a fiber with
 * the mail engine open, does one thing, and returns 0 or a negative err,
 * whose text goes to standard error.
 */
#ifndef POSTROOM_ADMIN_ADMIN_H
#define POSTROOM_ADMIN_ADMIN_H

#include <stdbool.h>

#include "base/arena.h"
#include "mail/acl.h"
#include "mail/mail.h"
#include "options.h"
#include "output.h"
#include "proc/config.h"
#include "store/users.h"

/* Exit codes of the program. */
enum { ADMIN_DONE = 0, ADMIN_REFUSED = 1, ADMIN_USAGE = 2 };

struct admin {
    struct config config;
    struct database *database;
    struct mail *mail;  /* NULL for verbs that need no engine */
    struct arena arena; /* lives as long as the program */
    struct actor actor; /* the administrator: user_id 0 */
    struct output *output;
    int argc; /* the verb's own arguments */
    char **argv;
    struct options options;
};

enum { VERB_WITHOUT_ENGINE = 1 }; /* runs on a schema that may be old or absent */

struct admin_verb {
    const char *noun;
    const char *verb;
    const char *usage; /* of the arguments */
    const char *help;
    int least, most; /* number of arguments; most -1: any */
    unsigned traits;
    int (*run)(struct admin *admin);
    const struct admin_option *options; /* NULL: none; else ends with a row without a name */
};

/* Each noun's verbs end with a row without a noun. */
extern const struct admin_verb user_verbs[];
extern const struct admin_verb group_verbs[];
extern const struct admin_verb mailbox_verbs[];
extern const struct admin_verb acl_verbs[];
extern const struct admin_verb acl_command_verbs[];
extern const struct admin_verb acl_explain_verbs[];
extern const struct admin_verb acl_export_verbs[];
extern const struct admin_verb address_verbs[];
extern const struct admin_verb import_verbs[];
extern const struct admin_verb history_verbs[];
extern const struct admin_verb undelete_verbs[];
extern const struct admin_verb queue_verbs[];
extern const struct admin_verb quota_verbs[];
extern const struct admin_verb metadata_verbs[];
extern const struct admin_verb search_verbs[];
extern const struct admin_verb sieve_verbs[];
extern const struct admin_verb schema_verbs[];

/* The verb's argument number i as a slice. */
struct slice admin_argument(const struct admin *admin, int i);
/* The value of an option, no data when it was not given; whether it was given. */
struct slice admin_option(const struct admin *admin, const char *name);
bool admin_flag(const struct admin *admin, const char *name);

/* In any spelling of the name. -ERR_NOT_FOUND says which name is nobody's. */
int admin_find_user(struct admin *admin, struct slice login, struct user_row *out) MUST_CHECK;
int admin_find_group(struct admin *admin, struct slice name, struct group_row *out) MUST_CHECK;

/* "Shared/Sales" or "alice:INBOX" to the name as the administrator sees it in
 * the engine ("Other Users/alice/INBOX"), and back. -ERR_INVALID. */
int admin_mailbox_name(struct admin *admin, struct slice text, struct slice *name_out) MUST_CHECK;
/* The same for argument i, a name that is to be: its owner must exist. */
int admin_new_mailbox_name(struct admin *admin, int i, struct slice *name_out) MUST_CHECK;
struct slice admin_mailbox_text(struct admin *admin, struct slice name);
/* The grant for the mailbox named by argument i. */
int admin_mailbox_grant(struct admin *admin, int i, const struct grant **out) MUST_CHECK;

/* "lrs" */
struct slice admin_rights_text(struct admin *admin, rights_mask rights);

/* A new password: two equal prompts without echo on a terminal, else one line
 * of standard input. */
int admin_read_password(struct admin *admin, struct slice *out) MUST_CHECK;

#endif
