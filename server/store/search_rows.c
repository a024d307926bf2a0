#include "store/search_rows.h"

#include <stdlib.h>

#include "entry_rows.h"
#include "rows.h"

/* Reading ------------------------------------------------------------------------------ */

enum { BLOCK_FIRST_UID, BLOCK_LAST_UID, BLOCK_SLICES, BLOCK_UIDS, BLOCK_PIECE, BLOCK_OCTETS };

static uint32_t block_of(const struct result *result, size_t row)
{
    return (uint32_t)result_int8(result, row, BLOCK_FIRST_UID);
}

/* The block whose rows are `start` to `end`; its pieces point into the result. */
static int block_read(const struct result *result, size_t start, size_t end,
                      struct search_piece *pieces, struct search_block_row *out)
{
    struct search_block_row block = {
        .first_uid = block_of(result, start),
        .slices = (uint32_t)result_int8(result, start, BLOCK_SLICES),
        .pieces = pieces,
    };
    for (size_t row = start; row < end; row++)
        if (!result_is_null(result, row, BLOCK_PIECE))
            pieces[block.piece_count++] = (struct search_piece){
                result_int8(result, row, BLOCK_PIECE), result_slice(result, row, BLOCK_OCTETS)};
    uidset_init(&block.uids);
    int err = uids_read(result, start, BLOCK_UIDS, &block.uids);
    if (err)
        uidset_clear(&block.uids);
    else
        *out = block;
    return err;
}

static int give_blocks(const struct result *result, struct search_piece *pieces, uint32_t max,
                       int (*take)(void *arg, const struct search_block_row *row), void *arg,
                       uint32_t *next_uid_out)
{
    uint32_t blocks = 0, next_uid = 0;
    size_t count = result_rows(result);
    for (size_t start = 0, end; start < count; start = end) {
        for (end = start + 1; end < count && block_of(result, end) == block_of(result, start);)
            end++;
        struct search_block_row block;
        int err = block_read(result, start, end, pieces, &block);
        if (err)
            return err;
        err = take(arg, &block);
        uidset_clear(&block.uids);
        if (err)
            return err;
        if (++blocks == max)
            next_uid = (uint32_t)result_int8(result, start, BLOCK_LAST_UID) + 1;
    }
    *next_uid_out = next_uid;
    return 0;
}

int search_blocks_read(struct database *database, const struct search_question *question,
                       uint32_t first_uid, uint32_t max,
                       int (*take)(void *arg, const struct search_block_row *row), void *arg,
                       uint32_t *next_uid_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, question->mailbox_id);
    params_int4(&params, (int32_t)question->edition);
    params_int8(&params, first_uid);
    params_int8(&params, max);
    params_int8_array(&params, question->columns, question->column_count, sizeof(int64_t));
    params_int8_array(&params, question->buckets, question->bucket_count, sizeof(int64_t));
    params_int8(&params, question->bucket_total);
    struct result *result;
    int err = pool_ask(database, RELAXED, STATEMENT_SEARCH_BLOCKS_READ, &params, &result);
    if (err)
        return err;
    struct search_piece *pieces = calloc(result_rows(result) + 1, sizeof *pieces);
    err = pieces ? give_blocks(result, pieces, max, take, arg, next_uid_out)
                 : fail(ERR_NO_MEMORY, "no memory for the search index");
    free(pieces);
    result_free(&result);
    return err;
}

/* Claims -------------------------------------------------------------------------------- */

int search_due(struct database *database, struct arena *arena, int64_t after_id, uint32_t least,
               uint32_t edition, uint32_t max, int64_t **ids_out, size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, after_id);
    params_int8(&params, least);
    params_int4(&params, (int32_t)edition);
    params_int8(&params, max);
    struct result *result;
    int err = pool_ask(database, RELAXED, STATEMENT_SEARCH_DUE, &params, &result);
    if (err)
        return err;
    size_t count = result_rows(result);
    int64_t *ids = ARENA_ARRAY(arena, count, int64_t);
    for (size_t i = 0; i < count && ids; i++)
        ids[i] = result_int8(result, i, 0);
    result_free(&result);
    if (!ids)
        return -ERR_NO_MEMORY;
    *ids_out = ids;
    *count_out = count;
    return 0;
}

