#include "proto/smtp_reply.h"

enum { CODE_LENGTH = 3 };

/* "250 text" or "250-text"; a code alone is a last line, too (RFC 5321 section 4.2.1). */
static bool take_line(struct slice line, int *code_out, bool *last_out)
{
    if (line.len < CODE_LENGTH || line.data[0] < '2' || line.data[0] > '5')
        return false;
    if (!ascii_is_digit(line.data[1]) || !ascii_is_digit(line.data[2]))
        return false;
    char next = line.len > CODE_LENGTH ? line.data[CODE_LENGTH] : ' ';
    if (next != ' ' && next != '-' && next != '\r')
        return false;
    *code_out = (line.data[0] - '0') * 100 + (line.data[1] - '0') * 10 + (line.data[2] - '0');
    *last_out = next != '-';
    return true;
}

int smtp_reply_parse(struct slice input, bool *complete_out, struct smtp_reply *out)
{
    size_t at = 0;
    bool last = false;
    int code = 0;
    while (!last) {
        struct slice rest = slice_sub(input, at, input.len);
        size_t end = slice_find(rest, '\n');
        if (at + end > SMTP_REPLY_MAX)
            return fail(ERR_LIMIT, "the reply is too long");
        if (end == rest.len) {
            *complete_out = false;
            return 0;
        }
        if (!take_line(slice_sub(rest, 0, end), &code, &last))
            return fail(ERR_SYNTAX, "the server does not talk SMTP");
        at += end + 1;
    }
    *complete_out = true;
    *out = (struct smtp_reply){code, slice_sub(input, 0, at), at};
    return 0;
}

bool smtp_reply_line(const struct smtp_reply *reply, size_t *at, struct slice *text_out)
{
    struct slice rest = slice_sub(reply->lines, *at, reply->lines.len);
    if (rest.len == 0)
        return false;
    size_t end = slice_find(rest, '\n');
    *at += end + 1;
    *text_out = slice_trim(slice_sub(slice_sub(rest, 0, end), CODE_LENGTH + 1, end));
    return true;
}

bool smtp_reply_offers(const struct smtp_reply *reply, struct slice keyword,
                       struct slice *value_out)
{
    struct slice text;
    size_t at = 0;
    (void)smtp_reply_line(reply, &at, &text); /* the greeting */
    while (smtp_reply_line(reply, &at, &text)) {
        size_t end = slice_find(text, ' ');
        if (!slice_equal_nocase(slice_sub(text, 0, end), keyword))
            continue;
        if (value_out)
            *value_out = slice_trim(slice_sub(text, end, text.len));
        return true;
    }
    return false;
}
