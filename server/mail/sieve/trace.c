/* What a run says of its tests: how each stands in the script, and what it came to. */
#include "sieve/machine.h"

enum { STRING_SHOWN = 60, STRINGS_SHOWN = 4 };

/* The front of a string, which ends between characters. */
static struct slice front(struct slice text)
{
    size_t end = text.len < STRING_SHOWN ? text.len : STRING_SHOWN;
    while (end > 0 && end < text.len && ((unsigned char)text.data[end] & 0xC0) == 0x80)
        end--;
    return slice_sub(text, 0, end);
}

static void add_string(struct buffer *out, struct slice text)
{
    buffer_add_char(out, '"');
    buffer_add(out, front(text));
    buffer_add_cstr(out, front(text).len < text.len ? "...\"" : "\"");
}

static void add_strings(struct buffer *out, const struct sieve_value *value)
{
    if (value->count != 1)
        buffer_add_char(out, '[');
    for (size_t i = 0; i < value->count && i < STRINGS_SHOWN; i++) {
        buffer_add_cstr(out, i > 0 ? ", " : "");
        add_string(out, value->texts[i].constant);
    }
    if (value->count > STRINGS_SHOWN)
        buffer_add_cstr(out, ", ...");
    if (value->count != 1)
        buffer_add_char(out, ']');
}

static void add_value(struct buffer *out, const struct sieve_value *value)
{
    if (value->type == SIEVE_NOTHING)
        return;
    buffer_add_char(out, ' ');
    if (value->type == SIEVE_NUMBER)
        buffer_add_u64(out, value->number);
    else
        add_strings(out, value);
}

void sieve_trace_test(struct sieve_run *run, const struct sieve_call *call)
{
    struct buffer text;
    if (!sieve_run_traces(run))
        return;
    buffer_init(&text, 0);
    buffer_add_cstr(&text, call->row->name);
    for (size_t i = 0; i < call->tag_count; i++) {
        buffer_printf(&text, " :%s", call->tags[i].tag->name);
        add_value(&text, &call->tags[i].value);
    }
    for (size_t i = 0; i < SIEVE_PARAMETERS_MAX && call->row->parameters[i].name; i++)
        add_value(&text, &call->arguments[i]);
    buffer_add_cstr(&text, run->result ? " is true" : " is false");
    run->host->trace(run->host->arg, run->place.line, buffer_slice(&text));
    buffer_clear(&text);
}

void sieve_trace_match(struct sieve_run *run, struct slice value)
{
    struct slice shown = front(value);
    sieve_run_trace(run, "\"%.*s%s\" matches", SLICE_ARGS(shown),
                    shown.len < value.len ? "..." : "");
}
