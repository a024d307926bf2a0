/*
 * A mailbox's name, as the client has written it and as it is inside the server. RFC 9051
 * wants LIST with OLDNAME where they differ (sections 6.3.2 to 6.3.6).
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

#endif
