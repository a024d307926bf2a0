/* Storing small messages, many in one statement. */
#include "message_params.h"
#include "rows.h"

static size_t chunk_count(const struct message_content *content)
{
    size_t chunks = (content->octets.len + MESSAGE_CHUNK_SIZE - 1) / MESSAGE_CHUNK_SIZE;
    return chunks ? chunks : 1;
}

/* Three parameters: an element of each for every chunk. */
static void add_chunks(struct params *params, const struct message_content *const *contents,
                       size_t count)
{
    size_t chunks = 0;
    for (size_t i = 0; i < count; i++)
        chunks += chunk_count(contents[i]);
    struct slice *digests = ARENA_ARRAY(&params->arena, 2 * chunks, struct slice);
    int64_t *numbers = ARENA_ARRAY(&params->arena, chunks, int64_t);
    if (!digests || !numbers) {
        params->failed = -ERR_NO_MEMORY;
        return;
    }
    struct slice *octets = digests + chunks;
    size_t chunk = 0;
    for (size_t i = 0; i < count; i++) {
        const struct message_content *content = contents[i];
        for (size_t n = 0; n < chunk_count(content); n++, chunk++) {
            digests[chunk] =
                slice_of((const char *)content->row.sha256, sizeof content->row.sha256);
            numbers[chunk] = (int64_t)n;
            octets[chunk] = slice_sub(content->octets, n * MESSAGE_CHUNK_SIZE, MESSAGE_CHUNK_SIZE);
        }
    }
    params_bytes_array(params, digests, chunks);
    params_int8_array(params, numbers, chunks, sizeof numbers[0]);
    params_bytes_array(params, octets, chunks);
}

/* *known_out: all of them have their ids. */
static int put(struct database *database, const struct message_content *const *contents,
               size_t count, int64_t *ids, bool *known_out)
{
    struct params params;
    params_init(&params);
    message_params_arrays(&params, contents, count);
    add_chunks(&params, contents, count);
    struct result *result;
    int err = pool_ask(database, RELAXED, STATEMENT_MESSAGES_PUT, &params, &result);
    if (err)
        return err;
    *known_out = true;
    for (size_t i = 0; i < count; i++) {
        *known_out = *known_out && !result_is_null(result, i, 0);
        ids[i] = *known_out ? result_int8(result, i, 0) : 0;
    }
    result_free(&result);
    return 0;
}

int messages_put(struct database *database, const struct message_content *const *contents,
                 size_t count, int64_t *ids)
{
    for (size_t i = 0; i < count; i++)
        if (contents[i]->octets.len > MESSAGE_SMALL_MAX)
            return fail(ERR_INTERNAL, "a message of %zu octets is not small",
                        contents[i]->octets.len);
    /* The next snapshot has what the first one was too old for, unless that was swept. */
    enum { TRIES = 3 };
    for (int tries = 0; tries < TRIES; tries++) {
        bool known;
        int err = put(database, contents, count, ids, &known);
        if (err || known)
            return err;
    }
    return fail(ERR_UNAVAILABLE, "the same content comes and goes too quickly");
}
