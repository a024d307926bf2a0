/*
 * Progress of long commands (RFC 9585): while a session's fiber works or waits for the database,
 * a fiber of the server writes "* OK [INPROGRESS …" to its client every so often. Commands that
 * end sooner cost two list operations and one look at the clock.
 */
#ifndef POSTROOM_IMAP_PROGRESS_H
#define POSTROOM_IMAP_PROGRESS_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/list.h"
#include "base/slice.h"
#include "fiber/wait.h"
#include "model/progress.h"

struct session;
struct command;
struct imap_server;

/* Of one command; zeroed with it. */
struct progress {
    struct link link; /* in the server's list, while it is at work */
    struct session *session;
    struct slice tag;
    struct progress_count count;
    int64_t tell_at; /* clock_monotonic_ms; 0: it has not begun */
};

/* Of a server. */
struct progress_list {
    struct link at_work; /* struct progress.link */
    struct wait_queue end;
    bool running; /* the fiber lives */
};

void progress_list_init(struct progress_list *list);
/* The server stops: nothing is told any more, the fiber ends. */
void progress_list_stop(struct progress_list *list);

/* From here to progress_end() the session writes nothing to its stream, and what is gathered
 * there ends with a line. A command may begin several times, one after the other. goal: how many
 * steps there will be; 0: not known. Who counts is given the counter. */
struct progress_count *progress_begin(struct session *session, struct command *command,
                                      uint64_t goal);
void progress_end(struct command *command);

/* Appends the line for a command with this tag (RFC 9585 section 4). */
void progress_render(struct slice tag, const struct progress_count *count, struct buffer *out);

#endif
