#include "lmtp.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

enum { AWAIT_MS = 120 * 1000, CODE_LENGTH = 3 };

static const int nothing[] = {0};
static const int greeting[] = {220, 250, 0};
static const int announcement[] = {250, 250, 354, 0};
static const int delivery[] = {250, 0};

/* Replies ------------------------------------------------------------------------------------ */

/* All but the last line of a reply have a hyphen behind the code (RFC 5321 section 4.2.1). */
static void handle_line(struct lmtp *lmtp, struct slice line)
{
    uint32_t code;
    if (line.len <= CODE_LENGTH || line.data[line.len - 1] != '\r' ||
        !slice_to_u32(slice_sub(line, 0, CODE_LENGTH), &code) || (int)code != *lmtp->awaited)
        bench_die("%s: not %d: %.*s", lmtp->name, *lmtp->awaited, SLICE_ARGS(line));
    if (line.data[CODE_LENGTH] == '-')
        return;
    lmtp->awaited++;
    if (!*lmtp->awaited && lmtp->on_done)
        lmtp->on_done(lmtp);
}

static void parse_input(struct wire *wire)
{
    for (;;) {
        struct slice input = wire_input(wire);
        size_t end = slice_find(input, '\n');
        if (end == input.len)
            return;
        wire_consume(wire, end + 1);
        handle_line((struct lmtp *)wire /* its first member */, slice_sub(input, 0, end));
    }
}

static void await_replies(struct lmtp *lmtp, const int *codes, lmtp_done_fn *on_done)
{
    if (*lmtp->awaited)
        bench_die("%s: one message at a time", lmtp->name);
    lmtp->awaited = codes;
    lmtp->on_done = on_done;
}

void lmtp_await(struct lmtp *lmtp)
{
    for (int64_t end = clock_monotonic_ms() + AWAIT_MS; *lmtp->awaited;) {
        int64_t left = end - clock_monotonic_ms();
        if (left <= 0)
            bench_die("%s: no reply", lmtp->name);
        loop_turn((int)left);
    }
}

/* Messages ----------------------------------------------------------------------------------- */

void lmtp_announce(struct lmtp *lmtp, const char *recipient, lmtp_done_fn *on_done)
{
    await_replies(lmtp, announcement, on_done);
    buffer_printf(&lmtp->wire.output, "MAIL FROM:<sender@example.org>\r\nRCPT TO:<%s>\r\nDATA\r\n",
                  recipient);
    lmtp->announced_at = clock_monotonic_us();
    wire_flush(&lmtp->wire);
}

/* A line that begins with a dot gets another one (RFC 5321 section 4.5.2). */
static void add_with_dots(struct slice text, struct buffer *out)
{
    struct slice mark = SLICE("\r\n.");
    for (size_t found; (found = slice_search(text, mark)) != SIZE_MAX;) {
        buffer_add(out, slice_sub(text, 0, found + mark.len));
        buffer_add_cstr(out, ".");
        text = slice_sub(text, found + mark.len, SIZE_MAX);
    }
    buffer_add(out, text);
}

void lmtp_send(struct lmtp *lmtp, struct letter letter, lmtp_done_fn *on_done)
{
    await_replies(lmtp, delivery, on_done);
    struct buffer text;
    buffer_init(&text, 0);
    letter_render(letter, &text);
    add_with_dots(buffer_slice(&text), &lmtp->wire.output);
    buffer_clear(&text);
    buffer_add_cstr(&lmtp->wire.output, ".\r\n");
    lmtp->sent_at = clock_monotonic_us();
    wire_flush(&lmtp->wire);
}

/* Connections -------------------------------------------------------------------------------- */

struct lmtp *lmtp_open(const struct bench *bench, unsigned count)
{
    struct lmtp *clients = bench_allocate(count, sizeof *clients);
    for (unsigned i = 0; i < count; i++) {
        struct lmtp *lmtp = &clients[i];
        lmtp->number = i;
        lmtp->awaited = nothing;
        snprintf(lmtp->name, sizeof lmtp->name, "LMTP %u", i);
        wire_open(&lmtp->wire, bench, bench->lmtp_port, lmtp->name, parse_input);
        await_replies(lmtp, greeting, NULL);
        buffer_add_cstr(&lmtp->wire.output, "LHLO client.example.org\r\n");
        wire_flush(&lmtp->wire);
    }
    for (unsigned i = 0; i < count; i++)
        lmtp_await(&clients[i]);
    return clients;
}

void lmtp_close(struct lmtp **clients, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        wire_close(&(*clients)[i].wire);
    free(*clients);
    *clients = NULL;
}

void lmtp_drive(const struct bench *bench, struct lmtp *clients, unsigned count,
                lmtp_done_fn *first, struct result *result)
{
    struct pace pace;
    pace_start(&pace, bench, count, result);
    for (unsigned i = 0; i < count; i++) {
        clients[i].pace = &pace;
        first(&clients[i]);
    }
    pace_finish(&pace);
}

bool lmtp_goes_on(struct lmtp *lmtp)
{
    return pace_goes_on(lmtp->pace, lmtp->announced_at);
}
