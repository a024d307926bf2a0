/*
 * A mailbox's name, as the client has written it and as it is inside the server. RFC 9051
 * wants LIST with OLDNAME where they differ (sections 6.3.2 to 6.3.6 and 6.3.12).
 */
#ifndef POSTROOM_IMAP_COMMANDS_WRITTEN_NAME_H
#define POSTROOM_IMAP_COMMANDS_WRITTEN_NAME_H

#include "../command.h"

struct written_name {
    struct slice mailbox; /* as lexer_mailbox() reads it */
    struct slice written; /* in UTF-8, before it was normalised. A name in modified UTF-7 is
                             normalised by being read */
};
int written_name_parse(struct lexer *lexer, struct written_name *out) MUST_CHECK;

/* As LIST says it; *differs_out: it was written in another way. */
int written_name_normalise(const struct session *session, const struct written_name *name,
                           struct arena *arena, struct slice *out, bool *differs_out) MUST_CHECK;
/* "* LIST (attributes) "/" name", with OLDNAME unless `old` is empty. */
int written_name_tell(struct session *session, const char *attributes, struct slice name,
                      struct slice old) MUST_CHECK;
/* After a change of a mailbox, or APPEND to it: to those who have enabled IMAP4rev2, what it is
 * called, when one of the names was written in another way. `old`, the name that OLDNAME says, is
 * `name`, or of RENAME the one before. */
int written_name_tell_change(struct session *session, const struct command *command,
                             const char *attributes, const struct written_name *name,
                             const struct written_name *old) MUST_CHECK;

#endif
