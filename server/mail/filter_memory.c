#include "filter_memory.h"

#include <inttypes.h>
#include <stdio.h>

#include "engine.h"

struct filter_question {
    struct filter_question *next;
    struct slice handle_and_id;
    struct identifier identifier;
};

static int identify(const struct filter_owner *owner, struct slice handle_and_id,
                    uint8_t out[SHA256_SIZE])
{
    struct digest *digest;
    int err = digest_new(&digest);
    if (err)
        return err;
    char whose[64];
    int length = snprintf(whose, sizeof whose, "%" PRId64 " %" PRId64 " ", owner->user_id,
                          owner->mailbox_id);
    digest_update(digest, slice_of(whose, (size_t)length));
    digest_update(digest, handle_and_id);
    digest_finish(digest, out);
    digest_free(&digest);
    return 0;
}

int filter_has_met(struct mail *mail, const struct filter_owner *owner, struct slice handle_and_id,
                   uint32_t seconds, bool *out)
{
    uint8_t digest[SHA256_SIZE];
    int err = identify(owner, handle_and_id, digest);
    return err ? err : identifiers_is_seen(mail->database, digest, seconds, out);
}

static const struct filter_question *find_question(const struct filter_memory *memory,
                                                   struct slice handle_and_id, uint32_t seconds)
{
    const struct filter_question *question = memory->questions;
    while (question && !(question->identifier.seconds == seconds &&
                         slice_equal(question->handle_and_id, handle_and_id)))
        question = question->next;
    return question;
}

static int ask(struct filter_memory *memory, struct slice handle_and_id, uint32_t seconds,
               struct filter_question **out)
{
    struct filter_question *question = ARENA_NEW(memory->arena, struct filter_question);
    if (!question)
        return -ERR_NO_MEMORY;
    *question = (struct filter_question){
        .next = memory->questions,
        .handle_and_id = arena_copy(memory->arena, handle_and_id),
        .identifier = {.seconds = seconds},
    };
    if (!question->handle_and_id.data)
        return -ERR_NO_MEMORY;
    struct identifier *identifier = &question->identifier;
    int err = identify(memory->owner, handle_and_id, identifier->digest);
    if (!err)
        err = identifiers_is_seen(memory->mail->database, identifier->digest, seconds,
                                  &identifier->seen_before);
    if (!err)
        *out = question;
    return err;
}

int filter_memory_ask(struct filter_memory *memory, struct slice handle_and_id, uint32_t seconds,
                      bool *out)
{
    const struct filter_question *known = find_question(memory, handle_and_id, seconds);
    if (!known) {
        struct filter_question *question;
        int err = ask(memory, handle_and_id, seconds, &question);
        if (err)
            return err;
        memory->questions = question;
        known = question;
    }
    *out = known->identifier.seen_before;
    return 0;
}

/* Its time is counted from the first time it was seen, or with :last from the last. */
int filter_memory_plan(const struct filter_memory *memory, const struct sieve_action *action,
                       struct delivery_plan *plan)
{
    const struct filter_question *question = find_question(memory, action->text, action->seconds);
    if (!question || (question->identifier.seen_before && !action->last))
        return 0;
    return delivery_plan_remember(plan, memory->owner, &question->identifier);
}
