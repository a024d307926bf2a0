#include "proto/lmtp_data.h"

void lmtp_data_init(struct lmtp_data *data)
{
    data->state = LMTP_DATA_LINE_START;
}

bool lmtp_data_is_over(const struct lmtp_data *data)
{
    return data->state == LMTP_DATA_END;
}

static bool ends_line(const struct lmtp_data *data, struct slice input, size_t lf)
{
    return lf ? input.data[lf - 1] == '\r' : data->state == LMTP_DATA_AFTER_CR;
}

/* Up to the first line that begins with a dot, or all there is. */
static struct slice next_text(struct lmtp_data *data, struct slice input, size_t *used_out)
{
    size_t at = 0;
    while (at < input.len) {
        at += slice_find(slice_sub(input, at, input.len), '\n');
        if (at == input.len)
            break;
        bool line_ended = ends_line(data, input, at);
        at++;
        if (!line_ended || (at < input.len && input.data[at] != '.'))
            continue;
        data->state = LMTP_DATA_LINE_START;
        *used_out = at;
        return slice_sub(input, 0, at);
    }
    data->state = input.data[input.len - 1] == '\r' ? LMTP_DATA_AFTER_CR : LMTP_DATA_TEXT;
    *used_out = input.len;
    return input;
}

struct slice lmtp_data_next(struct lmtp_data *data, struct slice input, size_t *used_out)
{
    *used_out = 0;
    if (input.len == 0 || data->state == LMTP_DATA_END)
        return SLICE_EMPTY;
    char first = input.data[0];
    if (data->state == LMTP_DATA_LINE_START && first == '.') {
        data->state = LMTP_DATA_DOT;
        *used_out = 1;
        return SLICE_EMPTY;
    }
    if (data->state == LMTP_DATA_DOT && first == '\r') {
        data->state = LMTP_DATA_DOT_CR;
        *used_out = 1;
        return SLICE_EMPTY;
    }
    if (data->state == LMTP_DATA_DOT_CR) {
        bool is_end = first == '\n';
        data->state = is_end ? LMTP_DATA_END : LMTP_DATA_AFTER_CR;
        *used_out = is_end;
        return is_end ? SLICE_EMPTY : SLICE("\r");
    }
    return next_text(data, input, used_out);
}
