#include "view_state.h"

const struct keyword_table *view_keywords(const struct view *view)
{
    return &view->keywords;
}

int view_copy_keywords(const struct view *view, struct arena *arena, struct keyword_table *out)
{
    struct keyword_table table = *view_keywords(view);
    for (size_t i = 0; i < FLAG_KEYWORD_COUNT; i++) {
        if (!table.names[i].data)
            continue;
        table.names[i] = arena_copy(arena, table.names[i]);
        if (!table.names[i].data)
            return -ERR_NO_MEMORY;
    }
    *out = table;
    return 0;
}

uint32_t view_keywords_version(const struct view *view)
{
    return view->keywords_version;
}

static bool tables_equal(const struct keyword_table *a, const struct keyword_table *b)
{
    for (int i = 0; i < FLAG_KEYWORD_COUNT; i++) {
        struct slice left = a->names[i], right = b->names[i];
        if (!left.data != !right.data || (left.data && !slice_equal(left, right)))
            return false;
    }
    return true;
}

static flag_mask bits_with_name(const struct keyword_table *table)
{
    flag_mask bits = 0;
    for (int i = 0; i < FLAG_KEYWORD_COUNT; i++) {
        if (table->names[i].data)
            bits |= (flag_mask)1 << (FLAG_KEYWORD_FIRST + i);
    }
    return bits;
}

static int copy_table(const struct keyword_table *table, struct arena *arena,
                      struct keyword_table *copy)
{
    *copy = (struct keyword_table){.count = table->count};
    for (int i = 0; i < FLAG_KEYWORD_COUNT; i++) {
        if (!table->names[i].data)
            continue;
        copy->names[i] = arena_copy(arena, table->names[i]);
        if (!copy->names[i].data)
            return -(int)last_error()->code;
    }
    return 0;
}

int view_learn_keywords(struct view *view, const struct keyword_table *table)
{
    view->keywords_known |= bits_with_name(table);
    if (tables_equal(&view->keywords, table))
        return 0;
    struct arena names;
    arena_init(&names, 0);
    struct keyword_table copy;
    int err = copy_table(table, &names, &copy);
    if (err) {
        arena_clear(&names);
        return err;
    }
    arena_clear(&view->keyword_names);
    view->keyword_names = names;
    view->keywords = copy;
    view->keywords_version++;
    return 0;
}
