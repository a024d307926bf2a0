/* Blocks of the search index, without any database. */
#include "search_block.h"

#include <stdlib.h>

#include "support/check.h"

enum { MESSAGES = 300, FIRST_UID = 1000, TEXT_MAX = 400 };

/* What is put into a block, to be compared with what comes out. */
struct letter {
    uint32_t uid;
    char header[TEXT_MAX + 1], body[TEXT_MAX + 1];
    bool failed;
};

static uint32_t dice(uint32_t sides)
{
    static uint64_t state = 88172645463325252u;
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (uint32_t)(state >> 33) % sides;
}

static void write_text(char *text)
{
    uint32_t length = dice(TEXT_MAX);
    for (uint32_t i = 0; i < length; i++)
        text[i] = "abcdefgh \xc3\xa4\xe2"[dice(11)];
    text[length] = 0;
}

static struct letter *write_letters(size_t count)
{
    struct letter *letters = calloc(count, sizeof *letters);
    uint32_t uid = FIRST_UID;
    for (size_t i = 0; i < count; i++, uid += 1 + dice(3)) {
        letters[i].uid = uid;
        letters[i].failed = dice(20) == 0;
        write_text(letters[i].header);
        write_text(letters[i].body);
    }
    return letters;
}

static void add_letters(struct search_builder *builder, const struct letter *letters, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        CHECK_OK(search_builder_begin_message(builder, letters[i].uid));
        search_builder_add_text(builder, SEARCH_IN_HEADER, slice_cstr(letters[i].header));
        search_builder_add_text(builder, SEARCH_IN_BODY, slice_cstr(letters[i].body));
        search_builder_add_field(builder, SEARCH_COLUMN_SUBJECT, slice_cstr(letters[i].header));
        if (i % 2)
            search_builder_add_field(builder, SEARCH_COLUMN_TO, SLICE(""));
        CHECK_OK(search_builder_end_message(builder, letters[i].failed));
    }
}

static struct slice piece_of(const struct search_block_row *row, int64_t number)
{
    for (size_t i = 0; i < row->piece_count; i++)
        if (row->pieces[i].number == number)
            return row->pieces[i].octets;
    return SLICE_EMPTY;
}

static bool block_has(const struct search_block_row *row, uint32_t bucket, uint32_t uid)
{
    static uint16_t numbers[SEARCH_SPAN_MAX];
    size_t count = 0;
    struct slice slice = piece_of(row, search_slice_of(row->slices, bucket));
    if (slice.len)
        CHECK_OK(search_slice_find(slice, row->slices, bucket, numbers, &count));
    for (size_t i = 0; i < count; i++)
        if (row->first_uid + numbers[i] == uid)
            return true;
    return false;
}

/* Hashing may say yes for a text that is not there, never no for one that is. */
static void check_texts(const struct search_block_row *row, const struct letter *letters,
                        size_t count)
{
    for (size_t i = 0; i < count; i += 7) {
        struct slice body = slice_cstr(letters[i].body);
        CHECK_INT(uidset_contains(&row->uids, letters[i].uid), !letters[i].failed);
        for (size_t at = 0; at + SEARCH_TRIGRAM <= body.len; at += 11)
            CHECK_INT(block_has(row, search_bucket(SEARCH_IN_BODY, body.data + at), letters[i].uid),
                      !letters[i].failed);
        CHECK(!block_has(row, search_bucket(SEARCH_IN_BODY, "xyz"), letters[i].uid));
    }
}

static void check_columns(const struct search_block_row *row, const struct letter *letters,
                          size_t count)
{
    struct search_column_cursor subjects, others;
    struct slice value;
    search_column_begin(&subjects, row->first_uid, piece_of(row, -1 - SEARCH_COLUMN_SUBJECT));
    search_column_begin(&others, row->first_uid, piece_of(row, -1 - SEARCH_COLUMN_TO));
    for (size_t i = 0; i < count; i++) {
        if (letters[i].failed)
            continue;
        CHECK(search_column_next(&subjects, &value));
        CHECK_U64(subjects.uid, letters[i].uid);
        CHECK(slice_equal(value, slice_cstr(letters[i].header)));
        if (i % 2 == 0)
            continue;
        CHECK(search_column_next(&others, &value));
        CHECK_U64(others.uid, letters[i].uid);
        CHECK_SLICE(value, "");
    }
    CHECK(!search_column_next(&subjects, &value));
    CHECK(!search_column_next(&others, &value));
    CHECK_OK(subjects.err);
}

void test_search_block_has_what_was_put_in(void)
{
    struct letter *letters = write_letters(MESSAGES);
    struct search_builder *builder;
    struct search_block_row row;
    CHECK_OK(search_builder_new(&builder));
    add_letters(builder, letters, MESSAGES);
    CHECK_OK(search_builder_finish(builder, &row));
    check_texts(&row, letters, MESSAGES);
    check_columns(&row, letters, MESSAGES);
    search_builder_free(&builder);
    free(letters);
}

static bool same_pieces(const struct search_block_row *a, const struct search_block_row *b)
{
    bool same = CHECK_U64(a->first_uid, b->first_uid) && CHECK_U64(a->slices, b->slices) &&
                CHECK_U64(a->piece_count, b->piece_count);
    for (size_t i = 0; same && i < a->piece_count; i++)
        same = CHECK_INT(a->pieces[i].number, b->pieces[i].number) &&
               CHECK(slice_equal(a->pieces[i].octets, b->pieces[i].octets));
    return same;
}

