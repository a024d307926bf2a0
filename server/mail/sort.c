#include "mail/sort.h"

#include "order.h"
#include "sort_records.h"

/* Beyond that no keys are gathered: a million messages by one text have half of it. */
enum { KEYS_OCTETS = 128 << 20 };

/* A key of one message. Most are told apart by `head`, which is a number as such or the first
 * octets of a text. */
struct key {
    uint64_t head;
    struct slice text;
};

struct sort {
    const struct sort_program *program;
    struct arena arena;
    struct key *keys; /* of each message one for each criterion */
    uint32_t *uids;
    size_t count;
};

static struct key number_key(int64_t number)
{
    return (struct key){.head = (uint64_t)number ^ (uint64_t)1 << 63};
}

static int text_key(struct sort *sort, struct slice text, struct key *out)
{
    struct key key = {0};
    for (size_t i = 0; i < sizeof key.head; i++)
        key.head = key.head << 8 | (i < text.len ? (unsigned char)text.data[i] : 0);
    key.text = arena_copy(&sort->arena, text);
    if (!key.text.data)
        return -ERR_NO_MEMORY;
    *out = key;
    return 0;
}

static int make_key(struct sort *sort, enum sort_key by, const struct entry *entry,
                    const struct sort_record *record, struct key *out)
{
    static const enum sort_text texts[SORT_KEY_COUNT] = {
        [SORT_SUBJECT] = SORT_TEXT_SUBJECT,
        [SORT_FROM] = SORT_TEXT_FROM,
        [SORT_TO] = SORT_TEXT_TO,
        [SORT_CC] = SORT_TEXT_CC,
        [SORT_DISPLAYFROM] = SORT_TEXT_DISPLAYFROM,
        [SORT_DISPLAYTO] = SORT_TEXT_DISPLAYTO,
    };
    if (by == SORT_ARRIVAL)
        *out = number_key(entry->internal_date);
    else if (by == SORT_SIZE)
        *out = number_key((int64_t)entry->size);
    else if (by == SORT_DATE)
        *out = number_key(sort_sent_second(entry, record));
    else
        return text_key(sort, record->texts[texts[by]], out);
    return 0;
}

static int take(void *arg, const struct entry *entry, const struct sort_record *record)
{
    struct sort *sort = arg;
    size_t criteria = sort->program->count;
    struct key *keys = sort->keys + sort->count * criteria;
    int err = 0;
    for (size_t i = 0; i < criteria && !err; i++)
        err = make_key(sort, sort->program->criteria[i].key, entry, record, &keys[i]);
    sort->uids[sort->count++] = entry->uid;
    return err;
}

static int compare(const void *arg, uint32_t a, uint32_t b)
{
    const struct sort *sort = arg;
    size_t criteria = sort->program->count;
    const struct key *left = sort->keys + a * criteria, *right = sort->keys + b * criteria;
    for (size_t i = 0; i < criteria; i++) {
        int order = (left[i].head > right[i].head) - (left[i].head < right[i].head);
        if (!order)
            order = slice_compare(left[i].text, right[i].text);
        if (order)
            return sort->program->criteria[i].reverse ? -order : order;
    }
    return 0;
}

/* What the picture knows of each message is not asked for. */
static bool needs_records(const struct sort_program *program)
{
    for (size_t i = 0; i < program->count; i++)
        if (program->criteria[i].key != SORT_ARRIVAL && program->criteria[i].key != SORT_SIZE)
            return true;
    return false;
}

static int take_entries(struct sort *sort, const struct sort_scope *scope)
{
    static const struct sort_record nothing = {0};
    const struct uidset *uids = scope->uids;
    int err = 0;
    for (size_t i = 0; i < uids->count && !err; i++) {
        uint32_t seq = picture_seq(scope->picture, uids->ranges[i].first);
        uint32_t last = picture_seq(scope->picture, uids->ranges[i].last);
        for (; seq <= last && !err; seq++) {
            struct entry entry = picture_entry(scope->picture, seq);
            err = take(sort, &entry, &nothing);
        }
    }
    return err;
}

static int put_in_order(const struct sort *sort, struct arena *arena, uint32_t **uids_out)
{
    uint32_t *places = ARENA_ARRAY(arena, sort->count, uint32_t);
    if (!places)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < sort->count; i++)
        places[i] = (uint32_t)i;
    int err = order_sort(places, sort->count, compare, sort);
    for (size_t i = 0; i < sort->count; i++)
        places[i] = sort->uids[places[i]];
    if (!err)
        *uids_out = places;
    return err;
}

int sort_run(struct mail *mail, const struct sort_scope *scope, const struct sort_program *program,
             struct arena *arena, uint32_t **uids_out)
{
    struct sort sort = {.program = program};
    size_t count = (size_t)uidset_size(scope->uids);
    arena_init(&sort.arena, KEYS_OCTETS);
    sort.keys = ARENA_ARRAY(&sort.arena, count * program->count, struct key);
    sort.uids = ARENA_ARRAY(&sort.arena, count, uint32_t);
    int err = sort.keys && sort.uids ? 0 : -ERR_NO_MEMORY;
    if (!err)
        err = needs_records(program) ? sort_records_each(mail, scope, take, &sort)
                                     : take_entries(&sort, scope);
    if (!err)
        err = put_in_order(&sort, arena, uids_out);
    arena_clear(&sort.arena);
    return err;
}