int search_claim(struct database *database, int64_t mailbox_id, uint32_t edition, uint32_t lease_ms,
                 struct search_claim *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, mailbox_id);
    params_int4(&params, (int32_t)edition);
    params_int8(&params, lease_ms);
    struct result *result;
    int err = pool_ask(database, RELAXED, STATEMENT_SEARCH_CLAIM, &params, &result);
    if (err)
        return err;
    if (result_rows(result) == 0)
        err = fail(ERR_NOT_FOUND, "the mailbox's index is in other hands");
    else
        *out = (struct search_claim){mailbox_id, result_int8(result, 0, 0),
                                     (uint32_t)result_int8(result, 0, 1), edition};
    result_free(&result);
    return err;
}

/* A statement of which there is nothing to read. */
static int run(struct database *database, enum statement statement, struct params *params)
{
    struct result *result;
    int err = pool_ask(database, RELAXED, statement, params, &result);
    if (!err)
        result_free(&result);
    return err;
}

int search_release(struct database *database, const struct search_claim *claim)
{
    struct params params;
    params_init(&params);
    params_int8(&params, claim->mailbox_id);
    params_int8(&params, claim->generation);
    return run(database, STATEMENT_SEARCH_RELEASE, &params);
}

int search_blocks_list(struct database *database, const struct search_claim *claim,
                       struct arena *arena, uint32_t max, struct search_block_size **rows_out,
                       size_t *count_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, claim->mailbox_id);
    params_int8(&params, max);
    struct result *result;
    int err = pool_ask(database, RELAXED, STATEMENT_SEARCH_BLOCKS_LIST, &params, &result);
    if (err)
        return err;
    size_t count = result_rows(result);
    struct search_block_size *rows = ARENA_ARRAY(arena, count, struct search_block_size);
    for (size_t i = 0; i < count && rows; i++)
        rows[i] = (struct search_block_size){
            (uint32_t)result_int8(result, i, 0), (uint32_t)result_int8(result, i, 1),
            (uint32_t)result_int8(result, i, 2), (uint32_t)result_int8(result, i, 3)};
    result_free(&result);
    if (!rows)
        return -ERR_NO_MEMORY;
    *rows_out = rows;
    *count_out = count;
    return 0;
}

static int copy_pieces(struct arena *arena, struct search_block_row *block)
{
    struct search_piece *pieces = ARENA_ARRAY(arena, block->piece_count, struct search_piece);
    if (!pieces)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < block->piece_count; i++) {
        pieces[i] = (struct search_piece){block->pieces[i].number,
                                          arena_copy(arena, block->pieces[i].octets)};
        if (!pieces[i].octets.data)
            return -ERR_NO_MEMORY;
    }
    block->pieces = pieces;
    return 0;
}

int search_block_load(struct database *database, const struct search_claim *claim,
                      struct arena *arena, uint32_t first_uid, struct search_block_row *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, claim->mailbox_id);
    params_int8(&params, first_uid);
    struct result *result;
    int err = pool_ask(database, RELAXED, STATEMENT_SEARCH_BLOCK_LOAD, &params, &result);
    if (err)
        return err;
    size_t count = result_rows(result);
    struct search_piece *pieces = ARENA_ARRAY(arena, count, struct search_piece);
    struct search_block_row block;
    err = count ? 0 : fail(ERR_NOT_FOUND, "the block is gone");
    if (!err)
        err = pieces ? block_read(result, 0, count, pieces, &block) : -ERR_NO_MEMORY;
    if (!err) {
        err = copy_pieces(arena, &block);
        if (err)
            uidset_clear(&block.uids);
    }
    result_free(&result);
    if (!err)
        *out = block;
    return err;
}

/* Replacing ------------------------------------------------------------------------------ */

/* Pieces that one statement takes. */
enum { PIECES_AT_ONCE = 256 };

static int queue_advance(struct transaction *tx, const struct search_claim *claim,
                         uint32_t indexed_uid, size_t *index_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, claim->mailbox_id);
    params_int8(&params, claim->generation);
    params_int8(&params, indexed_uid);
    return transaction_ask(tx, STATEMENT_SEARCH_ADVANCE, &params, index_out);
}

