#include "append_url.h"

#include "../fetch_section.h"
#include "../server_private.h"
#include "mail/content.h"
#include "mail/grant_memory.h"
#include "proto/imap_url.h"

/* A message, the part of it that is meant, and where that goes. */
struct url_reader {
    struct mail *mail;
    struct arena arena;
    const struct grant *grant;
    struct imap_url url;
    struct content_wish message;
    uint64_t max;
    int (*piece)(void *arg, struct slice octets);
    void *arg;
};

static int find_mailbox(struct session *session, struct url_reader *reader)
{
    const struct actor *actor = &session->actor;
    struct slice name = reader->url.mailbox;
    int err = grant_recall_now(session->mail, actor, name, &reader->arena, &reader->grant);
    if (err || reader->grant)
        return err ? err : grant_require(reader->grant, RIGHT_READ);
    err = acl_check(session->mail, actor, name, RIGHT_READ, &reader->arena, &reader->grant);
    if (!err)
        grant_remember(session->mail, name, reader->grant);
    return err;
}

static int find_message(struct session *session, struct url_reader *reader)
{
    int err = find_mailbox(session, reader);
    if (err)
        return err;
    uint32_t uidvalidity = reader->url.uidvalidity;
    if (uidvalidity && uidvalidity != grant_uidvalidity(reader->grant))
        return fail(ERR_NOT_FOUND, "The mailbox has another UIDVALIDITY");
    return content_find(session->mail, reader->grant, reader->url.uid, &reader->message);
}

static int find_range(struct url_reader *reader, struct fetch_range *range)
{
    const struct fetch_item *item = &reader->url.section;
    struct message_part_row *stored = NULL;
    int err = 0;
    if (item->number_count || item->section != FETCH_SECTION_ALL)
        err = content_get(reader->mail, reader->grant, &reader->arena, &reader->message.message_id,
                          1, MESSAGE_PARTS, &stored);
    bool found;
    if (!err)
        err = fetch_find_range(&reader->arena, stored, reader->message.size, item, range, &found);
    if (!err && !found)
        err = fail(ERR_NOT_FOUND, "The message has no such part");
    return err;
}

static int check_room(const struct url_reader *reader, struct fetch_range clip)
{
    if (clip.end - clip.start > reader->max)
        return fail(ERR_TOO_BIG, "The message is too large with what the URL names");
    return 0;
}

static int read_fields(const struct url_reader *reader, struct fetch_range range)
{
    const struct fetch_item *item = &reader->url.section;
    if (range.end - range.start > FETCH_HEADER_MAX)
        range.end = range.start + FETCH_HEADER_MAX;
    struct buffer header, fields;
    buffer_init(&header, 0);
    buffer_init(&fields, 0);
    int err = content_read(reader->mail, reader->grant, reader->message.message_id, range.start,
                           range.end, fetch_gather_piece, &header);
    mime_header_fields(buffer_slice(&header), item->fields, item->field_count,
                       item->section == FETCH_SECTION_FIELDS_NOT, &fields);
    if (!err)
        err = buffer_check(&fields);
    struct fetch_range clip = fetch_clip(item, fields.len);
    if (!err)
        err = check_room(reader, clip);
    if (!err)
        err = reader->piece(reader->arg, slice_sub(buffer_slice(&fields), (size_t)clip.start,
                                                   (size_t)(clip.end - clip.start)));
    buffer_clear(&fields);
    buffer_clear(&header);
    return err;
}

static int read_range(const struct url_reader *reader, struct fetch_range range)
{
    if (fetch_item_is_fields(&reader->url.section))
        return read_fields(reader, range);
    struct fetch_range clip = fetch_clip(&reader->url.section, range.end - range.start);
    int err = check_room(reader, clip);
    return err ? err
               : content_read(reader->mail, reader->grant, reader->message.message_id,
                              range.start + clip.start, range.start + clip.end, reader->piece,
                              reader->arg);
}

static int read_url(struct session *session, struct url_reader *reader, struct slice url)
{
    int err = imap_url_parse(url, &reader->arena, &reader->url);
    if (!err)
        err = find_message(session, reader);
    struct fetch_range range;
    if (!err)
        err = find_range(reader, &range);
    return err ? err : read_range(reader, range);
}

static bool is_because_of_url(int err)
{
    return err == -ERR_SYNTAX || err == -ERR_LIMIT || err == -ERR_INVALID ||
           err == -ERR_NOT_FOUND || err == -ERR_DENIED;
}

static int refuse_url(struct command *command, struct slice url)
{
    struct error reason = *last_error();
    struct buffer code;
    buffer_init(&code, 0);
    buffer_add_cstr(&code, "BADURL ");
    imap_url_render_refused(url, &code);
    if (url.len && !buffer_check(&code)) /* url-resp-text is not empty */
        command->bad_url = arena_copy(command->arena, buffer_slice(&code)).data;
    buffer_clear(&code);
    return fail(ERR_INVALID, "%s", reason.text);
}

int append_url_read(struct session *session, struct command *command, struct slice url,
                    uint64_t max, int (*piece)(void *arg, struct slice octets), void *arg)
{
    struct url_reader reader = {.mail = session->mail, .max = max, .piece = piece, .arg = arg};
    arena_init(&reader.arena, 0);
    int err = read_url(session, &reader, url);
    arena_clear(&reader.arena);
    return is_because_of_url(err) ? refuse_url(command, url) : err;
}
