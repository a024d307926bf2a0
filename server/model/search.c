#include "model/search.h"

bool search_has(const struct search_node *node, enum search_kind kind)
{
    if (node->kind == kind)
        return true;
    for (const struct search_node *child = node->first_child; child; child = child->next)
        if (search_has(child, kind))
            return true;
    return false;
}

bool search_has_numbers(const struct search_node *node)
{
    if (node->kind == SEARCH_SEQUENCE && !node->sequence.saved)
        return true;
    for (const struct search_node *child = node->first_child; child; child = child->next)
        if (search_has_numbers(child))
            return true;
    return false;
}
