/* Loops over MIME parts, and the actions that take from them or change them (RFC 5703). */
#include "base/text.h"
#include "sieve/compiler.h"
#include "sieve/parts.h"
#include "sieve/rows.h"
#include "sieve/tag_groups.h"

/* Loops (RFC 5703 section 3) ---------------------------------------------------------- */

static const struct sieve_tag name_tags[] = {
    {"name", SIEVE_GROUP_NAME, SIEVE_STRING, SIEVE_EXT_NONE, 0, true},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};
static const struct sieve_tag *const loop_tags[] = {name_tags, NULL};

static int run_loop_begin(struct sieve_run *run, const struct sieve_call *call)
{
    (void)call;
    return sieve_parts_loop_begin(run);
}

static int test_loop_next(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    (void)call;
    *out = sieve_parts_loop_next(run);
    return 0;
}

static int run_loop_end(struct sieve_run *run, const struct sieve_call *call)
{
    (void)call;
    sieve_parts_loop_end(run);
    return 0;
}

/* What a loop is compiled to; no script can name these. */
static const struct sieve_row loop_begin = {
    .name = "foreverypart", .kind = SIEVE_COMMAND, .run = run_loop_begin};
static const struct sieve_row loop_next = {
    .name = "foreverypart", .kind = SIEVE_TEST, .test = test_loop_next};
static const struct sieve_row loop_end = {
    .name = "foreverypart", .kind = SIEVE_COMMAND, .run = run_loop_end};

static int emit_row(struct sieve_compiler *compiler, const struct sieve_node *node,
                    const struct sieve_row *row)
{
    struct sieve_call *call = ARENA_NEW(sieve_compile_arena(compiler), struct sieve_call);
    if (!call)
        return -ERR_NO_MEMORY;
    *call = (struct sieve_call){.row = row, .place = node->place};
    return sieve_compile_emit(compiler, row->run ? SIEVE_OP_RUN : SIEVE_OP_TEST, 0, call, NULL);
}

static struct slice name_of(const struct sieve_call *call)
{
    const struct sieve_value *name = sieve_call_value(call, SIEVE_GROUP_NAME);
    return name ? name->texts[0].constant : SLICE_EMPTY;
}

/* The block with a loop open around it; *breaks_out: the jumps out of it. */
static int compile_block(struct sieve_compiler *compiler, struct sieve_node *node,
                         const struct sieve_call *call, uint32_t *breaks_out)
{
    struct sieve_loop **loops = sieve_compile_loops(compiler);
    struct sieve_loop loop = {*loops, name_of(call), UINT32_MAX};
    *loops = &loop;
    int result = sieve_compile_block(compiler, node->block);
    *loops = loop.outer;
    *breaks_out = loop.break_chain;
    return result;
}

static int compile_loop(struct sieve_compiler *compiler, struct sieve_node *node,
                        const struct sieve_call *call)
{
    uint32_t exit, breaks = UINT32_MAX;
    int result = emit_row(compiler, node, &loop_begin);
    uint32_t top = sieve_compile_here(compiler);
    if (result == 0)
        result = emit_row(compiler, node, &loop_next);
    if (result == 0)
        result = sieve_compile_emit(compiler, SIEVE_OP_JUMP_UNLESS, 0, NULL, &exit);
    if (result == 0)
        result = compile_block(compiler, node, call, &breaks);
    if (result == 0)
        result = sieve_compile_emit(compiler, SIEVE_OP_JUMP, top, NULL, NULL);
    if (result < 0)
        return result;
    sieve_compile_patch(compiler, exit);
    sieve_compile_patch_chain(compiler, breaks);
    return emit_row(compiler, node, &loop_end);
}

static struct sieve_loop *find_loop(struct sieve_compiler *compiler, const struct sieve_call *call)
{
    struct slice name = name_of(call);
    struct sieve_loop *loop = *sieve_compile_loops(compiler);
    while (loop && name.len > 0 && !slice_equal(loop->name, name))
        loop = loop->outer;
    return loop;
}

