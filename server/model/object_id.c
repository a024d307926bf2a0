#include "model/object_id.h"

enum { OBJECT_ID_MAX = 255 };

static char object_letter(enum object_kind kind, int64_t id)
{
    static const char letters[][2] = {
        [OBJECT_MAILBOX] = "FD", [OBJECT_EMAIL] = "MM", [OBJECT_THREAD] = "TS"};
    return letters[kind][id < 0];
}

void object_id_render(enum object_kind kind, int64_t id, struct buffer *out)
{
    buffer_add_char(out, object_letter(kind, id));
    buffer_add_u64(out, id < 0 ? 0 - (uint64_t)id : (uint64_t)id);
}

/* objectid = 1*255(ALPHA / DIGIT / "_" / "-") (RFC 8474 section 7) */
static bool is_object_id(struct slice text)
{
    bool good = text.len > 0 && text.len <= OBJECT_ID_MAX;
    for (size_t i = 0; i < text.len && good; i++) {
        char c = text.data[i];
        char lower = (char)(c | 0x20);
        good = ascii_is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '_' || c == '-';
    }
    return good;
}

int object_id_parse(struct slice text, enum object_kind kind, int64_t *id_out)
{
    if (!is_object_id(text))
        return fail(ERR_SYNTAX, "no object identifier");
    int64_t id = 0;
    bool negative = kind == OBJECT_THREAD && text.data[0] == object_letter(kind, -1);
    bool ours = negative || text.data[0] == object_letter(kind, 0);
    ours = ours && text.len > 1 && text.data[1] != '0';
    for (size_t i = 1; i < text.len && ours; i++) {
        int digit = text.data[i] - '0';
        ours = ascii_is_digit(text.data[i]) && id <= (INT64_MAX - digit) / 10;
        if (ours)
            id = id * 10 + digit;
    }
    if (negative)
        id = -id;
    *id_out = ours ? id : 0;
    return 0;
}
