#include <stdlib.h>

#include "fiber/fiber.h"
#include "search_block.h"
#include "search_octets.h"

enum {
    MESSAGES_MAX = 2048,
    TERMS_MAX = 2 << 20,            /* of a block; a message has SEARCH_BUCKETS at most */
    COLUMNS_MAX = 1 << 20,          /* octets of a block's columns together */
    MESSAGE_COLUMNS_MAX = 64 << 10, /* a message with more is not indexed */
    TERMS_PER_SLICE = 2048,
    SLICES_MIN = 16,
    SLICES_MAX = 4096
};

/* A term is a message in a bucket: bucket << 16 | number of the message. */
struct search_builder {
    bool has_base;
    uint32_t base; /* the block's first UID */
    uint32_t uid;  /* of the message under way */
    struct uidset uids;
    size_t message_count;
    uint32_t *terms;
    size_t term_count;
    size_t term_size;
    struct buffer columns[SEARCH_COLUMN_COUNT];
    uint32_t column_uids[SEARCH_COLUMN_COUNT]; /* of the last value of each */
    /* As it was before the message under way. */
    size_t terms_before;
    size_t columns_before[SEARCH_COLUMN_COUNT];
    uint32_t column_uids_before[SEARCH_COLUMN_COUNT];
    uint64_t seen[SEARCH_BUCKETS / 64]; /* buckets that have the message already */
    uint16_t numbers[SEARCH_SPAN_MAX];  /* of one bucket, being read or written */
    struct buffer octets;               /* the finished slices */
    struct search_piece *pieces;
};

int search_builder_new(struct search_builder **out)
{
    struct search_builder *builder = calloc(1, sizeof *builder);
    if (!builder)
        return fail(ERR_NO_MEMORY, "no memory to index messages");
    uidset_init(&builder->uids);
    for (size_t i = 0; i < SEARCH_COLUMN_COUNT; i++)
        buffer_init(&builder->columns[i], 0);
    buffer_init(&builder->octets, 0);
    *out = builder;
    return 0;
}

void search_builder_free(struct search_builder **handle)
{
    struct search_builder *builder = *handle;
    if (!builder)
        return;
    *handle = NULL;
    uidset_clear(&builder->uids);
    for (size_t i = 0; i < SEARCH_COLUMN_COUNT; i++)
        buffer_clear(&builder->columns[i]);
    buffer_clear(&builder->octets);
    free(builder->pieces);
    free(builder->terms);
    free(builder);
}

/* In loops over very many small things. */
static void breathe_at(size_t i)
{
    if (i % 4096 == 0)
        fiber_breathe();
}

/* Terms and values ------------------------------------------------------------------- */

static int reserve_terms(struct search_builder *builder, size_t more)
{
    size_t needed = builder->term_count + more;
    if (needed <= builder->term_size)
        return 0;
    size_t size = builder->term_size ? builder->term_size : SEARCH_BUCKETS;
    while (size < needed)
        size *= 2;
    uint32_t *terms = realloc(builder->terms, size * sizeof *terms);
    if (!terms)
        return fail(ERR_NO_MEMORY, "no memory to index messages");
    builder->terms = terms;
    builder->term_size = size;
    return 0;
}

static void set_base(struct search_builder *builder, uint32_t uid)
{
    if (builder->has_base)
        return;
    builder->has_base = true;
    builder->base = uid;
    for (size_t i = 0; i < SEARCH_COLUMN_COUNT; i++)
        builder->column_uids[i] = uid;
}

static void put_value(struct search_builder *builder, size_t column, uint32_t uid,
                      struct slice value)
{
    struct buffer *octets = &builder->columns[column];
    search_put_number(octets, uid - builder->column_uids[column]);
    search_put_number(octets, (uint32_t)value.len);
    buffer_add(octets, value);
    builder->column_uids[column] = uid;
}

static size_t column_octets(const struct search_builder *builder)
{
    size_t sum = 0;
    for (size_t i = 0; i < SEARCH_COLUMN_COUNT; i++)
        sum += builder->columns[i].len;
    return sum;
}

/* One block into another ---------------------------------------------------------------- */

static int add_column(struct search_builder *builder, const struct search_block_row *row,
                      size_t column, struct slice octets, const struct uidset *kept)
{
    struct search_column_cursor cursor;
    search_column_begin(&cursor, row->first_uid, octets);
    for (struct slice value; search_column_next(&cursor, &value);)
        if (uidset_contains(kept, cursor.uid))
            put_value(builder, column, cursor.uid, value);
    return cursor.err;
}

static bool is_set(const uint64_t *bits, size_t number)
{
    return bits[number / 64] >> (number % 64) & 1;
}

static void set_bit(uint64_t *bits, size_t number)
{
    bits[number / 64] |= UINT64_C(1) << (number % 64);
}

