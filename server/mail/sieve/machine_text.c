/* Strings with their variables put in, and variables (RFC 5229). */
#include "base/text.h"
#include "sieve/machine.h"

/* Reading ------------------------------------------------------------------------------------ */

static struct buffer *find(const struct sieve_run *run, const struct sieve_variable *variable)
{
    return variable->global ? &run->globals[variable->index]
                            : &run->frame->variables[variable->index];
}

struct slice sieve_run_get(const struct sieve_run *run, const struct sieve_variable *variable)
{
    return buffer_slice(find(run, variable));
}

static struct slice value_of(const struct sieve_run *run, const struct sieve_piece *piece)
{
    if (piece->kind == SIEVE_PIECE_LITERAL)
        return piece->literal;
    if (piece->kind == SIEVE_PIECE_VARIABLE)
        return sieve_run_get(run, &piece->variable);
    return piece->match < run->frame->match_count ? buffer_slice(&run->frame->matches[piece->match])
                                                  : SLICE_EMPTY;
}

int sieve_run_text(struct sieve_run *run, const struct sieve_text *text, struct slice *out)
{
    if (text->piece_count == 0) {
        *out = text->constant;
        return 0;
    }
    struct buffer expanded;
    buffer_init(&expanded, SIEVE_TEXT_OCTETS_MAX);
    for (size_t i = 0; i < text->piece_count; i++)
        buffer_add(&expanded, value_of(run, &text->pieces[i]));
    int result = sieve_run_charge(run, expanded.len);
    if (result < 0)
        buffer_clear(&expanded);
    else
        result = buffer_keep(&expanded, &run->scratch, out);
    return result < 0 ? sieve_run_failed(run, result) : 0;
}

int sieve_run_string(struct sieve_run *run, const struct sieve_value *value, struct slice *out)
{
    return sieve_run_text(run, &value->texts[0], out);
}

int sieve_run_strings(struct sieve_run *run, const struct sieve_value *value,
                      const struct slice **out)
{
    struct slice *texts = ARENA_ARRAY(&run->scratch, value->count, struct slice);
    if (!texts)
        return sieve_run_failed(run, -ERR_NO_MEMORY);
    for (size_t i = 0; i < value->count; i++) {
        int result = sieve_run_text(run, &value->texts[i], &texts[i]);
        if (result < 0)
            return result;
    }
    *out = texts;
    return 0;
}

/* Writing ------------------------------------------------------------------------------------- */

/* The longest front that a variable holds, between characters. */
static struct slice cut(struct slice value)
{
    size_t end = 0;
    if (value.len <= SIEVE_VARIABLE_OCTETS_MAX)
        return value;
    for (size_t at = 0; at <= SIEVE_VARIABLE_OCTETS_MAX;) {
        end = at;
        (void)text_next(value, &at);
    }
    return slice_sub(value, 0, end);
}

int sieve_run_store(struct sieve_run *run, struct buffer *place, struct slice value)
{
    value = cut(value);
    run->variable_octets -= place->len;
    if (run->variable_octets + value.len > SIEVE_SCRATCH_MAX)
        return sieve_run_fail(run, ERR_LIMIT, "the variables hold too much");
    buffer_reset(place);
    buffer_add(place, value);
    run->variable_octets += place->len;
    int result = buffer_check(place);
    return result < 0 ? sieve_run_failed(run, result) : sieve_run_charge(run, value.len);
}

int sieve_run_set(struct sieve_run *run, const struct sieve_variable *variable, struct slice value)
{
    return sieve_run_store(run, find(run, variable), value);
}
