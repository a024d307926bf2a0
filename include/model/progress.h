/*
 * How far a long piece of work is, for those who want to tell somebody (RFC 9585): who works
 * counts, whoever gave it the counter looks at it meanwhile.
 */
#ifndef POSTROOM_MODEL_PROGRESS_H
#define POSTROOM_MODEL_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

struct progress_count {
    uint64_t done;
    uint64_t goal; /* 0: not known */
};

/* Nobody need have asked: count may be NULL. */
static inline void progress_step(struct progress_count *count)
{
    if (count)
        count->done++;
}

#endif
