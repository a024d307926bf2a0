#include "batches.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"

enum { BATCH_MESSAGES = 128 };

void batches_load(const struct bench *bench, const char *user, const char *mailbox,
                  struct batches *out)
{
    char query[256];
    *out = (struct batches){.mailbox_id = sql_mailbox(bench, user, mailbox)};
    snprintf(query, sizeof query,
             "SELECT message_id FROM entries WHERE mailbox_id = %lld ORDER BY uid",
             (long long)out->mailbox_id);
    PGconn *connection = PQconnectdb(bench->conninfo);
    PGresult *result = PQexec(connection, query);
    int count = PQntuples(result);
    if (count == 0)
        bench_die("%s is empty: %s", mailbox, PQerrorMessage(connection));
    out->messages = (uint32_t)count;
    out->count = (unsigned)(count + BATCH_MESSAGES - 1) / BATCH_MESSAGES;
    out->texts = bench_allocate(out->count, sizeof *out->texts);
    for (int i = 0; i < count; i += BATCH_MESSAGES) {
        struct buffer text;
        buffer_init(&text, 0);
        for (int k = i; k < count && k < i + BATCH_MESSAGES; k++)
            buffer_printf(&text, "%c%s", k == i ? '{' : ',', PQgetvalue(result, k, 0));
        buffer_add(&text, slice_of("}", 2)); /* with its NUL */
        out->texts[i / BATCH_MESSAGES] = text.data;
    }
    PQclear(result);
    PQfinish(connection);
}

void batches_queue(const struct batches *batches, struct sql_client *client, int want)
{
    for (unsigned i = 0; i < batches->count; i++) {
        struct sql_params params = {0};
        sql_long_text(&params, batches->texts[i]);
        sql_number(&params, want);
        sql_queue(client, "messages_get", &params);
    }
}

void batches_clear(struct batches *batches)
{
    for (unsigned i = 0; i < batches->count; i++)
        free(batches->texts[i]);
    free(batches->texts);
    *batches = (struct batches){0};
}
