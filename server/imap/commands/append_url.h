/*
 * What a URL of CATENATE (RFC 4469) stands for: octets of a message that the user may read.
 */
#ifndef POSTROOM_IMAP_COMMANDS_APPEND_URL_H
#define POSTROOM_IMAP_COMMANDS_APPEND_URL_H

#include "../command.h"

/* Hands them to piece(), as they are stored and a chunk at a time; \Seen stays as it is.
 * -ERR_TOO_BIG when they are more than `max`. When it is because of the URL that it fails, the
 * command's tagged NO says BADURL; a mailbox that may not be read is as good as none. */
int append_url_read(struct session *session, struct command *command, struct slice url,
                    uint64_t max, int (*piece)(void *arg, struct slice octets),
                    void *arg) MUST_CHECK;

#endif
