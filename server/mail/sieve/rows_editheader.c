/* The actions addheader and deleteheader (RFC 5293). */
#include "sieve/compiler.h"
#include "sieve/header_edit.h"
#include "sieve/match.h"
#include "sieve/parts.h"
#include "sieve/rows.h"
#include "sieve/tag_groups.h"

enum { FIELD_NAME, FIELD_VALUES };

static const struct sieve_tag last_tags[] = {
    {"last", SIEVE_GROUP_LAST, SIEVE_NOTHING, SIEVE_EXT_EDITHEADER, 0, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};

/* As those of RFC 5260, which need an extension of their own. */
static const struct sieve_tag index_tags[] = {
    {"index", SIEVE_GROUP_INDEX, SIEVE_NUMBER, SIEVE_EXT_EDITHEADER, 0, false},
    {"last", SIEVE_GROUP_LAST, SIEVE_NOTHING, SIEVE_EXT_EDITHEADER, 0, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};

static int check_name(struct sieve_compiler *compiler, struct sieve_call *call)
{
    return sieve_check_strings(compiler, &call->arguments[FIELD_NAME], sieve_is_header_name,
                               "the name of the header field");
}

static int check_deleteheader(struct sieve_compiler *compiler, struct sieve_call *call)
{
    int result = sieve_check_field_tags(compiler, call);
    if (result == 0)
        result = check_name(compiler, call);
    if (result == 0 && call->match && call->match->type == SIEVE_MATCH_COUNT)
        result = sieve_compile_fail(compiler, call->place, ":count does not say which to delete");
    return result;
}

static int set_header(struct sieve_run *run, struct slice header)
{
    run->header = header;
    run->header_changed = true;
    return 0;
}

/* The name that is a string in variables is checked only now. */
static int get_name(struct sieve_run *run, const struct sieve_call *call, struct slice *out)
{
    int result = sieve_run_string(run, &call->arguments[FIELD_NAME], out);
    if (result == 0 && !sieve_is_header_name(*out))
        result = sieve_run_fail(run, ERR_INVALID, "that is no name of a header field: %.*s",
                                SLICE_ARGS(*out));
    return result;
}

static int run_addheader(struct sieve_run *run, const struct sieve_call *call)
{
    struct slice name, value, header = SLICE_EMPTY;
    int result = get_name(run, call, &name);
    if (result == 0)
        result = sieve_run_string(run, &call->arguments[FIELD_VALUES], &value);
    if (result == 0)
        result = sieve_run_charge(run, run->header.len);
    if (result < 0)
        return result;
    bool last = sieve_call_tag(call, SIEVE_GROUP_LAST) != NULL;
    result = sieve_header_add(run->header, name, slice_trim(value), last, run->arena, &header);
    if (result < 0)
        return sieve_run_failed(run, result);
    sieve_run_trace(run, "adds the field %.*s", SLICE_ARGS(name));
    return set_header(run, header);
}

/* Whether the value is one of those to delete. */
static int is_meant(struct sieve_run *run, const struct sieve_call *call,
                    const struct mime_field *field, bool *out)
{
    const struct sieve_value *patterns = &call->arguments[FIELD_VALUES];
    *out = true;
    if (patterns->type == SIEVE_NOTHING)
        return 0;
    struct sieve_matcher matcher;
    struct buffer value;
    buffer_init(&value, 0);
    mime_decode_header(slice_trim(field->value), &value);
    int result = sieve_matcher_begin(run, call, patterns, &matcher);
    if (result == 0)
        result = sieve_matcher_feed(&matcher, buffer_slice(&value));
    if (result == 0)
        result = sieve_matcher_end(&matcher, out);
    buffer_clear(&value);
    return result;
}

static int run_deleteheader(struct sieve_run *run, const struct sieve_call *call)
{
    struct slice name, header = SLICE_EMPTY;
    struct mime_field *fields = NULL;
    size_t count = 0, kept = 0;
    int result = get_name(run, call, &name);
    if (result == 0 && !sieve_header_may_delete(name)) {
        sieve_run_trace(run, "leaves the field %.*s, which nobody may delete", SLICE_ARGS(name));
        return 0;
    }
    if (result == 0)
        result = sieve_parts_fields(run, call, name, &fields, &count);
    for (size_t i = 0; result == 0 && i < count; i++) {
        bool meant = false;
        result = is_meant(run, call, &fields[i], &meant);
        if (meant)
            fields[kept++] = fields[i];
    }
    if (result < 0 || kept == 0)
        return result;
    result = sieve_header_without(run->header, fields, kept, run->arena, &header);
    if (result < 0)
        return sieve_run_failed(run, result);
    sieve_run_trace(run, "deletes %zu fields %.*s", kept, SLICE_ARGS(name));
    return set_header(run, header);
}

static const struct sieve_tag *const addheader_tags[] = {last_tags, NULL};
static const struct sieve_tag *const deleteheader_tags[] = {sieve_tags_match, index_tags, NULL};

const struct sieve_row sieve_row_addheader = {
    .name = "addheader",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_EDITHEADER,
    .tags = addheader_tags,
    .parameters = {[FIELD_NAME] = {"the name of the header field", SIEVE_STRING, false, false},
                   [FIELD_VALUES] = {"its value", SIEVE_STRING, false, false}},
    .check = check_name,
    .run = run_addheader,
};

const struct sieve_row sieve_row_deleteheader = {
    .name = "deleteheader",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_EDITHEADER,
    .tags = deleteheader_tags,
    .parameters = {[FIELD_NAME] = {"the name of the header field", SIEVE_STRING, false, false},
                   [FIELD_VALUES] = {"the values", SIEVE_STRINGS, true, false}},
    .check = check_deleteheader,
    .run = run_deleteheader,
};
