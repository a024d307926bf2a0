#include "search_lookup.h"

#include <stdlib.h>

#include "base/text.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "search_block.h"
#include "store/search_rows.h"

enum {
    BLOCKS_AT_ONCE = 8, /* by one statement: about a megabyte */
    TRIGRAMS_MAX = 10,  /* of a text: more hardly leave fewer candidates */
    WORDS_MAX = 64      /* of a program: those of further keys are not looked up */
};

/* Messages that may have a text have all these buckets. */
struct word {
    size_t text;
    uint32_t buckets[TRIGRAMS_MAX];
    size_t count;
};

struct inquiry {
    struct search_lookup *lookup;
    const struct search_program *program;
    struct word words[WORDS_MAX];
    size_t word_count;
    int64_t buckets[WORDS_MAX * TRIGRAMS_MAX]; /* of all words */
    size_t bucket_count;
    int64_t columns[SEARCH_COLUMN_COUNT]; /* as piece numbers */
    size_t column_count;
    uint16_t numbers[SEARCH_SPAN_MAX];    /* messages that have all buckets so far */
    uint16_t others[SEARCH_SPAN_MAX];     /* those of the next one */
    uint64_t found[SEARCH_SPAN_MAX / 64]; /* in one block for one text */
};

/* What to ask ---------------------------------------------------------------------------- */

static void add_buckets(struct inquiry *inquiry, struct word *word, enum search_place place,
                        struct slice text)
{
    if (text.len < SEARCH_TRIGRAM)
        return;
    size_t last = text.len - SEARCH_TRIGRAM;
    size_t room = TRIGRAMS_MAX - word->count;
    size_t count = last + 1 < room ? last + 1 : room;
    for (size_t i = 0; i < count; i++) {
        size_t at = count > 1 ? i * last / (count - 1) : 0;
        word->buckets[word->count++] = search_bucket(place, text.data + at);
    }
    for (size_t i = word->count - count; i < word->count; i++)
        inquiry->buckets[inquiry->bucket_count++] = word->buckets[i];
}

/* The index has fields as "name: value". */
static int add_name(struct inquiry *inquiry, struct word *word, struct slice name)
{
    enum { NAME_TRIGRAMS = 3 };
    if (!text_is_ascii(name))
        return 0;
    struct buffer start;
    buffer_init(&start, 0);
    text_fold(name, &start);
    buffer_add(&start, SLICE(": "));
    int err = buffer_check(&start);
    struct slice text = buffer_slice(&start);
    if (!err && text.len > SEARCH_TRIGRAM + NAME_TRIGRAMS)
        text = slice_sub(text, text.len - SEARCH_TRIGRAM - NAME_TRIGRAMS, text.len);
    if (!err)
        add_buckets(inquiry, word, SEARCH_IN_HEADER, text);
    buffer_clear(&start);
    return err;
}

static struct word *add_word(struct inquiry *inquiry, size_t text)
{
    struct word *word = &inquiry->words[inquiry->word_count];
    *word = (struct word){.text = text};
    return word;
}

static void keep_word(struct inquiry *inquiry, const struct word *word)
{
    if (word->count == 0)
        return;
    inquiry->word_count++;
    inquiry->lookup->verdicts[word->text].is_asked = true;
}

/* Subject and the like are looked through, whatever is sought in them. */
static bool ask_column(struct inquiry *inquiry, size_t text, enum search_column *column_out)
{
    const struct search_node *node = inquiry->program->texts[text]->node;
    if (node->kind != SEARCH_HEADER || !search_column_find(node->name, column_out))
        return false;
    int64_t number = -1 - (int64_t)*column_out;
    size_t i = 0;
    while (i < inquiry->column_count && inquiry->columns[i] != number)
        i++;
    if (i == inquiry->column_count)
        inquiry->columns[inquiry->column_count++] = number;
    struct search_verdict *verdict = &inquiry->lookup->verdicts[text];
    verdict->is_asked = verdict->is_exact = true;
    return true;
}

