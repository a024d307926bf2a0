/* set and string (RFC 5229), with :encodeurl (RFC 5435 section 6). */
#include "base/text.h"
#include "sieve/compiler.h"
#include "sieve/machine.h"
#include "sieve/match.h"
#include "sieve/rows.h"

/* Modifiers (RFC 5229 section 4.1) ------------------------------------------------------------ */

/* Letters of ASCII alone have another case here. */
static void lower(struct slice text, struct buffer *out)
{
    for (size_t i = 0; i < text.len; i++)
        buffer_add_char(out, ascii_lower(text.data[i]));
}

static void upper(struct slice text, struct buffer *out)
{
    for (size_t i = 0; i < text.len; i++)
        buffer_add_char(out, ascii_upper(text.data[i]));
}

static void lower_first(struct slice text, struct buffer *out)
{
    lower(slice_sub(text, 0, 1), out);
    buffer_add(out, slice_sub(text, 1, text.len));
}

static void upper_first(struct slice text, struct buffer *out)
{
    upper(slice_sub(text, 0, 1), out);
    buffer_add(out, slice_sub(text, 1, text.len));
}

/* So that it stands for itself in a pattern of :matches. */
static void quote_wildcard(struct slice text, struct buffer *out)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("*?\\", text.data[i]) && text.data[i])
            buffer_add_char(out, '\\');
        buffer_add_char(out, text.data[i]);
    }
}

/* draft-ietf-sieve-regex: likewise for :regex. */
static void quote_regex(struct slice text, struct buffer *out)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("*+?.\\^$|()[]{}-", text.data[i]) && text.data[i])
            buffer_add_char(out, '\\');
        buffer_add_char(out, text.data[i]);
    }
}

/* RFC 5435 section 6: all but what RFC 3986 calls unreserved. */
static void encode_url(struct slice text, struct buffer *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i], small = ascii_lower(c);
        bool unreserved = (small >= 'a' && small <= 'z') || ascii_is_digit(c) || c == '-' ||
                          c == '.' || c == '_' || c == '~';
        if (unreserved)
            buffer_add_char(out, c);
        else
            buffer_printf(out, "%%%02X", (unsigned char)c);
    }
}

static void length(struct slice text, struct buffer *out)
{
    uint64_t count = 0;
    for (size_t at = 0; at < text.len; count++)
        (void)text_next(text, &at);
    buffer_add_u64(out, count);
}

enum { LOWER, UPPER, LOWER_FIRST, UPPER_FIRST, QUOTE_WILDCARD, QUOTE_REGEX, ENCODE_URL, LENGTH };

static void (*const modifiers[])(struct slice text, struct buffer *out) = {
    [LOWER] = lower,
    [UPPER] = upper,
    [LOWER_FIRST] = lower_first,
    [UPPER_FIRST] = upper_first,
    [QUOTE_WILDCARD] = quote_wildcard,
    [QUOTE_REGEX] = quote_regex,
    [ENCODE_URL] = encode_url,
    [LENGTH] = length,
};