static int compile_break(struct sieve_compiler *compiler, struct sieve_node *node,
                         const struct sieve_call *call)
{
    struct sieve_loop *target = find_loop(compiler, call);
    if (!target)
        return sieve_compile_fail(compiler, node->place, "break stands in no such loop");
    int result = 0;
    for (struct sieve_loop *loop = *sieve_compile_loops(compiler); result == 0 && loop != target;
         loop = loop->outer)
        result = emit_row(compiler, node, &loop_end);
    return result < 0 ? result
                      : sieve_compile_emit_chained(compiler, SIEVE_OP_JUMP, &target->break_chain);
}

const struct sieve_row sieve_row_foreverypart = {
    .name = "foreverypart",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_FOREVERYPART,
    .tags = loop_tags,
    .block = true,
    .compile = compile_loop,
};

const struct sieve_row sieve_row_break = {
    .name = "break",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_FOREVERYPART,
    .tags = loop_tags,
    .compile = compile_break,
};

/* extracttext (RFC 5703 section 5) ------------------------------------------------------ */

static const struct sieve_tag first_tags[] = {
    {"first", SIEVE_GROUP_FIRST, SIEVE_NUMBER, SIEVE_EXT_NONE, 0, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};
static const struct sieve_tag *const extracttext_tags[] = {first_tags, sieve_tags_modifier, NULL};

static int check_extracttext(struct sieve_compiler *compiler, struct sieve_call *call)
{
    if (!*sieve_compile_loops(compiler))
        return sieve_compile_fail(compiler, call->place, "extracttext stands in no foreverypart");
    if (!sieve_compile_has(compiler, SIEVE_EXT_VARIABLES))
        return sieve_compile_fail(compiler, call->place, "extracttext needs require \"variables\"");
    struct sieve_variable *variable =
        ARENA_NEW(sieve_compile_arena(compiler), struct sieve_variable);
    if (!variable)
        return -ERR_NO_MEMORY;
    call->prepared = variable;
    const struct sieve_value *name = &call->arguments[0];
    return sieve_compile_variable(compiler, name->texts[0].constant, name->place, variable);
}

/* The first `count` characters. */
static struct slice first_characters(struct slice text, uint64_t count)
{
    size_t at = 0;
    while (at < text.len && count-- > 0)
        (void)text_next(text, &at);
    return slice_sub(text, 0, at);
}

static int set_text(struct sieve_run *run, const struct sieve_call *call, struct slice text)
{
    const struct sieve_value *first = sieve_call_value(call, SIEVE_GROUP_FIRST);
    if (first)
        text = first_characters(text, first->number);
    struct slice modified;
    int result = sieve_run_modify(run, call, text, &modified);
    return result < 0 ? result : sieve_run_set(run, call->prepared, modified);
}

static int run_extracttext(struct sieve_run *run, const struct sieve_call *call)
{
    struct sieve_source source = sieve_parts_source(run);
    struct buffer text;
    bool is_text = false;
    buffer_init(&text, 0);
    int result = sieve_part_text(&source, sieve_parts_current(run), &text, &is_text);
    result = result < 0 ? sieve_run_failed(run, result)
                        : set_text(run, call, buffer_slice(&text)); /* empty when it is no text */
    buffer_clear(&text);
    return result;
}

const struct sieve_row sieve_row_extracttext = {
    .name = "extracttext",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_EXTRACTTEXT,
    .tags = extracttext_tags,
    .parameters = {{"the name of the variable", SIEVE_STRING, false, true}},
    .check = check_extracttext,
    .run = run_extracttext,
};

/* replace and enclose (RFC 5703 sections 6 and 7) ---------------------------------------- */

/* Strings of edits outlive the instruction. */
static int keep(struct sieve_run *run, struct slice *text)
{
    *text = arena_copy(run->arena, *text);
    return text->data ? 0 : sieve_run_failed(run, -ERR_NO_MEMORY);
}

static int get_kept(struct sieve_run *run, const struct sieve_value *value, struct slice *out)
{
    *out = SLICE_EMPTY;
    if (!value)
        return 0;
    int result = sieve_run_string(run, value, out);
    return result < 0 ? result : keep(run, out);
}

static const struct sieve_tag replace_tag_table[] = {
    {"mime", SIEVE_GROUP_MIME, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
    {"subject", SIEVE_GROUP_SUBJECT, SIEVE_STRING, SIEVE_EXT_NONE, 0, false},
    {"from", SIEVE_GROUP_FROM, SIEVE_STRING, SIEVE_EXT_NONE, 0, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};
static const struct sieve_tag *const replace_tags[] = {replace_tag_table, NULL};

static int run_replace(struct sieve_run *run, const struct sieve_call *call)
{
    struct sieve_replacement replacement = {
        .part = sieve_parts_current(run),
        .is_mime = sieve_call_tag(call, SIEVE_GROUP_MIME) != NULL,
    };
    struct sieve_part_edits *edits;
    int result = get_kept(run, &call->arguments[0], &replacement.text);
    if (result == 0)
        result = get_kept(run, sieve_call_value(call, SIEVE_GROUP_SUBJECT), &replacement.subject);
    if (result == 0)
        result = get_kept(run, sieve_call_value(call, SIEVE_GROUP_FROM), &replacement.from);
    if (result == 0)
        result = sieve_parts_edits(run, &edits);
    if (result < 0)
        return result;
    result = sieve_part_replace(edits, run->message->tree, &replacement, run->arena);
    return result < 0 ? sieve_run_failed(run, result) : 0;
}

static const struct sieve_tag enclose_tag_table[] = {
    {"subject", SIEVE_GROUP_SUBJECT, SIEVE_STRING, SIEVE_EXT_NONE, 0, false},
    {"headers", SIEVE_GROUP_HEADERS, SIEVE_STRINGS, SIEVE_EXT_NONE, 0, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};
static const struct sieve_tag *const enclose_tags[] = {enclose_tag_table, NULL};

static int get_fields(struct sieve_run *run, const struct sieve_call *call,
                      struct sieve_enclosure *enclosure)
{
    const struct sieve_value *names = sieve_call_value(call, SIEVE_GROUP_HEADERS);
    const struct slice *texts = NULL;
    if (!names)
        return 0;
    int result = sieve_run_strings(run, names, &texts);
    struct slice *fields = ARENA_ARRAY(run->arena, names->count, struct slice);
    if (result == 0 && !fields)
        result = sieve_run_failed(run, -ERR_NO_MEMORY);
    for (size_t i = 0; result == 0 && i < names->count; i++) {
        fields[i] = texts[i];
        result = keep(run, &fields[i]);
    }
    enclosure->fields = fields;
    enclosure->field_count = names->count;
    return result;
}

static int run_enclose(struct sieve_run *run, const struct sieve_call *call)
{
    struct sieve_enclosure enclosure = {.field_count = 0};
    struct sieve_part_edits *edits;
    int result = get_kept(run, &call->arguments[0], &enclosure.text);
    if (result == 0)
        result = get_kept(run, sieve_call_value(call, SIEVE_GROUP_SUBJECT), &enclosure.subject);
    if (result == 0)
        result = get_fields(run, call, &enclosure);
    if (result == 0)
        result = sieve_parts_edits(run, &edits);
    if (result < 0)
        return result;
    result = sieve_part_enclose(edits, &enclosure);
    return result < 0 ? sieve_run_failed(run, result) : 0;
}

const struct sieve_row sieve_row_replace = {
    .name = "replace",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_REPLACE,
    .tags = replace_tags,
    .parameters = {{"the replacement", SIEVE_STRING, false, false}},
    .run = run_replace,
};

const struct sieve_row sieve_row_enclose = {
    .name = "enclose",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_ENCLOSE,
    .tags = enclose_tags,
    .parameters = {{"the text before the message", SIEVE_STRING, false, false}},
    .run = run_enclose,
};