static int ask_words(struct inquiry *inquiry, size_t text)
{
    const struct search_node *node = inquiry->program->texts[text]->node;
    if (inquiry->word_count + 2 > WORDS_MAX)
        return 0;
    if (node->kind == SEARCH_HEADER) {
        struct word *word = add_word(inquiry, text);
        int err = add_name(inquiry, word, node->name);
        if (!err) {
            add_buckets(inquiry, word, SEARCH_IN_HEADER, node->text);
            keep_word(inquiry, word);
        }
        return err;
    }
    if (node->text.len < SEARCH_TRIGRAM)
        return 0;
    if (node->kind == SEARCH_TEXT) {
        struct word *word = add_word(inquiry, text);
        add_buckets(inquiry, word, SEARCH_IN_HEADER, node->text);
        keep_word(inquiry, word);
    }
    struct word *word = add_word(inquiry, text);
    add_buckets(inquiry, word, SEARCH_IN_BODY, node->text);
    keep_word(inquiry, word);
    return 0;
}

static int prepare(struct inquiry *inquiry)
{
    int err = 0;
    for (size_t i = 0; i < inquiry->program->text_count && !err; i++) {
        enum search_column column;
        if (!ask_column(inquiry, i, &column))
            err = ask_words(inquiry, i);
    }
    return err;
}

/* A block --------------------------------------------------------------------------------- */

static struct slice find_piece(const struct search_block_row *row, int64_t number)
{
    for (size_t i = 0; i < row->piece_count; i++)
        if (row->pieces[i].number == number)
            return row->pieces[i].octets;
    return slice_of(NULL, 0);
}

/* Where the text comes next, from `start` on; SIZE_MAX: nowhere. */
static size_t next_place(struct slice octets, size_t start, struct slice text)
{
    size_t place = slice_search(slice_sub(octets, start, octets.len), text);
    return place == SIZE_MAX ? place : start + place;
}

/* Few values have what is sought, so it is sought in all of them at once; then
 * the value that has it is. A place may also be across two of them. */
static int look_through_column(struct inquiry *inquiry, const struct search_block_row *row,
                               size_t text, enum search_column column)
{
    struct search_verdict *verdict = &inquiry->lookup->verdicts[text];
    struct slice needle = inquiry->program->texts[text]->node->text;
    struct slice octets = find_piece(row, -1 - (int64_t)column);
    struct search_column_cursor cursor;
    search_column_begin(&cursor, row->first_uid, octets);
    int err = 0;
    size_t place = octets.data ? next_place(octets, 0, needle) : SIZE_MAX;
    for (struct slice value; place != SIZE_MAX && !err && search_column_next(&cursor, &value);) {
        size_t end = (size_t)(value.data - octets.data) + value.len;
        if (end <= place)
            continue;
        if (slice_search(value, needle) != SIZE_MAX)
            err = uidset_add(&verdict->uids, cursor.uid);
        place = next_place(octets, end, needle);
        fiber_breathe();
    }
    return err ? err : cursor.err;
}

static size_t intersect(uint16_t *numbers, size_t count, const uint16_t *others, size_t other_count)
{
    size_t kept = 0;
    for (size_t i = 0, k = 0; i < count && k < other_count;) {
        if (numbers[i] == others[k])
            numbers[kept++] = numbers[i];
        uint16_t number = numbers[i], other = others[k];
        i += number <= other;
        k += other <= number;
    }
    return kept;
}

/* The messages of the block that have all buckets of a word. */
static int find_word(struct inquiry *inquiry, const struct search_block_row *row,
                     const struct word *word, size_t *count_out)
{
    size_t count = 0;
    for (size_t i = 0; i < word->count; i++) {
        struct slice slice = find_piece(row, search_slice_of(row->slices, word->buckets[i]));
        size_t other_count = 0;
        uint16_t *others = i ? inquiry->others : inquiry->numbers;
        int err = slice.data ? search_slice_find(slice, row->slices, word->buckets[i], others,
                                                 &other_count)
                             : 0;
        if (err)
            return err;
        count = i ? intersect(inquiry->numbers, count, others, other_count) : other_count;
        if (count == 0)
            break;
        fiber_breathe();
    }
    *count_out = count;
    return 0;
}

static int add_found(struct inquiry *inquiry, const struct search_block_row *row, size_t text)
{
    struct search_verdict *verdict = &inquiry->lookup->verdicts[text];
    int err = 0;
    for (uint32_t number = 0; number < SEARCH_SPAN_MAX && !err; number++) {
        uint64_t bits = inquiry->found[number / 64] >> (number % 64);
        if (!bits)
            number |= 63;
        else if (bits & 1)
            err = uidset_add(&verdict->uids, row->first_uid + number);
    }
    return err;
}