static int add_slice(struct search_builder *builder, const struct search_block_row *row,
                     const struct search_piece *piece, const uint64_t *kept)
{
    uint32_t share = SEARCH_BUCKETS / row->slices;
    uint32_t shift = row->first_uid - builder->base;
    struct slice rest = piece->octets;
    for (uint32_t i = 0; i < share; i++) {
        size_t count;
        int err = search_slice_take(&rest, builder->numbers, &count);
        if (!err)
            err = reserve_terms(builder, count);
        if (err)
            return err;
        uint32_t bucket = (uint32_t)piece->number * share + i;
        for (size_t k = 0; k < count; k++)
            if (is_set(kept, builder->numbers[k]))
                builder->terms[builder->term_count++] =
                    bucket << 16 | (builder->numbers[k] + shift);
    }
    return 0;
}

/* The numbers that messages of `kept` have in the block. */
static void kept_numbers(const struct search_block_row *row, const struct uidset *kept,
                         uint64_t *bits)
{
    for (size_t i = 0; i < kept->count; i++)
        for (uint64_t uid = kept->ranges[i].first; uid <= kept->ranges[i].last; uid++)
            if (uid >= row->first_uid && uid - row->first_uid < SEARCH_SPAN_MAX)
                set_bit(bits, uid - row->first_uid);
}

int search_builder_add_block(struct search_builder *builder, const struct search_block_row *row,
                             const struct uidset *kept)
{
    set_base(builder, row->first_uid);
    memset(builder->seen, 0, sizeof builder->seen);
    kept_numbers(row, kept, builder->seen);
    int err = uidset_union(&builder->uids, kept);
    builder->message_count = uidset_size(&builder->uids);
    for (size_t i = 0; i < row->piece_count && !err; i++) {
        const struct search_piece *piece = &row->pieces[i];
        if (piece->number >= 0)
            err = add_slice(builder, row, piece, builder->seen);
        else if (piece->number >= -SEARCH_COLUMN_COUNT)
            err = add_column(builder, row, (size_t)(-1 - piece->number), piece->octets, kept);
        fiber_breathe();
    }
    return err;
}

/* A message --------------------------------------------------------------------------------- */

bool search_builder_is_full(const struct search_builder *builder, uint32_t uid)
{
    return builder->message_count >= MESSAGES_MAX ||
           builder->term_count + SEARCH_BUCKETS > TERMS_MAX ||
           column_octets(builder) >= COLUMNS_MAX ||
           (builder->has_base && uid - builder->base >= SEARCH_SPAN_MAX);
}

int search_builder_begin_message(struct search_builder *builder, uint32_t uid)
{
    set_base(builder, uid);
    builder->uid = uid;
    builder->terms_before = builder->term_count;
    for (size_t i = 0; i < SEARCH_COLUMN_COUNT; i++) {
        builder->columns_before[i] = builder->columns[i].len;
        builder->column_uids_before[i] = builder->column_uids[i];
    }
    memset(builder->seen, 0, sizeof builder->seen);
    return reserve_terms(builder, SEARCH_BUCKETS);
}

void search_builder_add_text(struct search_builder *builder, enum search_place place,
                             struct slice folded)
{
    uint32_t number = builder->uid - builder->base;
    for (size_t i = 0; i + SEARCH_TRIGRAM <= folded.len; i++) {
        uint32_t bucket = search_bucket(place, folded.data + i);
        breathe_at(i + 1);
        if (is_set(builder->seen, bucket))
            continue;
        set_bit(builder->seen, bucket);
        builder->terms[builder->term_count++] = bucket << 16 | number;
    }
}

void search_builder_add_field(struct search_builder *builder, enum search_column column,
                              struct slice folded_value)
{
    put_value(builder, column, builder->uid, folded_value);
}

static void forget_message(struct search_builder *builder)
{
    builder->term_count = builder->terms_before;
    for (size_t i = 0; i < SEARCH_COLUMN_COUNT; i++) {
        buffer_truncate(&builder->columns[i], builder->columns_before[i]);
        builder->column_uids[i] = builder->column_uids_before[i];
    }
}

int search_builder_end_message(struct search_builder *builder, bool failed)
{
    size_t octets = column_octets(builder);
    for (size_t i = 0; i < SEARCH_COLUMN_COUNT; i++)
        octets -= builder->columns_before[i];
    if (failed || octets > MESSAGE_COLUMNS_MAX) {
        forget_message(builder);
        return 0;
    }
    builder->message_count++;
    return uidset_add(&builder->uids, builder->uid);
}

/* Finishing --------------------------------------------------------------------------------- */

/* Numbers in the order of their buckets, ends[bucket] being where each ends. A
 * bucket's terms come in ascending order and stay so. */
