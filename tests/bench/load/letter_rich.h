/*
 * Letters that look like mail: different senders, one to four recipients,
 * trace fields, threads, lists, names beyond ASCII; plain texts, alternatives
 * with HTML, attachments.
 */
#ifndef POSTROOM_BENCH_LETTER_RICH_H
#define POSTROOM_BENCH_LETTER_RICH_H

#include "letter.h"

#define LETTER_RICH_DOMAIN "rich.bench.example"

void letter_rich_render(struct letter letter, struct buffer *out);

#endif