/* A text has one word, or two: it is in the header or in the body. */
static int look_up_words(struct inquiry *inquiry, const struct search_block_row *row)
{
    int err = 0;
    for (size_t i = 0; i < inquiry->word_count && !err; i++) {
        const struct word *word = &inquiry->words[i];
        size_t count = 0;
        if (i == 0 || word->text != word[-1].text)
            memset(inquiry->found, 0, sizeof inquiry->found);
        err = find_word(inquiry, row, word, &count);
        for (size_t k = 0; k < count; k++)
            inquiry->found[inquiry->numbers[k] / 64] |= UINT64_C(1) << inquiry->numbers[k] % 64;
        bool is_last = i + 1 == inquiry->word_count || word[1].text != word->text;
        if (!err && is_last)
            err = add_found(inquiry, row, word->text);
    }
    return err;
}

static int take_block(void *arg, const struct search_block_row *row)
{
    struct inquiry *inquiry = arg;
    int err = uidset_union(&inquiry->lookup->covered, &row->uids);
    for (size_t i = 0; i < inquiry->program->text_count && !err; i++) {
        enum search_column column;
        const struct search_node *node = inquiry->program->texts[i]->node;
        if (node->kind == SEARCH_HEADER && search_column_find(node->name, &column))
            err = look_through_column(inquiry, row, i, column);
    }
    return err ? err : look_up_words(inquiry, row);
}

static int ask(struct inquiry *inquiry, struct mail *mail, int64_t mailbox_id)
{
    const struct search_question question = {
        .mailbox_id = mailbox_id,
        .edition = search_edition(),
        .columns = inquiry->columns,
        .column_count = inquiry->column_count,
        .buckets = inquiry->buckets,
        .bucket_count = inquiry->bucket_count,
        .bucket_total = SEARCH_BUCKETS,
    };
    uint32_t uid = 1;
    int err = 0;
    if (inquiry->column_count + inquiry->bucket_count == 0)
        return 0;
    while (uid && !err)
        err = search_blocks_read(mail->database, &question, uid, BLOCKS_AT_ONCE, take_block,
                                 inquiry, &uid);
    return err;
}

int search_lookup_run(struct search_lookup *lookup, struct mail *mail, int64_t mailbox_id,
                      const struct search_program *program, struct arena *arena)
{
    *lookup = (struct search_lookup){0};
    uidset_init(&lookup->covered);
    lookup->verdicts = ARENA_ARRAY(arena, program->text_count, struct search_verdict);
    struct inquiry *inquiry = calloc(1, sizeof *inquiry);
    int err = inquiry && lookup->verdicts ? 0 : fail(ERR_NO_MEMORY, "no memory to search");
    if (!err) {
        lookup->count = program->text_count;
        inquiry->lookup = lookup;
        inquiry->program = program;
        err = prepare(inquiry);
    }
    if (!err)
        err = ask(inquiry, mail, mailbox_id);
    free(inquiry);
    return err;
}

void search_lookup_clear(struct search_lookup *lookup)
{
    uidset_clear(&lookup->covered);
    for (size_t i = 0; i < lookup->count; i++)
        uidset_clear(&lookup->verdicts[i].uids);
    lookup->count = 0;
}

/* Answers -------------------------------------------------------------------------------------- */

static bool has(const struct uidset *set, size_t *at, uint32_t uid)
{
    while (*at < set->count && set->ranges[*at].last < uid)
        ++*at;
    return *at < set->count && set->ranges[*at].first <= uid;
}

bool search_lookup_apply(struct search_lookup *lookup, uint32_t uid, unsigned char *texts)
{
    if (!has(&lookup->covered, &lookup->covered_at, uid))
        return false;
    for (size_t i = 0; i < lookup->count; i++) {
        struct search_verdict *verdict = &lookup->verdicts[i];
        if (!verdict->is_asked)
            continue;
        bool is_found = has(&verdict->uids, &verdict->at, uid);
        if (!is_found)
            texts[i] = TRUTH_FALSE;
        else if (verdict->is_exact)
            texts[i] = TRUTH_TRUE;
    }
    return true;
}
