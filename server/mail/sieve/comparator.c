#include "sieve/comparator.h"

#include "base/text.h"

static void fold_ascii(struct slice s, size_t *at, struct buffer *out)
{
    buffer_add_char(out, ascii_upper(s.data[(*at)++]));
}

/* RFC 4790 section 9.1: the digits at the start as a number, without leading zeros so that
 * the longer one is the greater. Without digits it is infinite: the empty string. */
static struct slice number_in(struct slice s)
{
    size_t end = 0;
    while (end < s.len && ascii_is_digit(s.data[end]))
        end++;
    size_t start = 0;
    while (start + 1 < end && s.data[start] == '0')
        start++;
    return slice_sub(s, start, end - start);
}

static int order_numbers(struct slice a, struct slice b)
{
    a = number_in(a);
    b = number_in(b);
    if (a.len == b.len)
        return slice_compare(a, b);
    if (a.len == 0 || b.len == 0)
        return a.len == 0 ? 1 : -1;
    return a.len < b.len ? -1 : 1;
}

/* A comparator without fold takes octets as they are. */
static const struct {
    struct slice name;
    bool substrings, unicode;
    void (*fold)(struct slice s, size_t *at, struct buffer *out);
    int (*order)(struct slice a, struct slice b);
} comparators[SIEVE_COMPARATOR_COUNT] = {
    [SIEVE_ASCII_CASEMAP] = {{"i;ascii-casemap", 15}, true, false, fold_ascii, slice_compare},
    [SIEVE_OCTET] = {{"i;octet", 7}, true, false, NULL, slice_compare},
    [SIEVE_ASCII_NUMERIC] = {{"i;ascii-numeric", 15}, false, false, NULL, order_numbers},
    [SIEVE_UNICODE_CASEMAP] =
        {{"i;unicode-casemap", 17}, true, true, text_casemap_next, slice_compare},
};

bool sieve_comparator_find(struct slice name, enum sieve_comparator *out)
{
    for (enum sieve_comparator i = 0; i < SIEVE_COMPARATOR_COUNT; i++) {
        if (slice_equal_nocase(name, comparators[i].name)) {
            *out = i;
            return true;
        }
    }
    return false;
}

bool sieve_comparator_has_substrings(enum sieve_comparator comparator)
{
    return comparators[comparator].substrings;
}

bool sieve_comparator_is_unicode(enum sieve_comparator comparator)
{
    return comparators[comparator].unicode;
}

void sieve_comparator_fold_next(enum sieve_comparator comparator, struct slice s, size_t *at,
                                struct buffer *out)
{
    if (comparators[comparator].fold)
        comparators[comparator].fold(s, at, out);
    else
        buffer_add_char(out, s.data[(*at)++]);
}

struct slice sieve_comparator_fold(enum sieve_comparator comparator, struct slice s,
                                   struct buffer *scratch)
{
    if (!comparators[comparator].fold)
        return s;
    buffer_reset(scratch);
    if (comparator == SIEVE_ASCII_CASEMAP) { /* the most frequent one, and a plain loop */
        char *folded = buffer_reserve(scratch, s.len);
        for (size_t i = 0; folded && i < s.len; i++)
            folded[i] = ascii_upper(s.data[i]);
        buffer_commit(scratch, folded ? s.len : 0);
        return buffer_slice(scratch);
    }
    for (size_t at = 0; at < s.len && !scratch->failed;)
        comparators[comparator].fold(s, &at, scratch);
    return buffer_slice(scratch);
}

int sieve_comparator_order(enum sieve_comparator comparator, struct slice a, struct slice b)
{
    return comparators[comparator].order(a, b);
}