/* Messages of `first` in one block, of `second` in another, which takes the first in. */
void test_search_block_takes_another_in(void)
{
    struct letter *letters = write_letters(MESSAGES);
    struct search_builder *whole, *first, *both;
    struct search_block_row whole_row, first_row, both_row;
    CHECK_OK(search_builder_new(&whole));
    CHECK_OK(search_builder_new(&first));
    CHECK_OK(search_builder_new(&both));
    add_letters(whole, letters, MESSAGES);
    CHECK_OK(search_builder_finish(whole, &whole_row));
    add_letters(first, letters, 100);
    CHECK_OK(search_builder_finish(first, &first_row));
    CHECK_OK(search_builder_add_block(both, &first_row, &first_row.uids));
    add_letters(both, letters + 100, MESSAGES - 100);
    CHECK_OK(search_builder_finish(both, &both_row));
    same_pieces(&both_row, &whole_row);
    search_builder_free(&whole);
    search_builder_free(&first);
    search_builder_free(&both);
    free(letters);
}

void test_search_block_leaves_out_what_is_not_kept(void)
{
    struct letter *letters = write_letters(MESSAGES);
    struct search_builder *builder, *rest;
    struct search_block_row row, rest_row;
    struct uidset kept;
    uidset_init(&kept);
    CHECK_OK(search_builder_new(&builder));
    CHECK_OK(search_builder_new(&rest));
    add_letters(builder, letters, MESSAGES);
    CHECK_OK(search_builder_finish(builder, &row));
    for (size_t i = 0; i < MESSAGES; i++) {
        if (!letters[i].failed && i % 3 == 0)
            CHECK_OK(uidset_add(&kept, letters[i].uid));
        else
            letters[i].failed = true;
    }
    CHECK_OK(search_builder_add_block(rest, &row, &kept));
    CHECK_OK(search_builder_finish(rest, &rest_row));
    CHECK_U64(rest_row.first_uid, row.first_uid);
    CHECK_U64(uidset_size(&rest_row.uids), uidset_size(&kept));
    check_texts(&rest_row, letters, MESSAGES);
    search_builder_free(&builder);
    search_builder_free(&rest);
    uidset_clear(&kept);
    free(letters);
}

void test_search_block_of_nothing(void)
{
    struct search_builder *builder;
    struct search_block_row row;
    CHECK_OK(search_builder_new(&builder));
    CHECK_OK(search_builder_begin_message(builder, 5));
    search_builder_add_text(builder, SEARCH_IN_BODY, SLICE("text"));
    CHECK_OK(search_builder_end_message(builder, true));
    CHECK_OK(search_builder_finish(builder, &row));
    CHECK_U64(row.piece_count, 0);
    CHECK(uidset_is_empty(&row.uids));
    search_builder_free(&builder);
}

/* A column that nobody would want to look through. */
void test_search_block_leaves_out_messages_with_endless_fields(void)
{
    struct search_builder *builder;
    struct search_block_row row;
    struct buffer endless;
    buffer_init(&endless, 0);
    while (endless.len < 100000)
        buffer_add_cstr(&endless, "somebody@example.org, ");
    CHECK_OK(search_builder_new(&builder));
    for (uint32_t uid = 1; uid <= 3; uid++) {
        CHECK_OK(search_builder_begin_message(builder, uid));
        search_builder_add_field(builder, SEARCH_COLUMN_TO,
                                 uid == 2 ? buffer_slice(&endless) : SLICE("bob"));
        CHECK_OK(search_builder_end_message(builder, false));
    }
    CHECK_OK(search_builder_finish(builder, &row));
    CHECK_U64(uidset_size(&row.uids), 2);
    CHECK(!uidset_contains(&row.uids, 2));
    CHECK_U64(piece_of(&row, -1 - SEARCH_COLUMN_TO).len, 2 * (2 + strlen("bob")));
    search_builder_free(&builder);
    buffer_clear(&endless);
}

/* Whatever is in the database, nothing is read or written beyond its end. */
void test_search_block_bears_broken_pieces(void)
{
    struct letter *letters = write_letters(MESSAGES);
    struct search_builder *builder;
    struct search_block_row row;
    static uint16_t numbers[SEARCH_SPAN_MAX];
    CHECK_OK(search_builder_new(&builder));
    add_letters(builder, letters, MESSAGES);
    CHECK_OK(search_builder_finish(builder, &row));
    for (int turn = 0; turn < 20000; turn++) {
        const struct search_piece *piece = &row.pieces[dice((uint32_t)row.piece_count)];
        size_t length = dice((uint32_t)piece->octets.len + 1);
        char *octets = malloc(length + 1);
        memcpy(octets, piece->octets.data, length);
        if (length)
            octets[dice((uint32_t)length)] = (char)dice(256);
        struct slice rest = slice_of(octets, length), value;
        size_t count;
        if (piece->number >= 0) {
            while (rest.len && search_slice_take(&rest, numbers, &count) == 0)
                CHECK(count <= SEARCH_SPAN_MAX);
        } else {
            struct search_column_cursor cursor;
            search_column_begin(&cursor, 1, rest);
            while (search_column_next(&cursor, &value))
                CHECK(value.data + value.len <= octets + length);
        }
        free(octets);
    }
    search_builder_free(&builder);
    free(letters);
}

void test_search_block_is_full_before_numbers_run_out(void)
{
    struct search_builder *builder;
    CHECK_OK(search_builder_new(&builder));
    CHECK(!search_builder_is_full(builder, 4000000000u));
    CHECK_OK(search_builder_begin_message(builder, 10));
    CHECK_OK(search_builder_end_message(builder, false));
    CHECK(!search_builder_is_full(builder, 10 + SEARCH_SPAN_MAX - 1));
    CHECK(search_builder_is_full(builder, 10 + SEARCH_SPAN_MAX));
    search_builder_free(&builder);
}
