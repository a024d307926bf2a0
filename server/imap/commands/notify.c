/* NOTIFY (RFC 5465). */
#include "commands.h"

#include <stdio.h>

#include "../notify.h"
#include "proto/notify_args.h"

struct notify_command {
    struct lexer arguments; /* as they came, for what stays longer than the command */
    struct notify_spec spec;
};

static int parse_notify(struct lexer *lexer, void *out)
{
    struct notify_command *args = out;
    args->arguments = *lexer;
    return notify_args_parse(lexer, &args->spec);
}

/* RFC 7162 section 3.1: who asks for MODSEQ knows of modseqs. */
static unsigned enables_notify(const void *in)
{
    const struct notify_command *args = in;
    const struct notify_group *selected = notify_selected_group(&args->spec);
    return selected && fetch_spec_has(&selected->fetch, FETCH_MODSEQ) ? ENABLED_CONDSTORE : 0;
}

static int refuse_event(struct command *command)
{
    struct buffer events;
    buffer_init(&events, 0);
    notify_events_render(&events);
    snprintf(command->refusal, sizeof command->refusal, "BADEVENT (%.*s)",
             SLICE_ARGS(buffer_slice(&events)));
    buffer_clear(&events);
    return fail(ERR_INVALID, "There are no such events here");
}

static int run_notify(struct session *session, struct command *command)
{
    const struct notify_command *args = command->args;
    if (args->spec.unsupported)
        return refuse_event(command);
    int err = notify_set(session, &args->arguments);
    if (err == -ERR_LIMIT)
        snprintf(command->refusal, sizeof command->refusal, "NOTIFICATIONOVERFLOW");
    return err;
}

const struct imap_command command_notify = {
    .name = "NOTIFY",
    .rfc = "RFC 5465",
    .capability = "NOTIFY",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct notify_command),
    .parse = parse_notify,
    .enables = enables_notify,
    .run = run_notify,
};
