/* Three-valued evaluation of search programs, without any database. */
#include "search_program.h"
#include "store/messages.h"
#include "support/check.h"

enum { NODES_MAX = 300 };

/* A program under construction: nodes by index, children linked in order. */
struct builder {
    struct search_node nodes[NODES_MAX];
    size_t count;
    struct arena arena;
    struct keyword_table keywords;
    struct uidset recent;
    struct search_program program;
};

static struct search_node *add(struct builder *builder, enum search_kind kind)
{
    struct search_node *node = &builder->nodes[builder->count++];
    node->kind = kind;
    return node;
}

static struct search_node *join(struct builder *builder, enum search_kind kind,
                                struct search_node *first, struct search_node *second)
{
    struct search_node *node = add(builder, kind);
    node->first_child = first;
    if (first)
        first->next = second;
    return node;
}

static void begin(struct builder *builder)
{
    *builder = (struct builder){0};
    arena_init(&builder->arena, 0);
    uidset_init(&builder->recent);
}

static int prepare(struct builder *builder, const struct search_node *root)
{
    const struct search_scope scope = {.keywords = &builder->keywords, .recent = &builder->recent};
    return search_program_prepare(&scope, root, &builder->arena, &builder->program);
}

static void end(struct builder *builder)
{
    search_program_clear(&builder->program);
    arena_clear(&builder->arena);
}

/* Leaves with a known truth: LARGER 0 is true for a message of 10 octets,
 * SMALLER 0 is false, BODY is whatever facts.texts says. */
static struct search_node *leaf(struct builder *builder, enum truth truth)
{
    if (truth == TRUTH_TRUE)
        return add(builder, SEARCH_LARGER);
    if (truth == TRUTH_FALSE)
        return add(builder, SEARCH_SMALLER);
    struct search_node *node = add(builder, SEARCH_BODY);
    node->text = SLICE("x");
    return node;
}

static enum truth join_truth(enum search_kind kind, enum truth left, enum truth right)
{
    struct builder builder;
    begin(&builder);
    struct search_node *second = leaf(&builder, right);
    struct search_node *root = join(&builder, kind, leaf(&builder, left), second);
    enum truth result = TRUTH_UNKNOWN;
    unsigned char texts[2] = {TRUTH_UNKNOWN, TRUTH_UNKNOWN};
    const struct search_facts facts = {.entry = {.uid = 1, .size = 10}, .texts = texts};
    if (CHECK_OK(prepare(&builder, root)))
        result = search_program_evaluate(&builder.program, &facts);
    end(&builder);
    return result;
}

#define U TRUTH_UNKNOWN
#define F TRUTH_FALSE
#define T TRUTH_TRUE

