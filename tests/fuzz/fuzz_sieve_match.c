/* "<type><comparator><key>\n<value>": a key of Sieve is compared with a value. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "sieve/match.h"

enum { STEPS = 100000 };

/* Whether a pattern of :matches fits, told the slow way: row by row of all prefixes. */
static bool fits(struct slice pattern, struct slice value)
{
    bool *row = calloc(value.len + 1, sizeof *row);
    row[0] = true;
    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.data[i];
        bool many = c == '*', one = c == '?';
        if (c == '\\' && i + 1 < pattern.len)
            c = pattern.data[++i];
        bool diagonal = row[0];
        row[0] = row[0] && many;
        for (size_t j = 1; j <= value.len; j++) {
            bool above = row[j];
            row[j] = many ? row[j - 1] || above : diagonal && (one || value.data[j - 1] == c);
            diagonal = above;
        }
    }
    bool found = row[value.len];
    free(row);
    return found;
}

static const char *broken_captures(const struct sieve_captures *captures, struct slice value)
{
    for (size_t i = 0; i < captures->count; i++) {
        struct slice text = captures->text[i];
        if (text.len > 0 && (text.data < value.data || text.len > value.len ||
                             text.data + text.len > value.data + value.len))
            return "a capture is no part of the value";
    }
    return NULL;
}

static void compare(const struct sieve_match *match, struct slice key, struct slice value)
{
    struct sieve_key *prepared = NULL;
    struct sieve_captures captures = {.count = 0};
    struct sieve_meter meter = {STEPS};
    bool found = false;
    if (sieve_key_new(match, key, &prepared) < 0)
        return;
    int result = sieve_key_test(prepared, value, &meter, &captures, &found);
    sieve_key_free(&prepared);
    if (result < 0)
        return;
    fuzz_require(broken_captures(&captures, value));
    if (meter.steps >= STEPS)
        fuzz_require("comparing cost nothing");
    if (match->type == SIEVE_MATCH_MATCHES && match->comparator == SIEVE_OCTET &&
        found != fits(key, value))
        fuzz_require(":matches is wrong");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct sieve_match match = {
        .type = data[0] % (SIEVE_MATCH_COUNT + 1),
        .comparator = data[1] % SIEVE_COMPARATOR_COUNT,
        .relation = data[0] / 8 % SIEVE_RELATION_COUNT,
    };
    struct slice rest = fuzz_slice(data + 2, size - 2);
    size_t line_end = slice_find(rest, '\n');
    compare(&match, slice_sub(rest, 0, line_end), slice_sub(rest, line_end + 1, rest.len));
    return 0;
}
