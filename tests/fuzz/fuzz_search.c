/*
 * Every tree that the parser makes is one that an evaluator can rely on.
 */
#include "base/text.h"
#include "fuzz.h"
#include "proto/search_args.h"

static size_t count_children(const struct search_node *node)
{
    size_t count = 0;
    for (const struct search_node *child = node->first_child; child; child = child->next)
        count++;
    return count;
}

static const char *check_node(const struct search_node *node)
{
    size_t children = count_children(node);
    if ((node->kind == SEARCH_AND || node->kind == SEARCH_OR) && children < 2)
        return "AND or OR of less than two";
    if (node->kind == SEARCH_NOT && children != 1)
        return "NOT of other than one";
    if (node->kind > SEARCH_NOT && children > 0)
        return "a leaf has children";
    if (node->kind == SEARCH_SEQUENCE && node->sequence.count == 0 && !node->sequence.saved)
        return "an empty set"; /* of UIDs only by UIDBEFORE 1 and the like */
    if (node->kind == SEARCH_FLAG && (node->flag & (node->flag - 1) || !node->flag))
        return "not one flag";
    if (node->kind >= SEARCH_HEADER && (!node->text.data || !text_is_utf8(node->text)))
        return "text is not UTF-8";
    if ((node->kind == SEARCH_HEADER || node->kind == SEARCH_KEYWORD) && !node->name.data)
        return "no name";
    return NULL;
}

/* Adds to *count; a tree deeper than the limit would have been refused. */
static void walk(const struct search_node *node, unsigned depth, unsigned *count)
{
    fuzz_require(check_node(node));
    /* A negated key and the AND of the whole are nodes beyond the nesting. */
    fuzz_require(depth > 2 * SEARCH_DEPTH_MAX + 2 ? "too deep" : NULL);
    ++*count;
    for (const struct search_node *child = node->first_child; child; child = child->next)
        walk(child, depth + 1, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct lexer lexer;
    struct search_node *root = NULL;
    unsigned count = 0;
    arena_init(&arena, 16 << 20);
    lexer_init(&lexer, fuzz_slice(data, size), &arena);
    int result = search_args_parse(&lexer, &root);
    if (result == 0)
        walk(root, 0, &count);
    fuzz_require(result < 0 && root ? "output touched on failure" : NULL);
    fuzz_require(count > SEARCH_NODES_MAX ? "too many nodes" : NULL);
    arena_clear(&arena);
    return 0;
}
