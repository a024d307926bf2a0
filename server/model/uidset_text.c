/*
 * UID sets as text: RFC 3501's notation and PostgreSQL's int8multirange.
 */
#include "model/uidset.h"

void uidset_render(const struct uidset *set, struct buffer *out)
{
    for (size_t i = 0; i < set->count; i++) {
        if (i > 0)
            buffer_add_char(out, ',');
        buffer_add_u64(out, set->ranges[i].first);
        if (set->ranges[i].last > set->ranges[i].first) {
            buffer_add_char(out, ':');
            buffer_add_u64(out, set->ranges[i].last);
        }
    }
}

/* PostgreSQL writes discrete ranges with an exclusive upper bound. */
void uidset_render_multirange(const struct uidset *set, struct buffer *out)
{
    buffer_add_char(out, '{');
    for (size_t i = 0; i < set->count; i++) {
        buffer_add(out, i > 0 ? SLICE(",[") : SLICE("["));
        buffer_add_u64(out, set->ranges[i].first);
        buffer_add_char(out, ',');
        buffer_add_u64(out, (uint64_t)set->ranges[i].last + 1);
        buffer_add_char(out, ')');
    }
    buffer_add_char(out, '}');
}

/* Takes `prefix` off the front of *text; false when it does not begin so. */
static bool take(struct slice *text, struct slice prefix)
{
    if (!slice_starts_with(*text, prefix))
        return false;
    *text = slice_sub(*text, prefix.len, text->len);
    return true;
}

/* A number up to `end`, and `end`. */
static bool take_number(struct slice *text, char end, uint64_t *value_out)
{
    size_t length = slice_find(*text, end);
    if (length == text->len || !slice_to_u64(slice_sub(*text, 0, length), value_out))
        return false;
    *text = slice_sub(*text, length + 1, text->len);
    return true;
}

/* "[1,4)" of the canonical form only: the database gives no other. */
static bool take_range(struct slice *text, struct uid_range *out)
{
    uint64_t first, end;
    if (!take(text, SLICE("[")) || !take_number(text, ',', &first) || !take_number(text, ')', &end))
        return false;
    if (first >= end || end > (uint64_t)UINT32_MAX + 1)
        return false;
    *out = (struct uid_range){(uint32_t)first, (uint32_t)(end - 1)};
    return true;
}

static int corrupt(struct slice text)
{
    int shown = (int)(text.len < 60 ? text.len : 60);
    return fail(ERR_CORRUPT, "no multirange of UIDs: \"%.*s\"", shown, text.data);
}

static int parse_multirange(struct slice text, struct uidset *set)
{
    struct slice rest = text;
    if (!take(&rest, SLICE("{")))
        return corrupt(text);
    while (!take(&rest, SLICE("}"))) {
        struct uid_range range;
        if (set->count > 0 && !take(&rest, SLICE(",")))
            return corrupt(text);
        if (!take_range(&rest, &range))
            return corrupt(text);
        int result = uidset_add_range(set, range.first, range.last);
        if (result < 0)
            return result;
    }
    return rest.len == 0 ? 0 : corrupt(text);
}

int uidset_parse_multirange(struct slice text, struct uidset *out)
{
    struct uidset set;
    uidset_init(&set);
    int result = parse_multirange(text, &set);
    if (result < 0) {
        uidset_clear(&set);
        return result;
    }
    uidset_clear(out);
    *out = set;
    return 0;
}
