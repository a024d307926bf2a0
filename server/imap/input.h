/*
 * Waiting for a client: whole commands and streamed literals.
 */
#ifndef POSTROOM_IMAP_INPUT_H
#define POSTROOM_IMAP_INPUT_H

#include "command.h"
#include "session.h"

enum input_kind {
    INPUT_COMMAND,  /* *text_out is one command */
    INPUT_STREAMED, /* text_out ends in a literal's header; the command reads the literal */
    INPUT_REFUSED,  /* was answered already */
    INPUT_NEWS      /* nothing came, but the session should look around (stopping, check_user) */
};
/* The next command. Flushes replies before it waits. Text is valid until
 * input_end. */
int input_next(struct session *session, enum input_kind *kind_out,
               struct slice *text_out) MUST_CHECK;
/* The command is done with: its text may go. */
void input_end(struct session *session);

/* For commands that stream: asks for the literal (when the client waits) and
 * hands it on piece by piece, to the end even when piece() fails; its first failure is the
 * result, a fatal connection error comes as such. *more_out, in the command's arena, is
 * what follows: up to the header of the next literal (command->streams is set again), or
 * to the command's end. */
int input_stream_literal(struct session *session, struct command *command,
                         int (*piece)(void *arg, struct slice octets), void *arg,
                         struct slice *more_out) MUST_CHECK;
/* The streaming command will not take its literal. */
void input_refuse_literal(struct session *session);

/* One line without its end, for AUTHENTICATE and IDLE; valid until the next
 * input call. -ERR_LIMIT when too long: the session ends with BYE. -ERR_INTERRUPTED only while
 * session->idling. timeout_ms < 0: the inactivity timeout. */
int input_line(struct session *session, int timeout_ms, struct slice *line_out) MUST_CHECK;
void input_line_end(struct session *session);

#endif
