#include "letter.h"

#include <inttypes.h>
#include <stdio.h>

#include "bench.h"

enum { LINE_LENGTH = 76, POOL_LINES = 4096, POOL_SIZE = LINE_LENGTH * POOL_LINES };

static const char *const words[] = {
    "account",   "agenda",  "answer",   "because",  "budget",  "carefully", "contract", "customer",
    "delivery",  "discuss", "estimate", "forward",  "invoice", "kindly",    "meeting",  "monday",
    "necessary", "offer",   "order",    "payment",  "please",  "project",   "quarter",  "question",
    "regards",   "report",  "schedule", "shipment", "the",     "tomorrow",  "update",   "with",
};

/* Lines of words, all of one length, that bodies are cut from. */
static const char *pool(void)
{
    static char text[POOL_SIZE + 64];
    if (*text)
        return text;
    uint64_t random = 88172645463325252u;
    for (size_t length = 0; length < POOL_SIZE;) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        const char *word = words[(random >> 20) % (sizeof words / sizeof *words)];
        length += (size_t)sprintf(text + length, "%s ", word);
    }
    for (size_t end = LINE_LENGTH; end <= POOL_SIZE; end += LINE_LENGTH)
        memcpy(text + end - 2, "\r\n", 2);
    return text;
}

static void render_header(struct letter letter, struct buffer *out)
{
    uint64_t n = letter.number;
    buffer_printf(out,
                  "Return-Path: <sender%" PRIu64 "@example.org>\r\n"
                  "Received: from mail.example.org by mx.example.com; "
                  "Mon, 6 Jan 2025 %02u:%02u:00 +0000\r\n"
                  "Date: Mon, 6 Jan 2025 %02u:%02u:00 +0000\r\n"
                  "From: Sender %" PRIu64 " <sender%" PRIu64 "@example.org>\r\n"
                  "To: Sales <sales@example.com>\r\n"
                  "Subject: Order %" PRIu64 "%s\r\n"
                  "Message-ID: <%" PRIu64 ".%" PRIu32 "@bench.example>\r\n"
                  "MIME-Version: 1.0\r\n"
                  "Content-Type: text/plain; charset=utf-8\r\n\r\n",
                  n % 97, (unsigned)(n % 24), (unsigned)(n % 60), (unsigned)(n % 24),
                  (unsigned)(n % 60), n % 97, n % 97, n,
                  letter_is_rare(letter) ? " by " LETTER_RARE_WORD : "", n, letter.size);
}

void letter_render(struct letter letter, struct buffer *out)
{
    size_t start = out->len;
    render_header(letter, out);
    size_t left = letter.size - (out->len - start) - 2;
    size_t from = (size_t)(letter.number * 7919 % POOL_LINES) * LINE_LENGTH;
    while (left) {
        struct slice part = slice_sub(slice_of(pool(), POOL_SIZE), from, left);
        buffer_add(out, part);
        left -= part.len;
        from = 0;
    }
    if (buffer_check(out) != 0)
        bench_die("no memory for a message");
    if (out->data[out->len - 1] == '\r') /* cut in the middle of a line end */
        out->data[out->len - 1] = '.';
    buffer_add_cstr(out, "\r\n");
}

bool letter_recognise(struct slice text, struct letter *out)
{
    struct slice mark = SLICE("Message-ID: <");
    size_t at = slice_search(text, mark);
    if (at == SIZE_MAX)
        return false;
    struct slice id = slice_sub(text, at + mark.len, 64);
    id = slice_sub(id, 0, slice_find(id, '@'));
    size_t dot = slice_find(id, '.');
    struct letter letter;
    if (!slice_to_u64(slice_sub(id, 0, dot), &letter.number) ||
        !slice_to_u32(slice_sub(id, dot + 1, SIZE_MAX), &letter.size))
        return false;
    *out = letter;
    return true;
}
