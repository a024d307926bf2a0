/*
 * The messages of the bench. A letter is made of its number and size alone, so
 * that one that comes back can be checked octet by octet without having been
 * kept. No two numbers give the same octets.
 */
#ifndef POSTROOM_BENCH_LETTER_H
#define POSTROOM_BENCH_LETTER_H

#include "base/buffer.h"
#include "base/slice.h"

struct letter {
    uint64_t number;
    uint32_t size;
};

/* Exactly letter.size octets (at least LETTER_SIZE_MIN) to the end of `out`. */
enum { LETTER_SIZE_MIN = 600 };
void letter_render(struct letter letter, struct buffer *out);
/* Finds number and size in a Message-ID field, or in a text that has one. */
bool letter_recognise(struct slice text, struct letter *out);
/* Every 100th subject has this word. */
#define LETTER_RARE_WORD "zeppelin"
static inline bool letter_is_rare(struct letter letter)
{
    return letter.number % 100 == 0;
}

#endif
