/* Asking for content ahead of its use (mail/content.h). What is not in the
 * cache is read by a fiber of its own, so that whoever has asked may park
 * elsewhere, or go away. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "content_cache.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "grant.h"
#include "mail/content.h"

/* What is kept of a message, and where a row has it. */
static const struct piece_kind {
    unsigned bit;
    size_t place;
} piece_kinds[] = {
    {MESSAGE_HEADER, offsetof(struct message_part_row, header)},
    {MESSAGE_ENVELOPE, offsetof(struct message_part_row, envelope)},
    {MESSAGE_STRUCTURE, offsetof(struct message_part_row, bodystructure)},
    {MESSAGE_PARTS, offsetof(struct message_part_row, parts)},
    {MESSAGE_WHOLE, offsetof(struct message_part_row, octets)},
    {MESSAGE_PREVIEW, offsetof(struct message_part_row, preview)},
};
enum { PIECE_KINDS = sizeof piece_kinds / sizeof piece_kinds[0] };

struct content_request {
    struct mail *mail;
    unsigned want;
    bool reading; /* its fiber is at it */
    bool dropped; /* the fiber frees it */
    int failed;   /* what the fiber came back with */
    struct error reason;
    struct wait_queue done;
    struct message_rows *read; /* rows of what was missing */
    struct content_piece **held;
    size_t held_count;
    size_t *missing; /* places of what was not in the cache */
    size_t missing_count;
    size_t count;
    struct content_wish *wishes;
    struct message_part_row rows[];
};

static struct slice *row_piece(struct message_part_row *row, const struct piece_kind *kind)
{
    return (struct slice *)((char *)row + kind->place);
}

static bool wants(const struct content_request *request, size_t place, unsigned bit)
{
    if (bit == MESSAGE_WHOLE && request->wishes[place].size > MESSAGE_CHUNK_SIZE)
        return false;
    return request->want & bit;
}

/* All that is wanted of one message, or nothing of it. */
static bool find_in_cache(struct content_request *request, size_t place)
{
    struct content_cache *cache = request->mail->contents;
    struct message_part_row row = {.id = request->wishes[place].message_id, .sent_day = INT64_MIN};
    size_t held_before = request->held_count;
    for (size_t i = 0; i < PIECE_KINDS; i++) {
        const struct piece_kind *kind = &piece_kinds[i];
        if (!wants(request, place, kind->bit))
            continue;
        struct content_piece *piece = content_cache_find(cache, row.id, kind->bit);
        if (!piece) {
            while (request->held_count > held_before)
                content_piece_release(request->held[--request->held_count]);
            return false;
        }
        request->held[request->held_count++] = piece;
        *row_piece(&row, kind) = content_piece_octets(piece);
    }
    request->rows[place] = row;
    return true;
}

static void keep_in_cache(struct content_request *request, size_t place)
{
    struct mail *mail = request->mail;
    struct message_part_row *row = &request->rows[place];
    for (size_t i = 0; row->id && i < PIECE_KINDS; i++) {
        const struct piece_kind *kind = &piece_kinds[i];
        struct slice octets = *row_piece(row, kind);
        if (wants(request, place, kind->bit) && octets.data)
            content_cache_add(mail->contents, mail->settings.content_cache, row->id, kind->bit,
                              octets);
    }
}

static int read_missing(struct content_request *request)
{
    int64_t *ids = malloc(request->missing_count * sizeof *ids);
    if (!ids)
        return fail(ERR_NO_MEMORY, "no memory to read messages");
    uint64_t octets = 0;
    for (size_t i = 0; i < request->missing_count; i++) {
        const struct content_wish *wish = &request->wishes[request->missing[i]];
        ids[i] = wish->message_id;
        octets += wants(request, request->missing[i], MESSAGE_WHOLE) ? wish->size : 0;
    }
    int err = message_rows_read(request->mail->database, ids, request->missing_count, request->want,
                                octets, &request->read);
    free(ids);
    return err;
}

static void request_free(struct content_request *request)
{
    for (size_t i = 0; i < request->held_count; i++)
        content_piece_release(request->held[i]);
    message_rows_free(&request->read);
    free(request);
}

