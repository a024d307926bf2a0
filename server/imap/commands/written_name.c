#include "written_name.h"

#include "../reply.h"
#include "model/mailbox_name.h"

int written_name_parse(struct lexer *lexer, struct written_name *out)
{
    struct lexer written = *lexer;
    int err = lexer_mailbox(lexer, &out->mailbox);
    out->written = out->mailbox;
    if (err || !lexer->utf8)
        return err;
    err = lexer_astring(&written, &out->written);
    if (err)
        return err;
    out->written = arena_copy(lexer->arena, out->written); /* a literal may follow (APPEND) */
    return out->written.data ? 0 : -ERR_NO_MEMORY;
}

int written_name_normalise(const struct session *session, const struct written_name *name,
                           struct arena *arena, struct slice *out, bool *differs_out)
{
    struct mailbox_path path;
    int err = mailbox_path_parse(arena, name->mailbox, session->actor.login, &path);
    if (err)
        return err;
    struct buffer normal;
    buffer_init(&normal, 0);
    mailbox_path_render(&path, &normal);
    err = buffer_check(&normal);
    struct slice copy = err ? SLICE_EMPTY : arena_copy(arena, buffer_slice(&normal));
    buffer_clear(&normal);
    if (!copy.data)
        return err ? err : -ERR_NO_MEMORY;
    *out = copy;
    *differs_out = !slice_equal(copy, name->written);
    return 0;
}

int written_name_tell(struct session *session, const char *attributes, struct slice name,
                      struct slice old)
{
    struct buffer line;
    buffer_init(&line, 0);
    buffer_printf(&line, "* LIST (%s) \"/\" ", attributes);
    reply_mailbox(session, name, &line);
    if (old.len) {
        buffer_add_cstr(&line, " (\"OLDNAME\" (");
        reply_mailbox(session, old, &line);
        buffer_add_cstr(&line, "))");
    }
    buffer_add_cstr(&line, "\r\n");
    int err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

int written_name_tell_change(struct session *session, const struct command *command,
                             const char *attributes, const struct written_name *name,
                             const struct written_name *old)
{
    if (!(session->enabled & ENABLED_REV2))
        return 0;
    struct slice normal, normal_old;
    bool differs, old_differs;
    int err = written_name_normalise(session, name, command->arena, &normal, &differs);
    if (!err)
        err = written_name_normalise(session, old, command->arena, &normal_old, &old_differs);
    if (err || !(differs || old_differs))
        return err;
    return written_name_tell(session, attributes, normal, old->written);
}
