/* Limits on the command line and in plans. */
#include <string.h>

#include "base/buffer.h"
#include "quota.h"

static const char *const resource_names[QUOTA_RESOURCES] = {
    [QUOTA_STORAGE] = "storage",
    [QUOTA_MESSAGES] = "messages",
    [QUOTA_MAILBOXES] = "mailboxes",
};

/* Each is worth 1,024 of the one before. */
static const char units[] = "KMGT";

/* What a unit of storage is worth, as a power of two; -1: there is none of that name. */
static int unit_shift(struct slice unit)
{
    if (unit.len == 0)
        return 0;
    const char *place = unit.len == 1 ? strchr(units, unit.data[0]) : NULL;
    return place ? 10 * (int)(place - units + 1) : -1;
}

static int parse_amount(struct slice text, enum quota_resource resource, uint64_t *out)
{
    if (slice_equal(text, SLICE("none"))) {
        *out = QUOTA_UNLIMITED;
        return 0;
    }
    uint64_t number = 0;
    size_t digits = 0;
    while (digits < text.len && text.data[digits] >= '0' && text.data[digits] <= '9' &&
           number < QUOTA_MAX / 100)
        number = number * 10 + (uint64_t)(text.data[digits++] - '0');
    struct slice unit = slice_sub(text, digits, text.len);
    int shift = resource == QUOTA_STORAGE || unit.len == 0 ? unit_shift(unit) : -1;
    if (digits == 0 || shift < 0 || number > QUOTA_MAX >> shift)
        return fail(ERR_INVALID, "\"%.*s\" is no limit of %s: write a number%s, or none",
                    SLICE_ARGS(text), resource_names[resource],
                    resource == QUOTA_STORAGE ? " of octets, with K, M, G or T behind it" : "");
    *out = number << shift;
    return 0;
}

int quota_limit_parse(struct slice text, struct quota_amounts *limits)
{
    size_t equals = slice_find(text, '=');
    for (int i = 0; i < QUOTA_RESOURCES; i++)
        if (equals < text.len &&
            slice_equal(slice_sub(text, 0, equals), slice_cstr(resource_names[i])))
            return parse_amount(slice_sub(text, equals + 1, text.len), (enum quota_resource)i,
                                &limits->of[i]);
    return fail(ERR_INVALID,
                "\"%.*s\" is no limit: write storage=5G, messages=100000, mailboxes=50",
                SLICE_ARGS(text));
}

int quota_limits_parse(struct slice text, struct quota_amounts *limits_out)
{
    struct quota_amounts limits = QUOTA_NO_LIMITS;
    int err = 0;
    for (text = slice_trim(text); text.len && !err && !slice_equal(text, SLICE("none"));) {
        size_t end = slice_find(text, ' ');
        err = quota_limit_parse(slice_sub(text, 0, end), &limits);
        text = slice_trim(slice_sub(text, end, text.len));
    }
    if (!err)
        *limits_out = limits;
    return err;
}

static void add_amount(struct buffer *out, enum quota_resource resource, uint64_t amount)
{
    const char *unit = "";
    size_t i = 0;
    for (; resource == QUOTA_STORAGE && amount && amount % 1024 == 0 && units[i]; i++)
        amount /= 1024;
    if (i)
        unit = &units[i - 1];
    buffer_printf(out, "%s%s=%llu%.*s", out->len ? " " : "", resource_names[resource],
                  (unsigned long long)amount, i ? 1 : 0, unit);
}

struct slice quota_limits_text(struct arena *arena, const struct quota_amounts *limits)
{
    struct buffer text;
    buffer_init(&text, 0);
    for (int i = 0; i < QUOTA_RESOURCES; i++)
        if (limits->of[i] != QUOTA_UNLIMITED)
            add_amount(&text, (enum quota_resource)i, limits->of[i]);
    if (text.len == 0)
        buffer_add_cstr(&text, "none");
    struct slice copy =
        buffer_check(&text) ? slice_of(NULL, 0) : arena_copy(arena, buffer_slice(&text));
    buffer_clear(&text);
    return copy;
}
