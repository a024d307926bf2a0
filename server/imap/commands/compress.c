/* COMPRESS (RFC 4978). */
#include "commands.h"

#include <stdio.h>

#include "../reply.h"

static int parse_compress(struct lexer *lexer, void *out)
{
    (void)out;
    struct slice mechanism;
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_atom(lexer, &mechanism);
    if (!err && !slice_equal_nocase(mechanism, SLICE("DEFLATE")))
        err = fail(ERR_SYNTAX, "DEFLATE is the only compression");
    return err ? err : lexer_end(lexer);
}

static int run_compress(struct session *session, struct command *command)
{
    if (stream_is_deflated(session->stream)) {
        snprintf(command->refusal, sizeof command->refusal, "COMPRESSIONACTIVE");
        return fail(ERR_WRONG_STATE, "DEFLATE is active already");
    }
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add(&line, command->tag);
    buffer_add_cstr(&line, " OK DEFLATE is active\r\n");
    int err = buffer_check(&line);
    if (!err)
        err = stream_start_deflate(session->stream, buffer_slice(&line));
    buffer_clear(&line);
    command->silent_end = !err;
    return err;
}

const struct imap_command command_compress = {
    .name = "COMPRESS",
    .rfc = "RFC 4978",
    .states = STATE_LOGGED_IN,
    .parse = parse_compress,
    .run = run_compress,
};
