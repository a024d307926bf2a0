#define PCRE2_CODE_UNIT_WIDTH 8
#include "sieve/regex.h"

#include <pcre2.h>
#include <stdlib.h>

enum {
    PATTERN_MAX = 4096,
    NESTING_MAX = 50, /* the compiler recurses, on a fiber's stack */
    DEPTH_MAX = 5000,
    HEAP_MAX = 4096 /* KiB */
};

struct sieve_regex {
    pcre2_code *code;
    struct slice pattern; /* behind it in the same memory */
    char text[];
};

/* What one match costs: PCRE2 calls back before each item of the pattern. */
struct toll {
    const struct sieve_regex *regex;
    struct sieve_meter *meter;
    int failure; /* of the meter */
};

/* Patterns ----------------------------------------------------------------------- */

static int explain(int code, size_t offset)
{
    PCRE2_UCHAR text[ERROR_TEXT_MAX];
    pcre2_get_error_message(code, text, sizeof text);
    return fail(ERR_SYNTAX, "the regular expression is wrong at octet %zu: %s", offset + 1,
                (const char *)text);
}

/* PCRE2's own switches, as (*NO_AUTO_POSSESS), would undo what is decided here. */
static bool starts_with_switch(struct slice pattern)
{
    return slice_starts_with(pattern, SLICE("(*"));
}

static int compile(struct slice pattern, bool ignore_case, pcre2_code **out)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (!context)
        return fail(ERR_NO_MEMORY, "no memory for a regular expression");
    pcre2_set_parens_nest_limit(context, NESTING_MAX);
    pcre2_set_max_pattern_length(context, PATTERN_MAX);
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
                       PCRE2_AUTO_CALLOUT | (ignore_case ? PCRE2_CASELESS : 0);
    int code = 0;
    PCRE2_SIZE offset = 0;
    *out = pcre2_compile((PCRE2_SPTR)pattern.data, pattern.len, options, &code, &offset, context);
    pcre2_compile_context_free(context);
    return *out ? 0 : explain(code, offset);
}

int sieve_regex_new(struct slice pattern, bool ignore_case, struct sieve_regex **out)
{
    if (starts_with_switch(pattern))
        return fail(ERR_SYNTAX, "a regular expression cannot begin with \"(*\"");
    struct sieve_regex *regex = malloc(sizeof *regex + pattern.len);
    if (!regex)
        return fail(ERR_NO_MEMORY, "no memory for a regular expression");
    int result = compile(pattern, ignore_case, &regex->code);
    if (result < 0) {
        free(regex);
        return result;
    }
    if (pattern.len > 0)
        memcpy(regex->text, pattern.data, pattern.len);
    regex->pattern = slice_of(regex->text, pattern.len);
    *out = regex;
    return 0;
}

void sieve_regex_free(struct sieve_regex **regex)
{
    if (*regex)
        pcre2_code_free((*regex)->code);
    free(*regex);
    *regex = NULL;
}

/* Matching ----------------------------------------------------------------------- */

/* Whether the item that PCRE2 tries next is repeated: it may look at all the rest at once. */
static bool item_repeats(const struct toll *toll, const pcre2_callout_block *block)
{
    struct slice item =
        slice_sub(toll->regex->pattern, block->pattern_position, block->next_item_length);
    if (item.len == 0)
        return false;
    return strchr("*+?}", item.data[item.len - 1]) != NULL;
}

static int on_item(pcre2_callout_block *block, void *arg)
{
    struct toll *toll = arg;
    size_t octets = item_repeats(toll, block) ? block->subject_length - block->current_position : 0;
    toll->failure = sieve_meter_charge_octets(toll->meter, octets);
    return toll->failure < 0 ? PCRE2_ERROR_CALLOUT : 0;
}

static void set_captures(pcre2_match_data *match, int count, struct slice value,
                         struct sieve_captures *captures)
{
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(match);
    captures->count = count < SIEVE_CAPTURES_MAX ? (size_t)count : SIEVE_CAPTURES_MAX;
    for (size_t i = 0; i < captures->count; i++) {
        size_t start = ends[2 * i], end = ends[2 * i + 1];
        bool is_set = start != PCRE2_UNSET && start <= end;
        captures->text[i] = is_set ? slice_sub(value, start, end - start) : SLICE_EMPTY;
    }
}

/* *count_out: groups that were set, with that of the whole; 0 when it does not match. */
static int run(struct toll *toll, struct slice value, pcre2_match_context *context,
               pcre2_match_data *match, int *count_out)
{
    pcre2_set_depth_limit(context, DEPTH_MAX);
    pcre2_set_heap_limit(context, HEAP_MAX);
    pcre2_set_callout(context, on_item, toll);
    int count =
        pcre2_match(toll->regex->code, (PCRE2_SPTR)value.data, value.len, 0, 0, match, context);
    if (toll->failure < 0)
        return toll->failure;
    if (count < 0 && count != PCRE2_ERROR_NOMATCH)
        return fail(ERR_LIMIT, "a regular expression takes too much time or memory");
    *count_out = count < 0 ? 0 : count;
    return 0;
}

int sieve_regex_match(const struct sieve_regex *regex, struct slice value,
                      struct sieve_meter *meter, struct sieve_captures *captures, bool *out)
{
    int result = sieve_meter_charge_octets(meter, value.len);
    if (result < 0)
        return result;
    struct toll toll = {regex, meter, 0};
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_match_data *match = pcre2_match_data_create_from_pattern(regex->code, NULL);
    int count = 0;
    result = context && match ? run(&toll, value, context, match, &count)
                              : fail(ERR_NO_MEMORY, "no memory to match a regular expression");
    if (result == 0) {
        if (captures && count > 0)
            set_captures(match, count, value, captures);
        *out = count > 0;
    }
    pcre2_match_data_free(match);
    pcre2_match_context_free(context);
    return result;
}
