#include "sieve_examples.h"

void sieve_check_examples(const struct sieve_example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct sieve_example *example = &examples[i];
        const struct sieve_trial trial = {
            .sender = example->sender, .recipient = example->recipient, .now = example->now};
        sieve_check_outcome(&trial, example->script, example->message, example->outcome,
                            example->section, (int)i + 1);
    }
}
