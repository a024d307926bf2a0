/* GETMETADATA, SETMETADATA (RFC 5464). */
#include "commands.h"

#include <stdio.h>

#include "metadata_args.h"

#include "../reply.h"
#include "metadata.h"
#include "model/notation.h"
#include "proto/writer.h"

static void rights_metadata(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)uid;
    const struct metadata_args *args = in;
    if (!args->of_server)
        wanted[0] = (struct rights_wanted){
            .subject = RIGHTS_OF_MAILBOX, .name = args->mailbox, .any = ANNOTATION_RIGHTS};
}

/* value: nstring or literal8, which is what can hold a NUL (RFC 3516). */
static void metadata_render_value(struct slice value, struct buffer *out)
{
    if (!value.data || slice_find(value, '\0') == value.len) {
        notation_nstring(out, value);
        return;
    }
    buffer_printf(out, "~{%zu}\r\n", value.len);
    buffer_add(out, value);
}

static bool metadata_is_asked(const struct annotation_query *query, struct slice entry,
                              size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (slice_equal(query->entries[i], entry))
            return true;
    return false;
}

static const struct annotation *metadata_find(const struct annotation *annotations, size_t count,
                                              struct slice entry)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(annotations[i].entry, entry))
            return &annotations[i];
    return NULL;
}

/* The list of entries and values, while it is gathered. */
struct metadata_list {
    struct slice mailbox;
    bool utf8; /* names are */
    bool begun;
    struct buffer *out;
};

static void metadata_add(struct metadata_list *list, struct slice entry, struct slice value)
{
    if (!list->begun) {
        buffer_add_cstr(list->out, "* METADATA ");
        write_mailbox(list->out, list->mailbox, list->utf8);
    }
    buffer_add_cstr(list->out, list->begun ? " " : " (");
    notation_astring(list->out, entry);
    buffer_add_char(list->out, ' ');
    metadata_render_value(value, list->out);
    list->begun = true;
}

/* Entries that were asked for by name and have no value are NIL, unless the question was
 * what there is below them. */
static void metadata_add_absent(struct metadata_list *list, const struct annotation_query *query,
                                const struct annotation *annotations, size_t count)
{
    if (query->depth > 0 && count > 0)
        return;
    for (size_t i = 0; i < query->count; i++)
        if (!metadata_is_asked(query, query->entries[i], i) &&
            !metadata_find(annotations, count, query->entries[i]))
            metadata_add(list, query->entries[i], (struct slice){NULL, 0});
}

void metadata_render(struct slice mailbox, const struct annotation_query *query,
                     const struct annotation *annotations, size_t count, bool utf8,
                     struct buffer *out)
{
    struct metadata_list list = {.mailbox = mailbox, .utf8 = utf8, .out = out};
    for (size_t i = 0; i < count; i++)
        if (annotations[i].value.data)
            metadata_add(&list, annotations[i].entry, annotations[i].value);
    metadata_add_absent(&list, query, annotations, count);
    if (list.begun)
        buffer_add_cstr(out, ")\r\n");
}

/* Section 4.2.1: the longest of the values that were left out. */
static void metadata_tell_left_out(const struct annotation *annotations, size_t count,
                                   struct buffer *code)
{
    uint64_t longest = 0;
    for (size_t i = 0; i < count; i++)
        if (!annotations[i].value.data && annotations[i].size > longest)
            longest = annotations[i].size;
    if (longest)
        buffer_printf(code, "[METADATA LONGENTRIES %llu]", (unsigned long long)longest);
}

static int run_getmetadata(struct session *session, struct command *command)
{
    const struct metadata_args *args = command->args;
    struct annotation *annotations;
    size_t count;
    int err = annotation_read(session->mail, &session->actor, command->grants[0], &args->query,
                              command->arena, &annotations, &count);
    if (err)
        return err;
    metadata_tell_left_out(annotations, count, &command->code);
    struct buffer line;
    buffer_init(&line, 0);
    metadata_render(args->mailbox, &args->query, annotations, count, session_uses_utf8(session),
                    &line);
    err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

static int parse_getmetadata(struct lexer *lexer, void *out)
{
    return metadata_args_parse_get(lexer, out);
}

const struct imap_command command_getmetadata = {
    .name = "GETMETADATA",
    .rfc = "RFC 5464 section 4.2",
    .capability = "METADATA",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct metadata_args),
    .parse = parse_getmetadata,
    .rights = rights_metadata,
    .run = run_getmetadata,
};

/* Section 4.3; RFC 6154 section 4 */
static void metadata_refuse(const struct session *session, struct command *command, int err)
{
    if (err == -ERR_LIMIT)
        snprintf(command->refusal, sizeof command->refusal, "METADATA TOOMANY");
    if (err == -ERR_INVALID)
        snprintf(command->refusal, sizeof command->refusal, "USEATTR");
    if (err == -ERR_TOO_BIG)
        snprintf(command->refusal, sizeof command->refusal, "METADATA MAXSIZE %u",
                 mail_settings(session->mail)->annotation_size);
}

static int run_setmetadata(struct session *session, struct command *command)
{
    const struct metadata_args *args = command->args;
    int err = annotation_write(session->mail, &session->actor, command->grants[0],
                               args->annotations, args->count);
    metadata_refuse(session, command, err);
    return err;
}

static int parse_setmetadata(struct lexer *lexer, void *out)
{
    return metadata_args_parse_set(lexer, out);
}

const struct imap_command command_setmetadata = {
    .name = "SETMETADATA",
    .rfc = "RFC 5464 section 4.3",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct metadata_args),
    .parse = parse_setmetadata,
    .rights = rights_metadata,
    .run = run_setmetadata,
};
