/* Arguments bound to what a row takes: the one place for what may be wrong with them. */
#include <stdio.h>

#include "sieve/compiler_state.h"
#include "sieve/match.h"

enum { TAGS_MAX = 16 }; /* in one call */

struct binder {
    struct sieve_compiler *compiler;
    const struct sieve_node *node;
    const struct sieve_row *row;
    const struct sieve_argument *next;
    struct sieve_tag_value tags[TAGS_MAX];
    size_t tag_count;
};

/* Values ----------------------------------------------------------------------------- */

static const char *type_text(enum sieve_type type)
{
    static const char *const texts[] = {
        [SIEVE_NOTHING] = "nothing",
        [SIEVE_NUMBER] = "a number",
        [SIEVE_STRING] = "a string",
        [SIEVE_STRINGS] = "a string or a list of strings",
    };
    return texts[type];
}

static bool fits(const struct sieve_argument *argument, enum sieve_type type)
{
    if (!argument)
        return false;
    if (type == SIEVE_NUMBER)
        return argument->kind == SIEVE_ARGUMENT_NUMBER;
    return argument->kind == SIEVE_ARGUMENT_STRINGS &&
           (type == SIEVE_STRINGS || !argument->is_list);
}

static int bind_strings(struct binder *binder, const struct sieve_argument *argument, bool constant,
                        struct sieve_value *out)
{
    struct sieve_text *texts =
        ARENA_ARRAY(sieve_compile_arena(binder->compiler), argument->count, struct sieve_text);
    if (!texts)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < argument->count; i++) {
        int result =
            sieve_interpolate(binder->compiler, argument->strings[i], argument->place, &texts[i]);
        if (result < 0)
            return result;
        if (constant && texts[i].piece_count > 0)
            return sieve_compile_fail(binder->compiler, argument->place,
                                      "no variables can stand here");
    }
    out->texts = texts;
    out->count = argument->count;
    return 0;
}

/* `what`: as the value is called for people. */
static int bind_value(struct binder *binder, const struct sieve_argument *argument,
                      enum sieve_type type, bool constant, const char *what,
                      struct sieve_value *out)
{
    struct sieve_place place = argument ? argument->place : binder->node->place;
    if (!fits(argument, type))
        return sieve_compile_fail(binder->compiler, place, "%s must be %s", what, type_text(type));
    struct sieve_value value = {.type = type, .place = place, .number = argument->number};
    if (type != SIEVE_NUMBER) {
        int result = bind_strings(binder, argument, constant, &value);
        if (result < 0)
            return result;
    }
    *out = value;
    return 0;
}

/* Tags ------------------------------------------------------------------------------- */

static const struct sieve_tag *find_tag(const struct sieve_row *row, struct slice name)
{
    for (const struct sieve_tag *const *table = row->tags; table && *table; table++) {
        for (const struct sieve_tag *tag = *table; tag->name; tag++) {
            if (slice_equal_nocase(name, slice_cstr(tag->name)))
                return tag;
        }
    }
    return NULL;
}

static int check_tag(struct binder *binder, const struct sieve_tag *tag)
{
    const struct sieve_argument *argument = binder->next;
    if (!tag)
        return sieve_compile_fail(binder->compiler, argument->place, "%s has no tag \":%.*s\"",
                                  binder->row->name, SLICE_ARGS(argument->tag));
    if (!sieve_compile_has(binder->compiler, tag->extension))
        return sieve_compile_fail(binder->compiler, argument->place, "\":%s\" needs require \"%s\"",
                                  tag->name, sieve_extension_name(tag->extension));
    for (size_t i = 0; i < binder->tag_count; i++) {
        if (binder->tags[i].tag->group == tag->group)
            return sieve_compile_fail(binder->compiler, argument->place,
                                      "\":%s\" and \":%s\" exclude each other",
                                      binder->tags[i].tag->name, tag->name);
    }
    if (binder->tag_count == TAGS_MAX)
        return sieve_compile_fail(binder->compiler, argument->place, "too many tags");
    return 0;
}

static int bind_tag(struct binder *binder)
{
    const struct sieve_tag *tag = find_tag(binder->row, binder->next->tag);
    int result = check_tag(binder, tag);
    if (result < 0)
        return result;
    struct sieve_tag_value *bound = &binder->tags[binder->tag_count];
    *bound = (struct sieve_tag_value){.tag = tag, .value.place = binder->next->place};
    binder->next = binder->next->next;
    if (tag->type != SIEVE_NOTHING) {
        char what[64];
        snprintf(what, sizeof what, "what stands behind \":%s\"", tag->name);
        result = bind_value(binder, binder->next, tag->type, tag->constant, what, &bound->value);
        if (result == 0)
            binder->next = binder->next->next;
    }
    binder->tag_count++;
    return result;
}

/* Parameters --------------------------------------------------------------------------- */

