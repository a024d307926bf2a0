/* Values of a test compared with its keys. */
#include "sieve/machine.h"
#include "sieve/match.h"

/* Expressions are compiled; that costs as much as looking at so many octets. */
enum { REGEX_COST = 2048, REGEX_COST_PER_OCTET = 32 };

/* A key that lives until the end of the instruction. */
struct sieve_prepared {
    struct sieve_prepared *next;        /* of this matcher */
    struct sieve_prepared *next_of_run; /* of the instruction */
    struct sieve_key *key;
};

void sieve_matchers_clear(struct sieve_run *run)
{
    for (struct sieve_prepared *i = run->prepared; i; i = i->next_of_run)
        sieve_key_free(&i->key);
    run->prepared = NULL;
}

static int prepare(struct sieve_matcher *matcher, struct slice text)
{
    struct sieve_run *run = matcher->run;
    struct sieve_prepared *prepared = ARENA_NEW(&run->scratch, struct sieve_prepared);
    if (!prepared)
        return -ERR_NO_MEMORY;
    prepared->next_of_run = run->prepared;
    run->prepared = prepared;
    prepared->next = matcher->keys;
    matcher->keys = prepared;
    bool is_regex = matcher->match->type == SIEVE_MATCH_REGEX;
    int result =
        sieve_run_charge(run, is_regex ? REGEX_COST + text.len * REGEX_COST_PER_OCTET : text.len);
    return result < 0 ? result : sieve_key_new(matcher->match, text, &prepared->key);
}

int sieve_matcher_begin_texts(struct sieve_run *run, const struct sieve_call *call,
                              const struct slice *keys, size_t count, struct sieve_matcher *out)
{
    struct sieve_matcher matcher = {.run = run, .match = call->match};
    int result = 0;
    for (size_t i = count; result == 0 && i > 0; i--) /* so that the first is tried first */
        result = prepare(&matcher, keys[i - 1]);
    if (result < 0)
        return sieve_run_failed(run, result);
    *out = matcher;
    return 0;
}

int sieve_matcher_begin(struct sieve_run *run, const struct sieve_call *call,
                        const struct sieve_value *keys, struct sieve_matcher *out)
{
    const struct slice *texts;
    int result = sieve_run_strings(run, keys, &texts);
    return result < 0 ? sieve_run_failed(run, result)
                      : sieve_matcher_begin_texts(run, call, texts, keys->count, out);
}

/* RFC 5229 section 3.2: of the last :matches or :regex that was true. */
static int keep_captures(struct sieve_run *run, const struct sieve_captures *captures)
{
    struct sieve_frame *frame = run->frame;
    int result = 0;
    for (size_t i = 0; result == 0 && i < captures->count; i++)
        result = sieve_run_store(run, &frame->matches[i], captures->text[i]);
    frame->match_count = captures->count;
    return result;
}

static int compare(struct sieve_matcher *matcher, struct slice value)
{
    struct sieve_run *run = matcher->run;
    struct sieve_captures captures = {.count = 0};
    for (const struct sieve_prepared *i = matcher->keys; i && !matcher->matched; i = i->next) {
        int result = sieve_key_test(i->key, value, &run->meter, &captures, &matcher->matched);
        if (result < 0)
            return sieve_run_failed(run, result);
    }
    if (matcher->matched)
        sieve_trace_match(run, value);
    bool captured = matcher->matched && captures.count > 0 && !matcher->captures_nothing;
    return captured ? keep_captures(run, &captures) : 0;
}

int sieve_matcher_feed(struct sieve_matcher *matcher, struct slice value)
{
    matcher->fed++;
    if (matcher->matched || matcher->match->type == SIEVE_MATCH_COUNT)
        return 0;
    return compare(matcher, value);
}

int sieve_matcher_end(struct sieve_matcher *matcher, bool *out)
{
    if (matcher->match->type == SIEVE_MATCH_COUNT) {
        char *number =
            arena_printf(&matcher->run->scratch, "%llu", (unsigned long long)matcher->fed);
        int result = number ? compare(matcher, slice_cstr(number)) : -ERR_NO_MEMORY;
        if (result < 0)
            return sieve_run_failed(matcher->run, result);
    }
    *out = matcher->matched;
    return 0;
}
