#include "filter_message.h"

#include "engine.h"
#include "fiber/fiber.h"

/* Calls piece() with the octets start..end, at most a chunk at a time. */
static int each_piece(const struct filter_message *message, uint64_t start, uint64_t end,
                      int (*piece)(void *arg, struct slice octets), void *arg)
{
    const struct intake_result *stored = message->stored;
    if (stored->content)
        return piece(arg, slice_sub(stored->content->octets, start, end - start));
    int err = 0;
    while (start < end && !err) {
        uint32_t n = (uint32_t)(start / MESSAGE_CHUNK_SIZE);
        uint64_t chunk_start = (uint64_t)n * MESSAGE_CHUNK_SIZE;
        struct slice chunk;
        struct arena arena;
        arena_init(&arena, 0);
        err = messages_chunks(message->mail->database, &arena, stored->message_id, n, n, &chunk);
        struct slice part = SLICE_EMPTY;
        if (!err)
            part = slice_sub(chunk, start - chunk_start, end - start);
        if (!err && part.len == 0)
            err = fail(ERR_CORRUPT, "a message is shorter than it was");
        if (!err)
            err = piece(arg, part);
        start += part.len;
        arena_clear(&arena);
        fiber_breathe();
    }
    return err;
}

static int feed(void *arg, struct slice octets)
{
    return mime_scanner_feed(arg, octets);
}

int filter_message_scan(struct mail *mail, const struct intake_result *message, struct arena *arena,
                        struct filter_message *out)
{
    struct filter_message found = {mail, message, NULL};
    struct mime_scanner *scanner;
    int err = mime_scanner_new(arena, &mail->settings.mime, &scanner);
    if (!err)
        err = each_piece(&found, 0, message->size, feed, scanner);
    if (!err)
        err = mime_scanner_finish(scanner, &found.tree);
    if (!err)
        *out = found;
    return err;
}

static int add_to_digest(void *arg, struct slice octets)
{
    digest_update(arg, octets);
    return 0;
}

int filter_message_digest(const struct filter_message *message, uint64_t start,
                          uint8_t out[SHA256_SIZE])
{
    struct digest *digest;
    int err = digest_new(&digest);
    if (err)
        return err;
    err = each_piece(message, start, message->stored->size, add_to_digest, digest);
    if (!err)
        digest_finish(digest, out);
    digest_free(&digest);
    return err;
}

static int gather(void *arg, struct slice octets)
{
    buffer_add(arg, octets);
    return buffer_check(arg);
}

int filter_message_read(void *arg, uint64_t start, uint64_t end, struct buffer *out)
{
    const struct filter_message *message = arg;
    if (end > message->stored->size)
        end = message->stored->size;
    return start < end ? each_piece(message, start, end, gather, out) : 0;
}

/* Changing ------------------------------------------------------------------------------------- */

static int write_piece(void *arg, struct slice octets)
{
    return intake_write(arg, octets);
}

static int write_changed(const struct filter_message *message, const struct sieve_action *action,
                         struct intake *intake)
{
    if (action->content.data)
        return intake_write(intake, action->content);
    intake_allow(intake, action->header.len);
    int err = intake_write(intake, action->header);
    return err ? err
               : each_piece(message, message->tree->parts[0].body_start, message->stored->size,
                            write_piece, intake);
}

int filter_message_change(const struct filter_message *message, const struct sieve_action *action,
                          struct intake_result *out)
{
    struct intake *intake;
    int err = intake_begin(message->mail, &intake);
    if (err)
        return err;
    err = write_changed(message, action, intake);
    if (!err)
        err = intake_finish(intake, out);
    intake_free(&intake);
    return err;
}
