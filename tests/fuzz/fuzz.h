/*
 * A fuzz target is a file fuzz_<name>.c with this one function: it does
 * something with the octets and calls fuzz_require on what must hold.
 * CMakeLists.txt has the list of targets, corpus/<name>/ the inputs that run
 * as ordinary tests (each crash that was found becomes a file there).
 */
#ifndef POSTROOM_TESTS_FUZZ_H
#define POSTROOM_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/slice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline struct slice fuzz_slice(const uint8_t *data, size_t size)
{
    return size ? slice_of((const char *)data, size) : SLICE_EMPTY;
}

/* `broken` says what does not hold; NULL is fine. */
static inline void fuzz_require(const char *broken)
{
    if (!broken)
        return;
    fprintf(stderr, "fuzz: %s\n", broken);
    abort();
}

#endif
