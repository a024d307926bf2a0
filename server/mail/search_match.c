#include "search_match.h"

/* A message that is being looked into. */
struct match {
    const struct search_program *program;
    unsigned char *texts;
    bool any_field; /* a TEXT key is open: every field counts */
};

void search_matcher_init(struct search_matcher *matcher, const struct search_program *program)
{
    matcher->program = program;
    search_reader_init(&matcher->reader);
}

void search_matcher_clear(struct search_matcher *matcher)
{
    search_reader_clear(&matcher->reader);
}

/* Which keys a text is offered to. */
static bool looks_in_header(const struct search_node *node)
{
    return node->kind == SEARCH_TEXT;
}

static bool looks_in_body(const struct search_node *node)
{
    return node->kind == SEARCH_TEXT || node->kind == SEARCH_BODY;
}

static void offer(const struct match *match, struct slice folded,
                  bool (*concerns)(const struct search_node *node))
{
    for (size_t i = 0; i < match->program->text_count; i++) {
        const struct search_node *node = match->program->texts[i]->node;
        if (match->texts[i] == TRUTH_UNKNOWN && concerns(node) &&
            slice_search(folded, node->text) != SIZE_MAX)
            match->texts[i] = TRUTH_TRUE;
    }
}

static bool is_open(const struct match *match, bool (*concerns)(const struct search_node *node))
{
    for (size_t i = 0; i < match->program->text_count; i++)
        if (match->texts[i] == TRUTH_UNKNOWN && concerns(match->program->texts[i]->node))
            return true;
    return false;
}

static bool is_asked_by_name(const struct match *match, struct slice name)
{
    for (size_t i = 0; i < match->program->text_count; i++) {
        const struct search_node *node = match->program->texts[i]->node;
        if (node->kind == SEARCH_HEADER && slice_equal_nocase(node->name, name))
            return true;
    }
    return false;
}

static void offer_value(const struct match *match, struct slice name, struct slice value)
{
    for (size_t i = 0; i < match->program->text_count; i++) {
        const struct search_node *node = match->program->texts[i]->node;
        if (match->texts[i] == TRUTH_UNKNOWN && node->kind == SEARCH_HEADER &&
            slice_equal_nocase(node->name, name) && slice_search(value, node->text) != SIZE_MAX)
            match->texts[i] = TRUTH_TRUE;
    }
}

/* The sink ------------------------------------------------------------------------ */

static bool wants_field(void *arg, struct slice name)
{
    const struct match *match = arg;
    return match->any_field || is_asked_by_name(match, name);
}

static void take_field(void *arg, struct slice name, struct slice folded, size_t value_start)
{
    const struct match *match = arg;
    offer_value(match, name, slice_sub(folded, value_start, folded.len));
    offer(match, folded, looks_in_header);
}

static bool wants_body(void *arg)
{
    return is_open(arg, looks_in_body);
}

static void take_body(void *arg, struct slice folded)
{
    offer(arg, folded, looks_in_body);
}

static bool wants_part_header(void *arg)
{
    return is_open(arg, looks_in_header);
}

static void take_part_header(void *arg, struct slice folded)
{
    offer(arg, folded, looks_in_header);
}

static struct search_sink sink_of(struct match *match)
{
    return (struct search_sink){match,     wants_field,       take_field,      wants_body,
                                take_body, wants_part_header, take_part_header};
}

int search_match_header(struct search_matcher *matcher, struct slice header, unsigned char *texts)
{
    struct match match = {.program = matcher->program, .texts = texts};
    match.any_field = is_open(&match, looks_in_header);
    struct search_sink sink = sink_of(&match);
    int err = search_read_header(&matcher->reader, header, &sink);
    for (size_t i = 0; i < matcher->program->text_count && !err; i++)
        if (texts[i] == TRUTH_UNKNOWN && matcher->program->texts[i]->node->kind == SEARCH_HEADER)
            texts[i] = TRUTH_FALSE;
    return err;
}

int search_match_body(struct search_matcher *matcher, struct slice message, unsigned char *texts)
{
    struct match match = {.program = matcher->program, .texts = texts};
    struct search_sink sink = sink_of(&match);
    int err = search_read_body(&matcher->reader, message, &sink);
    if (!err)
        search_match_nothing(matcher->program, texts);
    return err;
}

void search_match_nothing(const struct search_program *program, unsigned char *texts)
{
    for (size_t i = 0; i < program->text_count; i++)
        if (texts[i] == TRUTH_UNKNOWN)
            texts[i] = TRUTH_FALSE;
}
