#include "sieve/glob.h"

#include <stdlib.h>

/* A pattern is a row of these: octets as the comparator sees them, and wildcards. */
enum { ANY_CHARACTER = 256, ANY_STRING };

struct sieve_glob {
    enum sieve_comparator comparator;
    size_t count;
    uint16_t tokens[];
};

/* The value while it is matched. */
struct walk {
    const struct sieve_glob *glob;
    struct slice folded;
    const uint32_t *origins; /* for each octet of folded, and behind the last: where the
                                character that it comes from starts; NULL: just there */
    struct sieve_meter *meter;
    struct {
        size_t start, end; /* in folded */
    } wildcards[SIEVE_CAPTURES_MAX];
};

enum { NO_MATCH = -1 };

/* Patterns ----------------------------------------------------------------------- */

static void add_token(struct buffer *tokens, uint16_t token)
{
    buffer_add(tokens, slice_of((const char *)&token, sizeof token));
}

static void add_character(enum sieve_comparator comparator, struct slice pattern, size_t *at,
                          struct buffer *tokens, struct buffer *scratch)
{
    buffer_reset(scratch);
    sieve_comparator_fold_next(comparator, pattern, at, scratch);
    for (size_t i = 0; i < scratch->len; i++)
        add_token(tokens, (unsigned char)scratch->data[i]);
}

/* Wildcards are found before folding: what folds to "*" is none. */
static int compile(enum sieve_comparator comparator, struct slice pattern, struct buffer *tokens)
{
    struct buffer scratch;
    buffer_init(&scratch, 0);
    for (size_t at = 0; at < pattern.len;) {
        char c = pattern.data[at];
        if (c == '*' || c == '?') {
            add_token(tokens, c == '*' ? ANY_STRING : ANY_CHARACTER);
            at++;
            continue;
        }
        if (c == '\\' && at + 1 < pattern.len)
            at++;
        add_character(comparator, pattern, &at, tokens, &scratch);
    }
    int result = buffer_check(&scratch);
    buffer_clear(&scratch);
    return result < 0 ? result : buffer_check(tokens);
}

static int glob_of(enum sieve_comparator comparator, const struct buffer *tokens,
                   struct sieve_glob **out)
{
    struct sieve_glob *glob = malloc(sizeof *glob + tokens->len);
    if (!glob)
        return fail(ERR_NO_MEMORY, "no memory for a pattern");
    glob->comparator = comparator;
    glob->count = tokens->len / sizeof glob->tokens[0];
    if (tokens->len > 0)
        memcpy(glob->tokens, tokens->data, tokens->len);
    *out = glob;
    return 0;
}

int sieve_glob_new(enum sieve_comparator comparator, struct slice pattern, struct sieve_glob **out)
{
    struct buffer tokens;
    buffer_init(&tokens, 0);
    int result = compile(comparator, pattern, &tokens);
    if (result == 0)
        result = glob_of(comparator, &tokens, out);
    buffer_clear(&tokens);
    return result;
}

void sieve_glob_free(struct sieve_glob **glob)
{
    free(*glob);
    *glob = NULL;
}

/* Matching ----------------------------------------------------------------------- */

static size_t character_end(const struct walk *walk, size_t at)
{
    size_t end = at + 1;
    while (walk->origins && end < walk->folded.len && walk->origins[end] == walk->origins[at])
        end++;
    return end;
}

static size_t character_start(const struct walk *walk, size_t end)
{
    size_t start = end - 1;
    while (walk->origins && start > 0 && walk->origins[start - 1] == walk->origins[end - 1])
        start--;
    return start;
}

static void note_wildcard(struct walk *walk, size_t number, size_t start, size_t end)
{
    if (number < SIEVE_CAPTURES_MAX) {
        walk->wildcards[number].start = start;
        walk->wildcards[number].end = end;
    }
}

/* Tokens first..last (none is ANY_STRING) at `at`: where they end, or NO_MATCH. */
static int64_t match_run(struct walk *walk, size_t first, size_t last, size_t at, size_t wildcard)
{
    for (size_t i = first; i < last; i++) {
        uint16_t token = walk->glob->tokens[i];
        if (at == walk->folded.len)
            return NO_MATCH;
        if (token == ANY_CHARACTER) {
            size_t end = character_end(walk, at);
            note_wildcard(walk, wildcard++, at, end);
            at = end;
        } else if ((unsigned char)walk->folded.data[at++] != token) {
            return NO_MATCH;
        }
    }
    return (int64_t)at;
}

/* Where the tokens start if they end with the value, or NO_MATCH. */
static int64_t start_at_end(const struct walk *walk, size_t first, size_t last)
{
    size_t at = walk->folded.len;
    for (size_t i = last; i > first; i--) {
        if (at == 0)
            return NO_MATCH;
        at = walk->glob->tokens[i - 1] == ANY_CHARACTER ? character_start(walk, at) : at - 1;
    }
    return (int64_t)at;
}