const struct sieve_tag sieve_tags_modifier[] = {
    {"lower", SIEVE_GROUP_MODIFIER_CASE, SIEVE_NOTHING, SIEVE_EXT_NONE, LOWER, false},
    {"upper", SIEVE_GROUP_MODIFIER_CASE, SIEVE_NOTHING, SIEVE_EXT_NONE, UPPER, false},
    {"lowerfirst", SIEVE_GROUP_MODIFIER_FIRST, SIEVE_NOTHING, SIEVE_EXT_NONE, LOWER_FIRST, false},
    {"upperfirst", SIEVE_GROUP_MODIFIER_FIRST, SIEVE_NOTHING, SIEVE_EXT_NONE, UPPER_FIRST, false},
    {"quotewildcard", SIEVE_GROUP_MODIFIER_QUOTE, SIEVE_NOTHING, SIEVE_EXT_NONE, QUOTE_WILDCARD,
     false},
    {"quoteregex", SIEVE_GROUP_MODIFIER_QUOTE, SIEVE_NOTHING, SIEVE_EXT_REGEX, QUOTE_REGEX, false},
    {"encodeurl", SIEVE_GROUP_MODIFIER_ENCODE, SIEVE_NOTHING, SIEVE_EXT_ENOTIFY, ENCODE_URL, false},
    {"length", SIEVE_GROUP_MODIFIER_LENGTH, SIEVE_NOTHING, SIEVE_EXT_NONE, LENGTH, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};

int sieve_run_modify(struct sieve_run *run, const struct sieve_call *call, struct slice text,
                     struct slice *out)
{
    int result = 0;
    for (unsigned group = SIEVE_GROUP_MODIFIER_CASE;
         result == 0 && group <= SIEVE_GROUP_MODIFIER_LENGTH; group++) {
        const struct sieve_tag_value *modifier = sieve_call_tag(call, group);
        if (!modifier)
            continue;
        struct buffer modified;
        buffer_init(&modified, SIEVE_TEXT_OCTETS_MAX * 4);
        modifiers[modifier->tag->choice](text, &modified);
        result = buffer_keep(&modified, &run->scratch, &text);
    }
    if (result < 0)
        return sieve_run_failed(run, result);
    *out = text;
    return sieve_run_charge(run, text.len);
}

/* set (RFC 5229 section 4) --------------------------------------------------------------------- */

enum { SET_NAME, SET_VALUE };

static int check_set(struct sieve_compiler *compiler, struct sieve_call *call)
{
    const struct sieve_value *name = &call->arguments[SET_NAME];
    struct sieve_variable *variable =
        ARENA_NEW(sieve_compile_arena(compiler), struct sieve_variable);
    if (!variable)
        return -ERR_NO_MEMORY;
    call->prepared = variable;
    return sieve_compile_variable(compiler, name->texts[0].constant, name->place, variable);
}

static int run_set(struct sieve_run *run, const struct sieve_call *call)
{
    struct slice text;
    int result = sieve_run_string(run, &call->arguments[SET_VALUE], &text);
    if (result == 0)
        result = sieve_run_modify(run, call, text, &text);
    return result < 0 ? result : sieve_run_set(run, call->prepared, text);
}

/* string (RFC 5229 section 5) --------------------------------------------------------------------
 */

enum { STRING_SOURCES, STRING_KEYS };

/* For :count, an empty string is none (RFC 5229 section 5). */
static int test_string(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    const struct sieve_value *sources = &call->arguments[STRING_SOURCES];
    const struct slice *texts;
    struct sieve_matcher matcher;
    int result = sieve_run_strings(run, sources, &texts);
    if (result == 0)
        result = sieve_matcher_begin(run, call, &call->arguments[STRING_KEYS], &matcher);
    for (size_t i = 0; result == 0 && !matcher.matched && i < sources->count; i++) {
        if (call->match->type != SIEVE_MATCH_COUNT || texts[i].len > 0)
            result = sieve_matcher_feed(&matcher, texts[i]);
    }
    return result < 0 ? result : sieve_matcher_end(&matcher, out);
}

static const struct sieve_tag *const set_tags[] = {sieve_tags_modifier, NULL};
static const struct sieve_tag *const string_tags[] = {sieve_tags_match, NULL};

const struct sieve_row sieve_row_set = {
    .name = "set",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_VARIABLES,
    .tags = set_tags,
    .parameters = {[SET_NAME] = {"the name of the variable", SIEVE_STRING, false, true},
                   [SET_VALUE] = {"its value", SIEVE_STRING, false, false}},
    .check = check_set,
    .run = run_set,
};

const struct sieve_row sieve_row_string = {
    .name = "string",
    .kind = SIEVE_TEST,
    .extension = SIEVE_EXT_VARIABLES,
    .tags = string_tags,
    .parameters = {[STRING_SOURCES] = {"the strings", SIEVE_STRINGS, false, false},
                   [STRING_KEYS] = {"the keys", SIEVE_STRINGS, false, false}},
    .test = test_string,
};