static int sort_terms(const struct search_builder *builder, uint32_t *ends, uint16_t **out)
{
    uint16_t *sorted = malloc((builder->term_count + 1) * sizeof *sorted);
    if (!sorted)
        return fail(ERR_NO_MEMORY, "no memory to index messages");
    for (size_t i = 0; i < builder->term_count; i++) {
        ends[builder->terms[i] >> 16]++;
        breathe_at(i);
    }
    uint32_t place = 0;
    for (size_t bucket = 0; bucket < SEARCH_BUCKETS; bucket++) {
        uint32_t count = ends[bucket];
        ends[bucket] = place;
        place += count;
    }
    for (size_t i = 0; i < builder->term_count; i++) {
        sorted[ends[builder->terms[i] >> 16]++] = (uint16_t)builder->terms[i];
        breathe_at(i);
    }
    *out = sorted;
    return 0;
}

static void put_bits(struct buffer *out, const uint16_t *numbers, size_t count)
{
    size_t octets = numbers[count - 1] / 8u + 1;
    search_put_number(out, (uint32_t)octets);
    char *place = buffer_reserve(out, octets);
    if (!place)
        return;
    memset(place, 0, octets);
    for (size_t i = 0; i < count; i++)
        place[numbers[i] / 8] = (char)(place[numbers[i] / 8] | 1 << (numbers[i] % 8));
    buffer_commit(out, octets);
}

/* Whichever is shorter: distances, an octet each or more, or bits. */
static void put_bucket(struct buffer *out, const uint16_t *numbers, size_t count)
{
    bool dense = count > 0 && numbers[count - 1] / 8u + 3 < count;
    search_put_number(out, (uint32_t)count << 1 | dense);
    if (dense) {
        put_bits(out, numbers, count);
        return;
    }
    uint16_t before = 0;
    for (size_t i = 0; i < count; i++) {
        search_put_number(out, (uint32_t)(numbers[i] - before));
        before = numbers[i];
    }
}

static uint32_t slice_count(size_t terms)
{
    uint32_t slices = SLICES_MIN;
    while (slices < SLICES_MAX && (size_t)slices * TERMS_PER_SLICE < terms)
        slices *= 2;
    return slices;
}

/* Slices without any message are left out. */
static void put_slices(struct search_builder *builder, const uint32_t *ends, const uint16_t *sorted,
                       struct search_block_row *row)
{
    uint32_t share = SEARCH_BUCKETS / row->slices;
    for (uint32_t i = 0; i < row->slices; i++) {
        uint32_t start = i ? ends[i * share - 1] : 0;
        if (ends[(i + 1) * share - 1] == start)
            continue;
        size_t before = builder->octets.len;
        for (uint32_t bucket = i * share; bucket < (i + 1) * share; bucket++) {
            put_bucket(&builder->octets, sorted + start, ends[bucket] - start);
            start = ends[bucket];
        }
        row->pieces[row->piece_count++] =
            (struct search_piece){i, slice_of(NULL, builder->octets.len - before)};
        fiber_breathe();
    }
}

/* The buffer has its final place only now. */
static void place_slices(const struct search_builder *builder, struct search_block_row *row)
{
    const char *place = builder->octets.data;
    for (size_t i = 0; i < row->piece_count; i++) {
        row->pieces[i].octets.data = place;
        place += row->pieces[i].octets.len;
    }
}

static int put_columns(const struct search_builder *builder, struct search_block_row *row)
{
    int err = 0;
    for (size_t i = 0; i < SEARCH_COLUMN_COUNT && !err; i++) {
        err = buffer_check(&builder->columns[i]);
        if (builder->columns[i].len)
            row->pieces[row->piece_count++] =
                (struct search_piece){-1 - (int64_t)i, buffer_slice(&builder->columns[i])};
    }
    return err;
}

int search_builder_finish(struct search_builder *builder, struct search_block_row *out)
{
    struct search_block_row row = {.first_uid = builder->base,
                                   .slices = slice_count(builder->term_count),
                                   .uids = builder->uids};
    uint32_t *ends = calloc(SEARCH_BUCKETS, sizeof *ends);
    builder->pieces = calloc(row.slices + SEARCH_COLUMN_COUNT, sizeof *builder->pieces);
    row.pieces = builder->pieces;
    uint16_t *sorted = NULL;
    int err = ends && row.pieces ? sort_terms(builder, ends, &sorted)
                                 : fail(ERR_NO_MEMORY, "no memory to index messages");
    if (!err) {
        put_slices(builder, ends, sorted, &row);
        place_slices(builder, &row);
        err = buffer_check(&builder->octets);
    }
    if (!err)
        err = put_columns(builder, &row);
    free(ends);
    free(sorted);
    if (!err)
        *out = row;
    return err;
}
