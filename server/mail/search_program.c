#include "search_program.h"

#include "base/clock.h"
#include "store/messages.h"

static enum truth truth_of(bool value)
{
    return value ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth negate(enum truth truth)
{
    static const enum truth negated[] = {
        [TRUTH_UNKNOWN] = TRUTH_UNKNOWN, [TRUTH_FALSE] = TRUTH_TRUE, [TRUTH_TRUE] = TRUTH_FALSE};
    return negated[truth];
}

/* Evaluation: one function a key ------------------------------------------------ */

typedef enum truth evaluate_function(const struct search_step *step,
                                     const struct search_facts *facts);
static evaluate_function evaluate;

static enum truth evaluate_all(const struct search_step *step, const struct search_facts *facts)
{
    (void)step, (void)facts;
    return TRUTH_TRUE;
}

/* The first child with the deciding value decides; one unknown leaves it open. */
static enum truth evaluate_children(const struct search_step *step,
                                    const struct search_facts *facts, enum truth deciding)
{
    enum truth result = negate(deciding);
    for (const struct search_step *child = step->first_child; child; child = child->next) {
        enum truth truth = evaluate(child, facts);
        if (truth == deciding)
            return deciding;
        if (truth == TRUTH_UNKNOWN)
            result = TRUTH_UNKNOWN;
    }
    return result;
}

static enum truth evaluate_and(const struct search_step *step, const struct search_facts *facts)
{
    return evaluate_children(step, facts, TRUTH_FALSE);
}

static enum truth evaluate_or(const struct search_step *step, const struct search_facts *facts)
{
    return evaluate_children(step, facts, TRUTH_TRUE);
}

static enum truth evaluate_not(const struct search_step *step, const struct search_facts *facts)
{
    return negate(evaluate_and(step, facts));
}

static enum truth evaluate_set(const struct search_step *step, const struct search_facts *facts)
{
    return truth_of(uidset_contains(&step->uids, facts->entry.uid));
}

static enum truth evaluate_flag(const struct search_step *step, const struct search_facts *facts)
{
    return truth_of((facts->entry.flags & step->flag) != 0);
}

static enum truth evaluate_recent(const struct search_step *step, const struct search_facts *facts)
{
    (void)step;
    return truth_of(facts->is_recent);
}

static enum truth evaluate_larger(const struct search_step *step, const struct search_facts *facts)
{
    return truth_of(facts->entry.size > step->node->number);
}

static enum truth evaluate_smaller(const struct search_step *step, const struct search_facts *facts)
{
    return truth_of(facts->entry.size < step->node->number);
}

static enum truth evaluate_modseq(const struct search_step *step, const struct search_facts *facts)
{
    return truth_of(facts->entry.modseq >= step->node->number);
}

static enum truth evaluate_email(const struct search_step *step, const struct search_facts *facts)
{
    return truth_of((uint64_t)facts->entry.message_id == step->node->number);
}

enum { MICROSECONDS = 1000000 };

static int64_t internal_second(const struct search_facts *facts)
{
    int64_t date = facts->entry.internal_date;
    return date / MICROSECONDS - (date % MICROSECONDS < 0);
}

static enum truth evaluate_older(const struct search_step *step, const struct search_facts *facts)
{
    return truth_of(internal_second(facts) <= step->instant);
}

static enum truth evaluate_younger(const struct search_step *step, const struct search_facts *facts)
{
    return truth_of(internal_second(facts) >= step->instant);
}

/* The zone a message was delivered in is not kept: its day is the one in UTC. */
static int64_t internal_day(const struct search_facts *facts)
{
    enum { SECONDS_A_DAY = 86400 };
    int64_t second = internal_second(facts);
    return second / SECONDS_A_DAY - (second % SECONDS_A_DAY < 0);
}

static enum truth evaluate_before(const struct search_step *step, const struct search_facts *facts)
{
    return truth_of(internal_day(facts) < step->node->day);
}

static enum truth evaluate_on(const struct search_step *step, const struct search_facts *facts)
{
    return truth_of(internal_day(facts) == step->node->day);
}

static enum truth evaluate_since(const struct search_step *step, const struct search_facts *facts)
{
    return truth_of(internal_day(facts) >= step->node->day);
}

/* A message without a readable Date: was sent on no day at all. */
static enum truth evaluate_sent(const struct search_facts *facts, bool matches)
{
    if (!facts->has_sent_day)
        return TRUTH_UNKNOWN;
    return truth_of(facts->sent_day != INT64_MIN && matches);
}

static enum truth evaluate_sent_before(const struct search_step *step,
                                       const struct search_facts *facts)
{
    return evaluate_sent(facts, facts->sent_day < step->node->day);
}

static enum truth evaluate_sent_on(const struct search_step *step, const struct search_facts *facts)
{
    return evaluate_sent(facts, facts->sent_day == step->node->day);
}

static enum truth evaluate_sent_since(const struct search_step *step,
                                      const struct search_facts *facts)
{
    return evaluate_sent(facts, facts->sent_day >= step->node->day);
}

/* Every text contains the empty one; a field must be there to contain it. */
static enum truth evaluate_text(const struct search_step *step, const struct search_facts *facts)
{
    if (step->node->text.len == 0 && step->node->kind != SEARCH_HEADER)
        return TRUTH_TRUE;
    return (enum truth)facts->texts[step->text_index];
}

/* Preparation ------------------------------------------------------------------- */

struct preparation {
    const struct search_scope *scope;
    struct arena *arena;
    struct search_program *program;
};

typedef int prepare_function(struct preparation *preparation, struct search_step *step);

static int prepare_set(struct preparation *preparation, struct search_step *step)
{
    preparation->program->sets[preparation->program->set_count++] = step;
    return 0;
}

static int prepare_asked(struct preparation *preparation, struct search_step *step)
{
    preparation->program->asked[preparation->program->asked_count++] = step;
    return 0;
}

static int prepare_flag(struct preparation *preparation, struct search_step *step)
{
    (void)preparation;
    step->flag = step->node->flag;
    return 0;
}

static int prepare_keyword(struct preparation *preparation, struct search_step *step)
{
    step->flag = keyword_find(preparation->scope->keywords, step->node->name);
    return 0;
}

static int prepare_within(struct preparation *preparation, struct search_step *step)
{
    (void)preparation;
    step->instant = clock_realtime_us() / MICROSECONDS - (int64_t)step->node->number;
    return 0;
}

static int prepare_sent(struct preparation *preparation, struct search_step *step)
{
    (void)step;
    preparation->program->want |= MESSAGE_SENT_DAY;
    return 0;
}

static int prepare_text(struct preparation *preparation, struct search_step *step)
{
    struct search_program *program = preparation->program;
    if (step->node->kind != SEARCH_BODY)
        program->want |= MESSAGE_HEADER;
    step->text_index = program->text_count;
    program->texts[program->text_count++] = step;
    return 0;
}

static const struct search_key {
    evaluate_function *evaluate;
    prepare_function *prepare;
} keys[] = {
    [SEARCH_ALL] = {evaluate_all, NULL},
    [SEARCH_AND] = {evaluate_and, NULL},
    [SEARCH_OR] = {evaluate_or, NULL},
    [SEARCH_NOT] = {evaluate_not, NULL},
    [SEARCH_SEQUENCE] = {evaluate_set, prepare_set},
    [SEARCH_UID] = {evaluate_set, prepare_set},
    [SEARCH_FLAG] = {evaluate_flag, prepare_flag},
    [SEARCH_KEYWORD] = {evaluate_flag, prepare_keyword},
    [SEARCH_RECENT] = {evaluate_recent, NULL},
    [SEARCH_LARGER] = {evaluate_larger, NULL},
    [SEARCH_SMALLER] = {evaluate_smaller, NULL},
    [SEARCH_MODSEQ] = {evaluate_modseq, NULL},
    [SEARCH_OLDER] = {evaluate_older, prepare_within},
    [SEARCH_YOUNGER] = {evaluate_younger, prepare_within},
    [SEARCH_BEFORE] = {evaluate_before, NULL},
    [SEARCH_ON] = {evaluate_on, NULL},
    [SEARCH_SINCE] = {evaluate_since, NULL},
    [SEARCH_SAVED_BEFORE] = {evaluate_set, prepare_asked},
    [SEARCH_SAVED_ON] = {evaluate_set, prepare_asked},
    [SEARCH_SAVED_SINCE] = {evaluate_set, prepare_asked},
    [SEARCH_EMAILID] = {evaluate_email, NULL},
    [SEARCH_THREADID] = {evaluate_set, prepare_asked},
    [SEARCH_SENT_BEFORE] = {evaluate_sent_before, prepare_sent},
    [SEARCH_SENT_ON] = {evaluate_sent_on, prepare_sent},
    [SEARCH_SENT_SINCE] = {evaluate_sent_since, prepare_sent},
    [SEARCH_HEADER] = {evaluate_text, prepare_text},
    [SEARCH_BODY] = {evaluate_text, prepare_text},
    [SEARCH_TEXT] = {evaluate_text, prepare_text},
};

static enum truth evaluate(const struct search_step *step, const struct search_facts *facts)
{
    return keys[step->node->kind].evaluate(step, facts);
}

/* Counts the nodes, so that the lists can be made in one piece, and refuses
 * what would need too much of a fiber's stack later. */
static int count_nodes(const struct search_node *node, unsigned depth, size_t *count)
{
    if (depth > SEARCH_DEPTH_MAX || *count >= SEARCH_NODES_MAX)
        return fail(ERR_LIMIT, "The search program is too large");
    ++*count;
    int err = 0;
    for (const struct search_node *child = node->first_child; child && !err; child = child->next)
        err = count_nodes(child, depth + 1, count);
    return err;
}

static int prepare(struct preparation *preparation, const struct search_node *node,
                   struct search_step **out)
{
    struct search_step *step = ARENA_NEW(preparation->arena, struct search_step);
    if (!step)
        return -ERR_NO_MEMORY;
    step->node = node;
    uidset_init(&step->uids);
    const struct search_key *key = &keys[node->kind];
    int err = key->prepare ? key->prepare(preparation, step) : 0;
    struct search_step **link = &step->first_child;
    for (const struct search_node *child = node->first_child; child && !err; child = child->next) {
        err = prepare(preparation, child, link);
        if (!err)
            link = &(*link)->next;
    }
    if (err)
        return err;
    *out = step;
    return 0;
}

/* Last of all: this lets other fibers run, and the keywords are only valid until then. */
static int resolve_sets(const struct search_scope *scope, struct search_program *program)
{
    int err = 0;
    for (size_t i = 0; i < program->set_count && !err; i++) {
        struct search_step *step = program->sets[i];
        const struct sequence_set *sequence = &step->node->sequence;
        err = sequence->saved ? uidset_union(&step->uids, scope->saved)
                              : picture_match(scope->picture, sequence,
                                              step->node->kind == SEARCH_UID, &step->uids);
    }
    return err;
}

int search_program_prepare(const struct search_scope *scope, const struct search_node *node,
                           struct arena *arena, struct search_program *program)
{
    *program = (struct search_program){0};
    size_t count = 0;
    int err = count_nodes(node, 1, &count);
    if (err)
        return err;
    program->texts = ARENA_ARRAY(arena, count, struct search_step *);
    program->sets = ARENA_ARRAY(arena, count, struct search_step *);
    program->asked = ARENA_ARRAY(arena, count, struct search_step *);
    if (!program->texts || !program->sets || !program->asked)
        return -ERR_NO_MEMORY;
    struct preparation preparation = {scope, arena, program};
    err = prepare(&preparation, node, &program->root);
    return err ? err : resolve_sets(scope, program);
}

void search_program_clear(struct search_program *program)
{
    for (size_t i = 0; i < program->set_count; i++)
        uidset_clear(&program->sets[i]->uids);
    for (size_t i = 0; i < program->asked_count; i++)
        uidset_clear(&program->asked[i]->uids);
    program->set_count = program->asked_count = 0;
}

static bool names(const struct search_step *step, uint32_t uid)
{
    if (step->node->kind == SEARCH_SEQUENCE || step->node->kind == SEARCH_UID)
        return uidset_contains(&step->uids, uid);
    const struct search_step *child = step->node->kind == SEARCH_AND ? step->first_child : NULL;
    for (; child; child = child->next)
        if (!names(child, uid))
            return false;
    return true;
}

bool search_program_names(const struct search_program *program, uint32_t uid)
{
    return names(program->root, uid);
}

enum truth search_program_evaluate(const struct search_program *program,
                                   const struct search_facts *facts)
{
    return evaluate(program->root, facts);
}
