/* ENABLE (RFC 5161): what is not known is ignored. */
#include "commands.h"

#include "../extension.h"
#include "../reply.h"

struct enable_args {
    unsigned asked; /* a bit for each row of extensions */
    unsigned bits;  /* ENABLED_ */
};

static void enable_take(struct enable_args *args, struct slice name)
{
    for (unsigned i = 0; extensions[i].name; i++) {
        if (!slice_equal_nocase(name, slice_cstr(extensions[i].name)))
            continue;
        args->asked |= 1U << i;
        args->bits |= extensions[i].enables;
    }
}

static int parse_enable(struct lexer *lexer, void *out)
{
    struct slice name;
    int err = 0;
    do {
        err = lexer_space(lexer);
        if (!err)
            err = lexer_atom(lexer, &name);
        if (!err)
            enable_take(out, name);
    } while (!err && lexer_peek(lexer) == ' ');
    return err ? err : lexer_end(lexer);
}

static unsigned enables_asked(const void *in)
{
    const struct enable_args *args = in;
    return args->bits;
}

/* The dispatcher has switched them on. */
static int run_enable(struct session *session, struct command *command)
{
    const struct enable_args *args = command->args;
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, "* ENABLED");
    for (unsigned i = 0; extensions[i].name; i++)
        if (args->asked & 1U << i)
            buffer_printf(&line, " %s", extensions[i].name);
    buffer_add_cstr(&line, "\r\n");
    int err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

const struct imap_command command_enable = {
    .name = "ENABLE",
    .rfc = "RFC 5161",
    .capability = "ENABLE",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct enable_args),
    .parse = parse_enable,
    .enables = enables_asked,
    .run = run_enable,
};
