/* What is computed once for each message, at append. */
#include "mail/mime.h"
#include "mime/field.h"
#include "mime/token.h"

static struct slice keep_unfolded(struct slice value, struct arena *arena)
{
    struct buffer scratch;
    buffer_init(&scratch, 0);
    struct slice kept = arena_copy(arena, field_unfold(value, &scratch));
    buffer_clear(&scratch);
    return kept.data ? kept : SLICE_EMPTY;
}

/* The first "<...>"; empty when there is none. White space inside it, which
 * folding and old mailers leave there, is no part of the identifier. */
static struct slice keep_identifier(struct slice value, struct arena *arena)
{
    value = slice_sub(value, slice_find(value, '<'), value.len);
    size_t close = slice_find(value, '>');
    if (close == value.len)
        return SLICE_EMPTY;
    char *kept = arena_alloc(arena, close + 1);
    if (!kept)
        return SLICE_EMPTY;
    size_t len = 0;
    for (size_t i = 0; i <= close; i++) {
        if (!token_is_space(value.data[i]))
            kept[len++] = value.data[i];
    }
    return slice_of(kept, len);
}

void mime_summarise(struct slice header, struct arena *arena, struct mime_summary *out)
{
    struct slice value;
    *out = (struct mime_summary){SLICE_EMPTY, SLICE_EMPTY, INT64_MIN, INT64_MIN};
    if (mime_field_find(header, SLICE("subject"), &value))
        out->subject = keep_unfolded(value, arena);
    if (mime_field_find(header, SLICE("message-id"), &value))
        out->message_id = keep_identifier(value, arena);
    if (mime_field_find(header, SLICE("date"), &value))
        mime_parse_date(value, &out->sent_day, &out->sent_instant);
}