static size_t count_arguments(const struct sieve_argument *argument)
{
    size_t count = 0;
    for (; argument; argument = argument->next)
        count++;
    return count;
}

/* How many optional ones are given: what there is beyond the others. */
static size_t count_optional(const struct binder *binder)
{
    size_t given = count_arguments(binder->next), needed = 0;
    for (size_t i = 0; i < SIEVE_PARAMETERS_MAX && binder->row->parameters[i].name; i++)
        needed += !binder->row->parameters[i].optional;
    return given > needed ? given - needed : 0;
}

static int bind_parameters(struct binder *binder, struct sieve_value *out)
{
    size_t optional = count_optional(binder);
    for (size_t i = 0; i < SIEVE_PARAMETERS_MAX && binder->row->parameters[i].name; i++) {
        const struct sieve_parameter *parameter = &binder->row->parameters[i];
        if (parameter->optional && optional == 0)
            continue;
        optional -= parameter->optional;
        int result = bind_value(binder, binder->next, parameter->type, parameter->constant,
                                parameter->name, &out[i]);
        if (result < 0)
            return result;
        binder->next = binder->next->next;
    }
    if (!binder->next)
        return 0;
    return sieve_compile_fail(binder->compiler, binder->next->place,
                              binder->next->kind == SIEVE_ARGUMENT_TAG
                                  ? "tags of %s stand before its other arguments"
                                  : "%s takes fewer arguments",
                              binder->row->name);
}

/* Blocks and tests behind the arguments ---------------------------------------------------- */

static int check_shape(struct binder *binder)
{
    const struct sieve_node *node = binder->node;
    const struct sieve_row *row = binder->row;
    const char *problem = NULL;
    bool one_test = node->tests && !node->tests->next && !node->test_list;
    if (row->tests == SIEVE_TESTS_NONE && node->tests && !node->test_list)
        return sieve_compile_fail(binder->compiler, node->tests->place,
                                  "a semicolon may be missing before \"%.*s\"",
                                  SLICE_ARGS(node->tests->name));
    if (row->tests == SIEVE_TESTS_NONE && node->tests)
        problem = "takes no tests";
    else if (row->tests == SIEVE_TESTS_ONE && !one_test)
        problem = "takes one test";
    else if (row->tests == SIEVE_TESTS_SOME && !node->test_list)
        problem = "takes tests in parentheses";
    else if (row->block && !node->has_block)
        problem = "takes a block";
    else if (!row->block && node->has_block)
        problem = "takes no block";
    return problem ? sieve_compile_fail(binder->compiler, node->place, "%s %s", row->name, problem)
                   : 0;
}

static bool has_match(const struct sieve_row *row)
{
    for (const struct sieve_tag *const *table = row->tags; table && *table; table++) {
        if (*table == sieve_tags_match)
            return true;
    }
    return false;
}

static struct sieve_call *make_call(struct binder *binder)
{
    struct arena *arena = sieve_compile_arena(binder->compiler);
    struct sieve_call *call = ARENA_NEW(arena, struct sieve_call);
    struct sieve_tag_value *tags = ARENA_ARRAY(arena, binder->tag_count, struct sieve_tag_value);
    if (!call || !tags)
        return NULL;
    if (binder->tag_count > 0)
        memcpy(tags, binder->tags, binder->tag_count * sizeof *tags);
    *call = (struct sieve_call){.row = binder->row,
                                .place = binder->node->place,
                                .tags = tags,
                                .tag_count = binder->tag_count};
    return call;
}

int sieve_bind(struct sieve_compiler *compiler, const struct sieve_node *node,
               const struct sieve_row *row, struct sieve_call **out)
{
    struct binder binder = {compiler, node, row, node->arguments, .tag_count = 0};
    int result = 0;
    while (result == 0 && binder.next && binder.next->kind == SIEVE_ARGUMENT_TAG)
        result = bind_tag(&binder);
    struct sieve_value *arguments =
        ARENA_ARRAY(sieve_compile_arena(compiler), SIEVE_PARAMETERS_MAX, struct sieve_value);
    if (result == 0 && !arguments)
        result = -ERR_NO_MEMORY;
    if (result == 0)
        result = bind_parameters(&binder, arguments);
    if (result == 0)
        result = check_shape(&binder);
    if (result < 0)
        return result;
    struct sieve_call *call = make_call(&binder);
    if (!call)
        return -ERR_NO_MEMORY;
    call->arguments = arguments;
    if (has_match(row))
        result = sieve_check_match(compiler, call);
    if (result == 0 && row->check)
        result = row->check(compiler, call);
    if (result == 0)
        *out = call;
    return result;
}

const struct sieve_tag_value *sieve_call_tag(const struct sieve_call *call, unsigned group)
{
    for (size_t i = 0; i < call->tag_count; i++) {
        if (call->tags[i].tag->group == group)
            return &call->tags[i];
    }
    return NULL;
}