/* What was read in one session of PostgreSQL is kept for that one only. */
static void take_in(struct content_request *request, bool same_session)
{
    for (size_t i = 0; i < request->missing_count; i++) {
        size_t place = request->missing[i];
        request->rows[place] = *message_rows_at(request->read, i);
        if (same_session)
            keep_in_cache(request, place);
    }
}

static void read_main(void *arg)
{
    struct content_request *request = arg;
    struct content_cache *cache = request->mail->contents;
    uint64_t generation = cache->generation;
    request->failed = read_missing(request);
    request->reason = *last_error();
    content_cache_follow(cache, database_generation(request->mail->database));
    if (!request->failed)
        take_in(request, cache->generation == generation);
    request->reading = false;
    wait_wake_all(&request->done);
    if (request->dropped)
        request_free(request);
    cache->readings--;
    wait_wake_all(&cache->reading_ended);
}

/* One block: the request, its wishes, and room for what it may hold. */
static struct content_request *request_new(struct mail *mail, const struct content_wish *wishes,
                                           size_t count, unsigned want)
{
    size_t size = sizeof(struct content_request) + count * sizeof(struct message_part_row);
    size_t held = (size_t)__builtin_popcount(want) * count;
    struct content_request *request =
        malloc(size + count * sizeof *wishes + count * sizeof(size_t) + held * sizeof(void *));
    if (!request)
        return NULL;
    *request = (struct content_request){.mail = mail, .want = want, .count = count};
    wait_queue_init(&request->done);
    request->wishes = (struct content_wish *)((char *)request + size);
    request->missing = (size_t *)(request->wishes + count);
    request->held = (struct content_piece **)(request->missing + count);
    memcpy(request->wishes, wishes, count * sizeof *wishes);
    return request;
}

int content_ask(struct mail *mail, const struct content_wish *wishes, size_t count, unsigned want,
                struct content_request **out)
{
    struct content_request *request = request_new(mail, wishes, count, want);
    if (!request)
        return fail(ERR_NO_MEMORY, "no memory to ask for messages");
    content_cache_follow(mail->contents, database_generation(mail->database));
    content_cache_shrink(mail->contents, mail->settings.content_cache);
    for (size_t i = 0; i < count; i++)
        if (!find_in_cache(request, i))
            request->missing[request->missing_count++] = i;
    if (request->missing_count) {
        int err = fiber_spawn("content reader", read_main, request, NULL);
        if (err) {
            request_free(request);
            return err;
        }
        request->reading = true;
        mail->contents->readings++;
    }
    *out = request;
    return 0;
}

bool content_request_is_for(const struct content_request *request,
                            const struct content_wish *wishes, size_t count, unsigned want)
{
    if (request->count != count || request->want != want)
        return false;
    for (size_t i = 0; i < count; i++)
        if (request->wishes[i].message_id != wishes[i].message_id)
            return false;
    return true;
}

int content_take(struct content_request *request, const struct grant *grant,
                 const struct message_part_row **rows_out)
{
    int err = grant_require(grant, RIGHT_READ);
    while (!err && request->reading)
        err = wait_for(&request->done, WAIT_FOREVER);
    if (err)
        return err;
    if (request->failed)
        return fail_sql(request->reason.code, request->reason.sqlstate, "%s", request->reason.text);
    *rows_out = request->rows;
    return 0;
}

void content_drop(struct content_request **request_in)
{
    struct content_request *request = *request_in;
    *request_in = NULL;
    if (!request)
        return;
    if (request->reading)
        request->dropped = true;
    else
        request_free(request);
}

int contents_open(struct mail *mail)
{
    mail->contents = malloc(sizeof *mail->contents);
    if (!mail->contents)
        return fail(ERR_NO_MEMORY, "no memory for a cache of content");
    content_cache_init(mail->contents);
    return 0;
}

void contents_close(struct mail *mail)
{
    struct content_cache *cache = mail->contents;
    if (!cache)
        return;
    while (cache->readings > 0)
        (void)!wait_for(&cache->reading_ended, WAIT_FOREVER);
    content_cache_shrink(cache, 0);
    free(cache);
    mail->contents = NULL;
}
