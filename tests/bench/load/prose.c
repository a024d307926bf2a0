#include "prose.h"

#include <stdio.h>

enum { LINE_LENGTH = 76, POOL_LINES = 4096, POOL_SIZE = LINE_LENGTH * POOL_LINES };

static const char *const words[] = {
    "account",   "agenda",  "answer",   "because",  "budget",  "carefully", "contract", "customer",
    "delivery",  "discuss", "estimate", "forward",  "invoice", "kindly",    "meeting",  "monday",
    "necessary", "offer",   "order",    "payment",  "please",  "project",   "quarter",  "question",
    "regards",   "report",  "schedule", "shipment", "the",     "tomorrow",  "update",   "with",
};
enum { WORDS = sizeof words / sizeof *words };

/* Lines of words, all of one length, that texts are cut from. */
static const char *pool(void)
{
    static char text[POOL_SIZE + 64];
    if (*text)
        return text;
    uint64_t random = 88172645463325252u;
    for (size_t length = 0; length < POOL_SIZE;) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        length += (size_t)snprintf(text + length, sizeof text - length, "%s ",
                                   words[(random >> 20) % WORDS]);
    }
    for (size_t end = LINE_LENGTH; end <= POOL_SIZE; end += LINE_LENGTH)
        memcpy(text + end - 2, "\r\n", 2);
    return text;
}

void prose_add(uint64_t number, size_t size, struct buffer *out)
{
    size_t from = (size_t)(number * 7919 % POOL_LINES) * LINE_LENGTH;
    for (size_t left = size; left;) {
        struct slice part = slice_sub(slice_of(pool(), POOL_SIZE), from, left);
        buffer_add(out, part);
        left -= part.len;
        from = 0;
    }
    if (size && out->len && out->data[out->len - 1] == '\r') /* cut in the middle of a line end */
        out->data[out->len - 1] = '.';
}

const char *prose_word(uint64_t number)
{
    return words[number % WORDS];
}
