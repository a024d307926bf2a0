/*
 * The messages of the bench. A letter is made of its number, size and form
 * alone, so that one that comes back can be checked octet by octet without
 * having been kept. No two numbers give the same octets.
 */
#ifndef POSTROOM_BENCH_LETTER_H
#define POSTROOM_BENCH_LETTER_H

#include "base/buffer.h"
#include "base/slice.h"

enum letter_form {
    LETTER_PLAIN, /* a few header fields and a text of any size */
    LETTER_RICH,  /* headers as real mail has them; every other one is a multipart */
};

struct letter {
    uint64_t number;
    uint32_t size;
    enum letter_form form;
};

/* Exactly letter.size octets (at least LETTER_SIZE_MIN) to the end of `out`. */
enum { LETTER_SIZE_MIN = 600 };
void letter_render(struct letter letter, struct buffer *out);
/* Finds a letter in a Message-ID field, or in a text that has one. */
bool letter_recognise(struct slice text, struct letter *out);
/* The same in a FETCH response with an ENVELOPE. */
bool letter_recognise_envelope(struct slice response, struct letter *out);
/* A rich letter, of a size that follows from its number: 3.6 to 16 KB, 6 KB on average. */
struct letter letter_rich(uint64_t number);
/* How its BODYSTRUCTURE begins, behind the opening parenthesis. */
const char *letter_structure(struct letter letter);

/* Every 100th subject has this word. */
#define LETTER_RARE_WORD "zeppelin"
static inline bool letter_is_rare(struct letter letter)
{
    return letter.number % 100 == 0;
}

/* In rich ones only: every other subject; the text of every 100th; of every other. */
#define LETTER_COMMON_WORD    "quarterly"
#define LETTER_RARE_IN_TEXT   "kittiwake"
#define LETTER_COMMON_IN_TEXT "forecast"
static inline bool letter_is_common(struct letter letter)
{
    return letter.number % 2 == 0;
}

static inline bool letter_is_rare_in_text(struct letter letter)
{
    return letter.number % 100 == 50;
}

static inline bool letter_is_common_in_text(struct letter letter)
{
    return letter.number % 2 == 1;
}

#endif