static int queue_delete(struct transaction *tx, const struct search_claim *claim,
                        uint32_t first_uid, uint32_t last_uid)
{
    struct params params;
    params_init(&params);
    params_int8(&params, claim->mailbox_id);
    params_int8(&params, first_uid);
    params_int8(&params, last_uid);
    return transaction_ask(tx, STATEMENT_SEARCH_BLOCKS_DELETE, &params, NULL);
}

static int queue_block(struct transaction *tx, const struct search_claim *claim,
                       const struct search_block_row *row)
{
    const struct uidset *uids = &row->uids;
    struct params params;
    params_init(&params);
    params_int8(&params, claim->mailbox_id);
    params_int8(&params, row->first_uid);
    params_int8(&params, uids->ranges[uids->count - 1].last);
    params_int4(&params, (int32_t)claim->edition);
    params_int4(&params, (int32_t)uidset_size(uids));
    params_int4(&params, (int32_t)row->slices);
    params_multirange(&params, uids);
    return transaction_ask(tx, STATEMENT_SEARCH_BLOCK_INSERT, &params, NULL);
}

static int queue_pieces(struct transaction *tx, const struct search_claim *claim,
                        const struct search_block_row *row)
{
    struct slice octets[PIECES_AT_ONCE];
    int err = 0;
    for (size_t i = 0; i < row->piece_count && !err; i += PIECES_AT_ONCE) {
        size_t left = row->piece_count - i;
        size_t count = left < PIECES_AT_ONCE ? left : PIECES_AT_ONCE;
        for (size_t k = 0; k < count; k++)
            octets[k] = row->pieces[i + k].octets;
        struct params params;
        params_init(&params);
        params_int8(&params, claim->mailbox_id);
        params_int8(&params, row->first_uid);
        params_int8_array(&params, &row->pieces[i].number, count, sizeof row->pieces[i]);
        params_bytes_array(&params, octets, count);
        err = transaction_ask(tx, STATEMENT_SEARCH_PIECES_INSERT, &params, NULL);
        if (!err)
            err = transaction_run(tx); /* bounds what libpq holds */
    }
    return err;
}

int search_block_replace(struct database *database, const struct search_claim *claim,
                         uint32_t first_uid, uint32_t last_uid, const struct search_block_row *row,
                         uint32_t indexed_uid)
{
    struct transaction *tx;
    size_t index;
    int err = transaction_begin(database, &tx);
    if (err)
        return err;
    err = queue_advance(tx, claim, indexed_uid, &index);
    if (!err)
        err = transaction_run(tx);
    if (!err && result_rows(transaction_result(tx, index)) == 0)
        err = fail(ERR_STALE, "the mailbox's index is in other hands");
    if (!err)
        err = queue_delete(tx, claim, first_uid, last_uid);
    if (!err && row)
        err = queue_block(tx, claim, row);
    if (!err && row)
        err = queue_pieces(tx, claim, row);
    if (!err)
        err = transaction_commit(tx);
    transaction_end(&tx);
    return err;
}

/* Messages that are gone --------------------------------------------------------------------- */

enum { WORN_MAILBOX_ID, WORN_FIRST_UID, WORN_UIDS, WORN_KEPT };

int search_worn_find(struct database *database, uint32_t keep_hours, struct search_worn_block *out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, keep_hours);
    struct result *result;
    int err = pool_ask(database, RELAXED, STATEMENT_SEARCH_WORN_FIND, &params, &result);
    if (err)
        return err;
    struct search_worn_block block;
    uidset_init(&block.uids);
    uidset_init(&block.kept);
    if (result_rows(result) == 0) {
        err = fail(ERR_NOT_FOUND, "no block is to be looked at");
    } else {
        block.mailbox_id = result_int8(result, 0, WORN_MAILBOX_ID);
        block.first_uid = (uint32_t)result_int8(result, 0, WORN_FIRST_UID);
        err = uids_read(result, 0, WORN_UIDS, &block.uids);
    }
    if (!err)
        err = uids_read(result, 0, WORN_KEPT, &block.kept);
    result_free(&result);
    if (err) {
        uidset_clear(&block.uids);
        uidset_clear(&block.kept);
        return err;
    }
    *out = block;
    return 0;
}

int search_worn_done(struct database *database, const struct search_worn_block *block)
{
    struct params params;
    params_init(&params);
    params_int8(&params, block->mailbox_id);
    params_int8(&params, block->first_uid);
    return run(database, STATEMENT_SEARCH_WORN_DONE, &params);
}
