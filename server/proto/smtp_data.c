#include "proto/smtp_data.h"

void smtp_data_init(struct smtp_data *data)
{
    *data = (struct smtp_data){.in_line = false};
}

static void end_line(struct smtp_data *data, struct buffer *out)
{
    buffer_add_cstr(out, "\r\n");
    data->in_line = data->after_cr = false;
}

static size_t plain_octets(struct slice octets)
{
    size_t at = 0;
    while (at < octets.len && octets.data[at] != '\r' && octets.data[at] != '\n')
        at++;
    return at;
}

void smtp_data_add(struct smtp_data *data, struct slice octets, struct buffer *out)
{
    while (octets.len) {
        char first = octets.data[0];
        size_t used = 1;
        if (data->after_cr) {
            end_line(data, out);
            used = first == '\n';
        } else if (first == '\n') {
            end_line(data, out);
        } else if (first == '\r') {
            data->after_cr = true;
        } else {
            if (!data->in_line && first == '.')
                buffer_add_char(out, '.');
            used = plain_octets(octets);
            buffer_add(out, slice_sub(octets, 0, used));
            data->in_line = true;
        }
        octets = slice_sub(octets, used, octets.len);
    }
}

void smtp_data_end(struct smtp_data *data, struct buffer *out)
{
    if (data->in_line || data->after_cr)
        end_line(data, out);
    buffer_add_cstr(out, ".\r\n");
}
