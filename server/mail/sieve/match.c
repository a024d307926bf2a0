#include "sieve/match.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "sieve/glob.h"
#include "sieve/regex.h"

struct sieve_key {
    struct sieve_match match;
    struct buffer folded;      /* unless one of these is set */
    struct sieve_glob *glob;   /* :matches */
    struct sieve_regex *regex; /* :regex */
};

/* Relations ---------------------------------------------------------------------- */

static const struct {
    struct slice name;
    bool less, equal, greater; /* whether it holds then */
} relations[SIEVE_RELATION_COUNT] = {
    [SIEVE_GREATER] = {{"gt", 2}, false, false, true},
    [SIEVE_GREATER_OR_EQUAL] = {{"ge", 2}, false, true, true},
    [SIEVE_LESS] = {{"lt", 2}, true, false, false},
    [SIEVE_LESS_OR_EQUAL] = {{"le", 2}, true, true, false},
    [SIEVE_EQUAL] = {{"eq", 2}, false, true, false},
    [SIEVE_NOT_EQUAL] = {{"ne", 2}, true, false, true},
};

bool sieve_relation_find(struct slice name, enum sieve_relation *out)
{
    for (enum sieve_relation i = 0; i < SIEVE_RELATION_COUNT; i++) {
        if (slice_equal_nocase(name, relations[i].name)) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool holds(enum sieve_relation relation, int order)
{
    if (order == 0)
        return relations[relation].equal;
    return order < 0 ? relations[relation].less : relations[relation].greater;
}

/* Match types -------------------------------------------------------------------- */

static bool is_same(const struct sieve_key *key, struct slice folded)
{
    return sieve_comparator_order(key->match.comparator, folded, buffer_slice(&key->folded)) == 0;
}

static bool contains(const struct sieve_key *key, struct slice folded)
{
    return slice_search(folded, buffer_slice(&key->folded)) != SIZE_MAX;
}

static bool relates(const struct sieve_key *key, struct slice folded)
{
    int order = sieve_comparator_order(key->match.comparator, folded, buffer_slice(&key->folded));
    return holds(key->match.relation, order);
}

static int prepare_folded(struct sieve_key *key, struct slice text)
{
    enum sieve_comparator comparator = key->match.comparator;
    for (size_t at = 0; at < text.len;)
        sieve_comparator_fold_next(comparator, text, &at, &key->folded);
    return buffer_check(&key->folded);
}

static int prepare_glob(struct sieve_key *key, struct slice text)
{
    return sieve_glob_new(key->match.comparator, text, &key->glob);
}

static int prepare_regex(struct sieve_key *key, struct slice text)
{
    return sieve_regex_new(text, key->match.comparator != SIEVE_OCTET, &key->regex);
}

/* Without a test the key has a pattern of its own. */
static const struct {
    bool substrings;
    int (*prepare)(struct sieve_key *key, struct slice text);
    bool (*test)(const struct sieve_key *key, struct slice folded);
} types[] = {
    [SIEVE_MATCH_IS] = {false, prepare_folded, is_same},
    [SIEVE_MATCH_CONTAINS] = {true, prepare_folded, contains},
    [SIEVE_MATCH_MATCHES] = {true, prepare_glob, NULL},
    [SIEVE_MATCH_REGEX] = {true, prepare_regex, NULL},
    [SIEVE_MATCH_VALUE] = {false, prepare_folded, relates},
    [SIEVE_MATCH_COUNT] = {false, prepare_folded, relates},
};

int sieve_match_check(const struct sieve_match *match)
{
    if (types[match->type].substrings && !sieve_comparator_has_substrings(match->comparator))
        return fail(ERR_INVALID, "this comparator compares numbers and finds no parts of strings");
    return 0;
}

/* Keys --------------------------------------------------------------------------- */

int sieve_key_new(const struct sieve_match *match, struct slice text, struct sieve_key **out)
{
    int result = sieve_match_check(match);
    if (result < 0)
        return result;
    struct sieve_key *key = calloc(1, sizeof *key);
    if (!key)
        return fail(ERR_NO_MEMORY, "no memory for a key");
    key->match = *match;
    buffer_init(&key->folded, 0);
    result = types[match->type].prepare(key, text);
    if (result < 0) {
        sieve_key_free(&key);
        return result;
    }
    *out = key;
    return 0;
}

void sieve_key_free(struct sieve_key **key)
{
    if (*key) {
        sieve_glob_free(&(*key)->glob);
        sieve_regex_free(&(*key)->regex);
        buffer_clear(&(*key)->folded);
    }
    free(*key);
    *key = NULL;
}

static int test_folded(const struct sieve_key *key, struct slice value, struct sieve_meter *meter,
                       bool *out)
{
    int result = sieve_meter_charge_octets(meter, value.len);
    if (result < 0)
        return result;
    struct buffer scratch;
    buffer_init(&scratch, 0);
    struct slice folded = sieve_comparator_fold(key->match.comparator, value, &scratch);
    result = buffer_check(&scratch);
    if (result == 0)
        *out = types[key->match.type].test(key, folded);
    buffer_clear(&scratch);
    return result;
}

int sieve_key_test(const struct sieve_key *key, struct slice value, struct sieve_meter *meter,
                   struct sieve_captures *captures, bool *out)
{
    if (key->glob)
        return sieve_glob_match(key->glob, value, meter, captures, out);
    if (key->regex)
        return sieve_regex_match(key->regex, value, meter, captures, out);
    return test_folded(key, value, meter, out);
}
