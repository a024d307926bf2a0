#include "subject.h"

#include "engine.h"
#include "fiber/fiber.h"
#include "mail/mime.h"
#include "store/messages.h"

/* Headers that are in memory at once. */
enum { HEADERS_MAX = 100 };

static int decode(struct slice header, struct arena *arena, struct buffer *text, struct slice *out)
{
    struct slice value;
    *out = SLICE_EMPTY;
    if (!mime_field_find(header, SLICE("Subject"), &value))
        return 0;
    buffer_reset(text);
    mime_decode_header(value, text);
    struct slice copy = arena_copy(arena, buffer_slice(text));
    if (!copy.data)
        return -ERR_NO_MEMORY;
    *out = copy;
    return 0;
}

static int read_some(struct mail *mail, struct arena *arena, const int64_t *ids, size_t count,
                     struct buffer *text, struct slice *subjects)
{
    struct message_rows *rows;
    int err = message_rows_read(mail->database, ids, count, MESSAGE_HEADER, 0, &rows);
    if (err)
        return err;
    for (size_t i = 0; i < count && !err; i++) {
        err = decode(message_rows_at(rows, i)->header, arena, text, &subjects[i]);
        fiber_breathe();
    }
    message_rows_free(&rows);
    return err;
}

int subjects_read(struct mail *mail, struct arena *arena, const int64_t *message_ids, size_t count,
                  struct slice *subjects_out)
{
    struct buffer text;
    buffer_init(&text, 0);
    int err = 0;
    for (size_t done = 0; done < count && !err; done += HEADERS_MAX) {
        size_t step = count - done < HEADERS_MAX ? count - done : HEADERS_MAX;
        err = read_some(mail, arena, message_ids + done, step, &text, subjects_out + done);
    }
    buffer_clear(&text);
    return err;
}
