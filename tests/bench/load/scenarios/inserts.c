#include "inserts.h"

#include <stdlib.h>

#include "../fixture.h"
#include "../sql.h"

/* Ids are taken in advance, so that an operation is one round trip. */
static const char insert_message[] =
    "insert_message=INSERT INTO messages (id, sha256, size, header, envelope, bodystructure, parts,"
    " message_id, sent_day, sent_at)"
    " SELECT $1::bigint, $2::bytea, $3::bigint, header, envelope, bodystructure, parts,"
    " message_id, sent_day, sent_at FROM messages WHERE id = $4::bigint";
static const char insert_chunk[] = "insert_chunk=INSERT INTO message_chunks (message_id, n, octets)"
                                   " VALUES ($1::bigint, $2::integer, $3::bytea)";
enum { CHUNK_SIZE = 256 * 1024 /* as the server stores them */ };

struct inserting {
    struct inserts *inserts;
    int64_t model_id; /* a letter whose header and structure the new ones get */
    int64_t next_id;
};

struct inserter {
    struct inserting *inserting;
    uint64_t operations; /* of this connection */
};

static void queue_message(struct sql_client *client, const struct inserting *inserting, int64_t id,
                          uint32_t size)
{
    struct letter letter = fixture_letter(inserting->inserts->bench, size);
    struct buffer text;
    buffer_init(&text, 0);
    letter_render(letter, &text);
    char digest[32] = {0};
    memcpy(digest, &letter.number, sizeof letter.number);
    struct sql_params message = {0};
    sql_number(&message, id);
    sql_octets(&message, slice_of(digest, sizeof digest));
    sql_number(&message, size);
    sql_number(&message, inserting->model_id);
    sql_queue(client, "insert_message", &message);
    for (uint32_t at = 0; at < size; at += CHUNK_SIZE) {
        struct sql_params chunk = {0};
        sql_number(&chunk, id);
        sql_number(&chunk, at / CHUNK_SIZE);
        sql_octets(&chunk, slice_sub(buffer_slice(&text), at, CHUNK_SIZE));
        sql_queue(client, "insert_chunk", &chunk);
    }
    buffer_clear(&text);
}

/* Arrays with a value for each message of an operation. */
struct arrays {
    struct buffer ids, sizes, zeros, dates;
};

static void add_to_arrays(struct arrays *arrays, int64_t id, uint32_t size)
{
    char before = arrays->ids.len ? ',' : '{';
    buffer_printf(&arrays->ids, "%c%lld", before, (long long)id);
    buffer_printf(&arrays->sizes, "%c%u", before, size);
    buffer_printf(&arrays->zeros, "%c0", before);
    buffer_printf(&arrays->dates, "%c2025-01-06 12:00:00+00", before);
}

static const char *array_text(struct buffer *array)
{
    buffer_add(array, slice_of("}", 2)); /* with its NUL */
    return array->data;
}

static void queue_entries(struct sql_client *client, int64_t mailbox_id, int64_t next_id,
                          struct arrays *arrays)
{
    const char *zeros = array_text(&arrays->zeros);
    struct sql_params lock = {0};
    sql_text(&lock, "{%lld}", (long long)mailbox_id);
    sql_queue(client, "lock_mailboxes", &lock);
    struct sql_params entry = {0};
    sql_number(&entry, mailbox_id);
    sql_number(&entry, INT64_MAX); /* whatever the rights are */
    sql_text(&entry, "baseline");
    sql_text(&entry, "local");
    sql_number(&entry, 0);
    sql_long_text(&entry, array_text(&arrays->ids));
    sql_long_text(&entry, array_text(&arrays->sizes));
    sql_long_text(&entry, zeros);
    sql_long_text(&entry, array_text(&arrays->dates));
    sql_long_text(&entry, zeros);
    sql_long_text(&entry, NULL); /* copied from nowhere */
    sql_long_text(&entry, NULL);
    sql_number(&entry, next_id);
    sql_queue(client, "change_append", &entry);
}

unsigned inserts_turn(unsigned connection, unsigned connections, uint64_t i, unsigned mailboxes)
{
    return (unsigned)((connection + i * connections) % mailboxes);
}

static void insert_next(struct sql_client *client)
{
    struct inserter *inserter = client->state;
    struct inserting *inserting = inserter->inserting;
    struct inserts *inserts = inserting->inserts;
    unsigned turn = inserts_turn(client->number, inserts->connections, inserter->operations++,
                                 inserts->mailbox_count);
    struct arrays arrays = {0};
    sql_queue(client, "transaction_begin", NULL);
    for (uint32_t i = 0; i < inserts->batch; i++) {
        int64_t id = inserting->next_id++;
        uint32_t size = fixture_size(inserts->size, inserts->sent++) + inserts->head;
        inserts->octets += size;
        queue_message(client, inserting, id, size);
        add_to_arrays(&arrays, id, size);
    }
    queue_entries(client, inserts->mailboxes[turn], inserting->next_id, &arrays);
    sql_queue(client, "transaction_commit", NULL);
    sql_go(client);
    buffer_clear(&arrays.ids);
    buffer_clear(&arrays.sizes);
    buffer_clear(&arrays.zeros);
    buffer_clear(&arrays.dates);
}

static void inserted(struct sql_client *client)
{
    if (client->rows != 2) /* the lock and the new entries */
        bench_die("a message was not inserted");
    const struct inserter *inserter = client->state;
    const struct inserts *inserts = inserter->inserting->inserts;
    if (inserts->stored)
        inserts->stored(inserts->stored_arg, client->operation_at);
    if (sql_goes_on(client))
        insert_next(client);
}

void inserts_run(struct inserts *inserts, struct result *result)
{
    static const char *const statements[] = {"transaction_begin",
                                             "transaction_commit",
                                             "lock_mailboxes",
                                             "change_append",
                                             insert_message,
                                             insert_chunk,
                                             NULL};
    struct bench *bench = inserts->bench;
    struct inserting inserting = {.inserts = inserts};
    inserting.model_id = sql_value(bench, "SELECT max(message_id) FROM entries");
    inserting.next_id = sql_value(
        bench, "SELECT setval('messages_id_seq', nextval('messages_id_seq') + 10000000) - 9999999");
    struct inserter *inserters = bench_allocate(inserts->connections, sizeof *inserters);
    struct sql_client *clients =
        sql_open(bench, inserts->connections, SQL_PLANS_OF_SERVER, statements);
    for (unsigned i = 0; i < inserts->connections; i++) {
        inserters[i].inserting = &inserting;
        clients[i].state = &inserters[i];
        clients[i].on_done = inserted;
    }
    sql_drive(bench, clients, inserts->connections, insert_next, result);
    sql_close(&clients, inserts->connections);
    free(inserters);
}
