#include "sieve/parts.h"

#include "sieve/tag_groups.h"

enum {
    LOOPS_MAX = 64, /* in one another, included scripts counted */
    EDITED_MAX = 32 << 20,
    FINDING_PER_LOOKING = 8 /* finding fields costs less than comparing what is in them */
};

struct loop {
    uint32_t depth; /* of the script that it is in */
    uint32_t part;  /* the current one */
    uint32_t next;  /* where to look for the next one */
    uint32_t end;   /* one past the last one */
};

/* run->parts, made when it is first needed. */
struct state {
    struct loop loops[LOOPS_MAX];
    size_t loop_count;
    struct sieve_part_edits edits;
    bool edited;                /* since run->content was made */
    const char *settled_header; /* the header it was made with */
};

static int get_state(struct sieve_run *run, struct state **out)
{
    if (!run->parts)
        run->parts = ARENA_NEW(run->arena, struct state);
    if (!run->parts)
        return sieve_run_failed(run, -ERR_NO_MEMORY);
    *out = run->parts;
    return 0;
}

/* Parts ------------------------------------------------------------------------------ */

/* The loop of the script that runs, or of one that has included it. A script that returns from
 * within a loop leaves it behind. */
static struct loop *innermost(const struct sieve_run *run)
{
    struct state *state = run->parts;
    if (!state)
        return NULL;
    while (state->loop_count > 0 && state->loops[state->loop_count - 1].depth > run->depth)
        state->loop_count--;
    return state->loop_count > 0 ? &state->loops[state->loop_count - 1] : NULL;
}

uint32_t sieve_parts_current(const struct sieve_run *run)
{
    const struct loop *loop = innermost(run);
    return loop ? loop->part : 0;
}

uint32_t sieve_parts_end(const struct mime_tree *tree, uint32_t part)
{
    while (part != 0) {
        if (tree->parts[part].next_sibling != 0)
            return tree->parts[part].next_sibling;
        part = tree->parts[part].parent;
    }
    return tree->count;
}

struct slice sieve_parts_header(const struct sieve_run *run, uint32_t part)
{
    return part == 0 ? run->header : run->message->tree->headers[part];
}

struct sieve_source sieve_parts_source(struct sieve_run *run)
{
    return (struct sieve_source){run->message->tree, run->host, &run->meter};
}

/* Loops ------------------------------------------------------------------------------ */

/* The outermost loop begins with the message itself; one within a loop is about what lies in
 * that one's part (RFC 5703 section 3). */
int sieve_parts_loop_begin(struct sieve_run *run)
{
    struct state *state = NULL;
    int result = get_state(run, &state);
    if (result < 0)
        return result;
    const struct loop *outer = innermost(run);
    if (state->loop_count == LOOPS_MAX)
        return sieve_run_fail(run, ERR_LIMIT, "too many loops in one another");
    struct loop *loop = &state->loops[state->loop_count];
    *loop = (struct loop){.depth = run->depth, .end = run->message->tree->count};
    if (outer) {
        loop->part = outer->part;
        loop->next = outer->part + 1;
        loop->end = sieve_parts_end(run->message->tree, outer->part);
    }
    state->loop_count++;
    return 0;
}

bool sieve_parts_loop_next(struct sieve_run *run)
{
    struct state *state = run->parts;
    struct loop *loop = innermost(run);
    while (loop->next < loop->end &&
           sieve_part_is_replaced(&state->edits, run->message->tree, loop->next))
        loop->next++;
    if (loop->next >= loop->end)
        return false;
    loop->part = loop->next++;
    return true;
}

void sieve_parts_loop_end(struct sieve_run *run)
{
    struct state *state = run->parts;
    if (innermost(run))
        state->loop_count--;
}

/* Edits ------------------------------------------------------------------------------ */

int sieve_parts_edits(struct sieve_run *run, struct sieve_part_edits **out)
{
    struct state *state = NULL;
    int result = get_state(run, &state);
    if (result < 0)
        return result;
    state->edited = true;
    *out = &state->edits;
    return 0;
}

int sieve_parts_settle(struct sieve_run *run)
{
    struct state *state = run->parts;
    if (!state || (!state->edits.replacements && state->edits.enclosure_count == 0))
        return 0;
    if (!state->edited && state->settled_header == run->header.data)
        return 0;
    struct sieve_source source = sieve_parts_source(run);
    struct buffer content;
    buffer_init(&content, EDITED_MAX);
    int result =
        sieve_part_edits_render(&state->edits, &source, run->header, run->message->size, &content);
    if (result < 0)
        buffer_clear(&content);
    else
        result = buffer_keep(&content, run->arena, &run->content);
    if (result < 0)
        return sieve_run_failed(run, result);
    state->edited = false;
    state->settled_header = run->header.data;
    return 0;
}

/* Fields ----------------------------------------------------------------------------- */

struct sieve_occurrence sieve_call_occurrence(const struct sieve_call *call)
{
    const struct sieve_tag_value *index = sieve_call_tag(call, SIEVE_GROUP_INDEX);
    return (struct sieve_occurrence){
        .index = index ? index->value.number : 0,
        .last = sieve_call_tag(call, SIEVE_GROUP_LAST) != NULL,
    };
}

static int add_fields(struct sieve_run *run, struct slice header, struct slice name,
                      const struct sieve_occurrence *occurrence, struct buffer *all)
{
    struct mime_field *fields = NULL;
    size_t count = 0;
    int result = sieve_run_charge(run, header.len / FINDING_PER_LOOKING);
    if (result < 0)
        return result;
    result = sieve_fields_find(header, name, occurrence, &run->scratch, &fields, &count);
    if (result < 0)
        return sieve_run_failed(run, result);
    buffer_add(all, slice_of((const char *)fields, count * sizeof *fields));
    return 0;
}

int sieve_parts_fields(struct sieve_run *run, const struct sieve_call *call, struct slice name,
                       struct mime_field **out, size_t *count_out)
{
    bool mime = sieve_call_tag(call, SIEVE_GROUP_MIME) != NULL;
    bool all_within = sieve_call_tag(call, SIEVE_GROUP_ANYCHILD) != NULL;
    struct sieve_occurrence occurrence = sieve_call_occurrence(call);
    uint32_t part = mime ? sieve_parts_current(run) : 0;
    uint32_t end = all_within ? sieve_parts_end(run->message->tree, part) : part + 1;
    struct buffer all;
    buffer_init(&all, 0);
    int result = 0;
    for (; result == 0 && part < end; part++)
        result = add_fields(run, sieve_parts_header(run, part), name, &occurrence, &all);
    struct slice kept = SLICE_EMPTY;
    if (result < 0) {
        buffer_clear(&all);
        return result;
    }
    result = buffer_keep(&all, &run->scratch, &kept);
    if (result < 0)
        return sieve_run_failed(run, result);
    *out = (struct mime_field *)(void *)(uintptr_t)kept.data;
    *count_out = kept.len / sizeof **out;
    return 0;
}
