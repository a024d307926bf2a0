/*
 * The examples of the Sieve RFCs, whole: what each comes to. Where an RFC shows a piece only,
 * what it requires stands before it; a comment has become an action that shows what it says.
 */
#ifndef POSTROOM_TESTS_SIEVE_EXAMPLES_H
#define POSTROOM_TESTS_SIEVE_EXAMPLES_H

#include "sieve_script.h"

struct sieve_example {
    const char *section;
    const char *script;
    const char *message;
    const char *outcome;
    const char *sender, *recipient; /* of the envelope; NULL: as in sieve_script.h */
    int64_t now;                    /* likewise */
};

/* A failure says the section, and which of the examples it is. */
void sieve_check_examples(const struct sieve_example *examples, size_t count);

#define CHECK_SIEVE_EXAMPLES(examples)                                                             \
    sieve_check_examples((examples), sizeof(examples) / sizeof(examples)[0])

#endif