static size_t run_end(const struct sieve_glob *glob, size_t first)
{
    while (first < glob->count && glob->tokens[first] != ANY_STRING)
        first++;
    return first;
}

static size_t count_wildcards(const struct sieve_glob *glob, size_t first, size_t last)
{
    size_t count = 0;
    for (size_t i = first; i < last; i++)
        count += glob->tokens[i] == ANY_CHARACTER;
    return count;
}

/* The first place from `at` on where the tokens match. *at_out is where they start, *end_out
 * where they end, NO_MATCH when there is no such place. */
static int find_run(struct walk *walk, size_t first, size_t last, size_t wildcard, size_t at,
                    size_t *at_out, int64_t *end_out)
{
    uint64_t cost = 1 + (last - first) / SIEVE_OCTETS_PER_STEP;
    struct slice folded = walk->folded;
    bool literal = first < last && walk->glob->tokens[first] != ANY_CHARACTER;
    for (;; at = literal ? at + 1 : character_end(walk, at)) {
        if (literal)
            at += slice_find(slice_sub(folded, at, folded.len), (char)walk->glob->tokens[first]);
        int result = sieve_meter_charge(walk->meter, cost);
        if (result < 0)
            return result;
        *end_out = match_run(walk, first, last, at, wildcard);
        if (*end_out != NO_MATCH || at >= folded.len)
            break;
    }
    *at_out = at;
    return 0;
}

/* All runs of tokens between the ANY_STRINGs, each at the first place where it fits: that leaves
 * most to those behind, so nothing has to be tried twice. */
static int match(struct walk *walk, bool *out)
{
    const struct sieve_glob *glob = walk->glob;
    size_t last = run_end(glob, 0);
    size_t wildcard = count_wildcards(glob, 0, last) + 1;
    int64_t at = match_run(walk, 0, last, 0, 1);
    *out = at != NO_MATCH && (last < glob->count || (size_t)at == walk->folded.len);
    while (*out && last < glob->count) {
        size_t first = last + 1;
        size_t start = 0;
        int64_t end = NO_MATCH;
        last = run_end(glob, first);
        if (last == glob->count) {
            int64_t wanted = start_at_end(walk, first, last);
            if (wanted >= at)
                end = match_run(walk, first, last, start = (size_t)wanted, wildcard + 1);
        } else {
            int result = find_run(walk, first, last, wildcard + 1, (size_t)at, &start, &end);
            if (result < 0)
                return result;
        }
        note_wildcard(walk, wildcard, (size_t)at, start);
        wildcard += 1 + count_wildcards(glob, first, last);
        *out = end != NO_MATCH;
        at = end;
    }
    return 0;
}

static void set_captures(const struct walk *walk, struct slice value,
                         struct sieve_captures *captures)
{
    size_t count = 1;
    for (size_t i = 0; i < walk->glob->count && count < SIEVE_CAPTURES_MAX; i++)
        count += walk->glob->tokens[i] >= ANY_CHARACTER;
    captures->count = count;
    captures->text[0] = value;
    for (size_t i = 1; i < count; i++) {
        size_t start = walk->wildcards[i].start, end = walk->wildcards[i].end;
        if (walk->origins) {
            start = walk->origins[start];
            end = walk->origins[end];
        }
        captures->text[i] = slice_sub(value, start, end - start);
    }
}

/* Folds the value; `origins` gets what walk->origins says. */
static void fold(struct walk *walk, struct slice value, struct buffer *folded,
                 struct buffer *origins)
{
    enum sieve_comparator comparator = walk->glob->comparator;
    if (!sieve_comparator_is_unicode(comparator)) {
        walk->folded = sieve_comparator_fold(comparator, value, folded);
        return;
    }
    uint32_t origin = 0;
    for (size_t at = 0; at < value.len; origin = (uint32_t)at) {
        size_t before = folded->len;
        sieve_comparator_fold_next(comparator, value, &at, folded);
        for (size_t i = before; i < folded->len; i++)
            buffer_add(origins, slice_of((const char *)&origin, sizeof origin));
    }
    buffer_add(origins, slice_of((const char *)&origin, sizeof origin));
    walk->folded = buffer_slice(folded);
    walk->origins = (const uint32_t *)(const void *)origins->data;
}

int sieve_glob_match(const struct sieve_glob *glob, struct slice value, struct sieve_meter *meter,
                     struct sieve_captures *captures, bool *out)
{
    int result = sieve_meter_charge_octets(meter, value.len);
    if (result < 0)
        return result;
    struct walk walk = {.glob = glob, .meter = meter};
    struct buffer folded, origins;
    buffer_init(&folded, 0);
    buffer_init(&origins, 0);
    fold(&walk, value, &folded, &origins);
    bool matches = false;
    if ((result = buffer_check(&folded)) == 0 && (result = buffer_check(&origins)) == 0)
        result = match(&walk, &matches);
    if (result == 0 && matches && captures)
        set_captures(&walk, value, captures);
    buffer_clear(&folded);
    buffer_clear(&origins);
    if (result < 0)
        return result;
    *out = matches;
    return 0;
}