void test_search_program_and(void)
{
    static const struct {
        enum truth left, right, expected;
    } rows[] = {{T, T, T}, {T, F, F}, {F, T, F}, {F, F, F}, {U, T, U},
                {T, U, U}, {U, F, F}, {F, U, F}, {U, U, U}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_INT(join_truth(SEARCH_AND, rows[i].left, rows[i].right), rows[i].expected);
}

void test_search_program_or(void)
{
    static const struct {
        enum truth left, right, expected;
    } rows[] = {{T, T, T}, {T, F, T}, {F, T, T}, {F, F, F}, {U, T, T},
                {T, U, T}, {U, F, U}, {F, U, U}, {U, U, U}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_INT(join_truth(SEARCH_OR, rows[i].left, rows[i].right), rows[i].expected);
}

void test_search_program_not(void)
{
    static const enum truth rows[][2] = {{T, F}, {F, T}, {U, U}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct builder builder;
        begin(&builder);
        struct search_node *root = join(&builder, SEARCH_NOT, leaf(&builder, rows[i][0]), NULL);
        unsigned char texts[1] = {TRUTH_UNKNOWN};
        const struct search_facts facts = {.entry = {.uid = 1, .size = 10}, .texts = texts};
        CHECK_OK(prepare(&builder, root));
        CHECK_INT(search_program_evaluate(&builder.program, &facts), rows[i][1]);
        end(&builder);
    }
}

/* The truth of a program of one leaf. */
static enum truth leaf_truth(const struct search_node *node, const struct search_facts *facts)
{
    struct builder builder;
    begin(&builder);
    builder.keywords.names[3] = SLICE("$Forwarded");
    builder.keywords.count = 1;
    enum truth result = TRUTH_UNKNOWN;
    if (CHECK_OK(prepare(&builder, node)))
        result = search_program_evaluate(&builder.program, facts);
    end(&builder);
    return result;
}

void test_search_program_flags_and_keywords(void)
{
    const struct search_facts facts = {
        .entry = {.uid = 1, .flags = FLAG_SEEN | (flag_mask)1 << (FLAG_KEYWORD_FIRST + 3)}};
    struct search_node seen = {.kind = SEARCH_FLAG, .flag = FLAG_SEEN};
    struct search_node draft = {.kind = SEARCH_FLAG, .flag = FLAG_DRAFT};
    struct search_node forwarded = {.kind = SEARCH_KEYWORD, .name = SLICE("$forwarded")};
    struct search_node unheard = {.kind = SEARCH_KEYWORD, .name = SLICE("$Unheard")};
    CHECK_INT(leaf_truth(&seen, &facts), T);
    CHECK_INT(leaf_truth(&draft, &facts), F);
    CHECK_INT(leaf_truth(&forwarded, &facts), T);
    CHECK_INT(leaf_truth(&unheard, &facts), F);
}

void test_search_program_sizes(void)
{
    const struct search_facts facts = {.entry = {.uid = 1, .size = 100}};
    static const struct {
        enum search_kind kind;
        uint64_t number;
        enum truth expected;
    } rows[] = {{SEARCH_LARGER, 99, T},
                {SEARCH_LARGER, 100, F},
                {SEARCH_SMALLER, 101, T},
                {SEARCH_SMALLER, 100, F}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct search_node node = {.kind = rows[i].kind, .number = rows[i].number};
        CHECK_INT(leaf_truth(&node, &facts), rows[i].expected);
    }
}

void test_search_program_internal_date_by_day(void)
{
    const int64_t day = INT64_C(86400) * 1000000;
    static const struct {
        enum search_kind kind;
        int64_t day;
        enum truth expected;
    } rows[] = {{SEARCH_BEFORE, 10, F}, {SEARCH_BEFORE, 11, T}, {SEARCH_ON, 10, T},
                {SEARCH_ON, 11, F},     {SEARCH_SINCE, 10, T},  {SEARCH_SINCE, 11, F}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct search_node node = {.kind = rows[i].kind, .day = rows[i].day};
        const struct search_facts first = {.entry = {.uid = 1, .internal_date = 10 * day}};
        const struct search_facts last = {.entry = {.uid = 1, .internal_date = 11 * day - 1}};
        CHECK_INT(leaf_truth(&node, &first), rows[i].expected);
        CHECK_INT(leaf_truth(&node, &last), rows[i].expected);
    }
    struct search_node before_epoch = {.kind = SEARCH_ON, .day = -1};
    const struct search_facts facts = {.entry = {.uid = 1, .internal_date = -1}};
    CHECK_INT(leaf_truth(&before_epoch, &facts), T);
}

void test_search_program_sent_day_is_unknown_until_read(void)
{
    struct search_node node = {.kind = SEARCH_SENT_SINCE, .day = 10};
    struct search_facts facts = {.entry = {.uid = 1}};
    CHECK_INT(leaf_truth(&node, &facts), U);
    facts.has_sent_day = true;
    facts.sent_day = 10;
    CHECK_INT(leaf_truth(&node, &facts), T);
    facts.sent_day = 9;
    CHECK_INT(leaf_truth(&node, &facts), F);
    node.kind = SEARCH_SENT_BEFORE;
    facts.sent_day = INT64_MIN; /* no readable Date: */
    CHECK_INT(leaf_truth(&node, &facts), F);
}

void test_search_program_empty_text_is_everywhere_but_a_field_must_exist(void)
{
    unsigned char texts[1] = {TRUTH_UNKNOWN};
    const struct search_facts facts = {.entry = {.uid = 1}, .texts = texts};
    struct search_node body = {.kind = SEARCH_BODY, .text = SLICE_EMPTY};
    struct search_node text = {.kind = SEARCH_TEXT, .text = SLICE_EMPTY};
    struct search_node header = {.kind = SEARCH_HEADER, .name = SLICE("To"), .text = SLICE_EMPTY};
    CHECK_INT(leaf_truth(&body, &facts), T);
    CHECK_INT(leaf_truth(&text, &facts), T);
    CHECK_INT(leaf_truth(&header, &facts), U);
}

void test_search_program_wants_only_what_its_keys_need(void)
{
    struct builder builder;
    begin(&builder);
    CHECK_OK(prepare(&builder, add(&builder, SEARCH_ALL)));
    CHECK_INT(builder.program.want, 0);
    CHECK_OK(prepare(&builder, add(&builder, SEARCH_SENT_ON)));
    CHECK_INT(builder.program.want, MESSAGE_SENT_DAY);
    CHECK_OK(prepare(&builder, add(&builder, SEARCH_BODY)));
    CHECK_INT(builder.program.want, 0);
    CHECK_OK(prepare(&builder, add(&builder, SEARCH_TEXT)));
    CHECK_INT(builder.program.want, MESSAGE_HEADER);
    end(&builder);
}

static struct search_node *nest(struct builder *builder, unsigned depth)
{
    struct search_node *node = add(builder, SEARCH_ALL);
    for (unsigned i = 1; i < depth; i++)
        node = join(builder, SEARCH_NOT, node, NULL);
    return node;
}

void test_search_program_refuses_what_is_nested_too_deep(void)
{
    struct builder builder;
    begin(&builder);
    CHECK_OK(prepare(&builder, nest(&builder, SEARCH_DEPTH_MAX)));
    CHECK_ERR(prepare(&builder, nest(&builder, SEARCH_DEPTH_MAX + 1)), ERR_LIMIT);
    end(&builder);
}
