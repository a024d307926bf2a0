/* Messages that arrive in several chunks. */
#include "message_params.h"
#include "rows.h"

int messages_begin_upload(struct database *database, int64_t *id_out)
{
    struct params params;
    params_init(&params);
    struct result *result;
    int err = pool_ask(database, DURABLE, STATEMENT_UPLOAD_BEGIN, &params, &result);
    if (err)
        return err;
    *id_out = result_int8(result, 0, 0);
    result_free(&result);
    return 0;
}

static int given_up(void)
{
    return fail(ERR_UNAVAILABLE, "what came of the message was lost");
}

int messages_put_chunk(struct database *database, int64_t id, uint32_t n, struct slice octets)
{
    struct params params;
    params_init(&params);
    params_int8(&params, id);
    params_int4(&params, (int32_t)n);
    params_bytes(&params, octets);
    struct result *result;
    int err = pool_ask(database, RELAXED, STATEMENT_UPLOAD_PUT_CHUNK, &params, &result);
    if (err)
        return err;
    if (result_rows(result) == 0)
        err = given_up();
    result_free(&result);
    return err;
}

static int find_content(struct database *database, const uint8_t sha256[32], int64_t *id_out)
{
    struct params params;
    params_init(&params);
    params_bytes(&params, slice_of((const char *)sha256, 32));
    struct result *result;
    int err = lane_ask(database, LANE_FAST, STATEMENT_MESSAGE_FIND_CONTENT, &params, &result);
    if (err)
        return err;
    if (result_rows(result) == 0)
        err = fail(ERR_UNAVAILABLE, "the same content was removed at this instant");
    else
        *id_out = result_int8(result, 0, 0);
    result_free(&result);
    return err;
}

int messages_finish_upload(struct database *database, int64_t id, const struct message_row *row,
                           int64_t *id_out)
{
    struct params params;
    params_init(&params);
    params_int8(&params, id);
    message_params(&params, row);
    struct result *result;
    int err = pool_ask(database, RELAXED, STATEMENT_UPLOAD_FINISH, &params, &result);
    if (err)
        return err;
    if (result_rows(result) == 0)
        err = given_up();
    else if (result_is_null(result, 0, 0))
        err = find_content(database, row->sha256, id_out);
    else
        *id_out = result_int8(result, 0, 0);
    result_free(&result);
    return err;
}

int messages_abandon_upload(struct database *database, int64_t id)
{
    struct params params;
    params_init(&params);
    params_int8(&params, id);
    struct result *result;
    int err = pool_ask(database, RELAXED, STATEMENT_UPLOAD_ABANDON, &params, &result);
    if (!err)
        result_free(&result);
    return err;
}
