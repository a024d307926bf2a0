/*
 * The first octet says how the rest is cut into pieces. Lines are parsed as commands;
 * then everything is read as what follows DATA: however it is cut, the same message and
 * the same end must come, and stuffing the message again must give what was read, up to
 * dots that stood alone before other octets of their line.
 */
#include "base/buffer.h"
#include "fuzz.h"
#include "proto/lmtp_command.h"
#include "proto/lmtp_data.h"

static void parse_lines(struct slice text)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    while (text.len) {
        struct slice line = slice_sub(text, 0, slice_find(text, '\n'));
        struct lmtp_command command = {0};
        if (lmtp_command_parse(line, &arena, &command) == 0 && command.path.len) {
            struct buffer again;
            buffer_init(&again, 0);
            mail_address_render(&command.address, &again);
            struct mail_address same;
            bool parses = mail_address_parse(buffer_slice(&again), &arena, &same) == 0;
            fuzz_require(!parses || !slice_equal(same.local, command.address.local) ||
                                 !slice_equal(same.domain, command.address.domain)
                             ? "an address is another one when it is written again"
                             : NULL);
            buffer_clear(&again);
        }
        text = slice_sub(text, line.len + 1, text.len);
    }
    arena_clear(&arena);
}

/* How many octets were used. */
static size_t decode(struct slice input, size_t size, struct buffer *out, bool *over_out)
{
    struct lmtp_data data;
    lmtp_data_init(&data);
    size_t at = 0;
    while (at < input.len && !lmtp_data_is_over(&data)) {
        struct slice arrived = slice_sub(input, at, size);
        size_t used;
        buffer_add(out, lmtp_data_next(&data, arrived, &used));
        at += used;
    }
    *over_out = lmtp_data_is_over(&data);
    return at;
}

/* RFC 5321 section 4.5.2, the sender's side. */
static void stuff(struct slice message, struct buffer *out)
{
    for (size_t i = 0; i < message.len; i++) {
        bool begins_line =
            i == 0 || (i > 1 && message.data[i - 1] == '\n' && message.data[i - 2] == '\r');
        if (begins_line && message.data[i] == '.')
            buffer_add_char(out, '.');
        buffer_add_char(out, message.data[i]);
    }
    buffer_add_cstr(out, ".\r\n");
}

static void check_data(struct slice input, size_t size)
{
    struct buffer whole, cut, stuffed, again;
    struct buffer *const buffers[] = {&whole, &cut, &stuffed, &again};
    for (size_t i = 0; i < 4; i++)
        buffer_init(buffers[i], 0);
    bool over, cut_over;
    size_t used = decode(input, input.len, &whole, &over);
    size_t cut_used = decode(input, size, &cut, &cut_over);
    bool same = over == cut_over && used == cut_used &&
                slice_equal(buffer_slice(&whole), buffer_slice(&cut));
    fuzz_require(same ? NULL : "it matters how the octets are cut");
    struct slice message = buffer_slice(&whole);
    if (over && (message.len == 0 || slice_ends_with(message, SLICE("\r\n")))) {
        stuff(message, &stuffed);
        used = decode(buffer_slice(&stuffed), size, &again, &over);
        same = over && used == stuffed.len && slice_equal(buffer_slice(&again), message);
        fuzz_require(same ? NULL : "a message does not come through");
    } else {
        fuzz_require(over ? "the end is not behind a line" : NULL);
    }
    for (size_t i = 0; i < 4; i++)
        buffer_clear(buffers[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct slice input = fuzz_slice(data + 1, size - 1);
    parse_lines(input);
    check_data(input, (size_t)data[0] % 16 + 1);
    return 0;
}
