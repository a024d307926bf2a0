/*
 * What a command's text says: tag, name, arguments. Read when the command is
 * whole, and once before: when a literal of it is announced, so that a command
 * which can only fail fails before the client sends the literal.
 */
#ifndef POSTROOM_IMAP_COMMAND_TEXT_H
#define POSTROOM_IMAP_COMMAND_TEXT_H

#include "command.h"
#include "session.h"

/* Tag, UID and row. -ERR_SYNTAX: the tag is there if it could be read, else
 * its len is 0; row may be NULL. */
int command_text_begin(struct lexer *lexer, struct command *command) MUST_CHECK;
/* How this client writes, and the limits of it. */
void command_text_set_up(const struct session *session, struct lexer *lexer);
/* The arguments, all of them. */
int command_text_args(const struct session *session, struct lexer *lexer,
                      struct command *command) MUST_CHECK;
/* Whether the row may come in the session's state, and by message numbers if it has them: 0 or
 * -ERR_SYNTAX. */
int command_text_check_state(const struct session *session, struct command *command) MUST_CHECK;

/* The tag of a command that could not be read whole; len 0: it has none. */
struct slice command_text_tag(struct slice text);

enum literal_use {
    LITERAL_GATHERED, /* it becomes part of the text */
    LITERAL_STREAMED  /* the command's run() reads it */
};
/* text ends in a literal's header. An error is what the command would fail
 * with, literal or not; *command has its tag and, if known, its row. */
int command_text_look_ahead(const struct session *session, struct slice text,
                            struct command *command, enum literal_use *use_out) MUST_CHECK;

#endif
