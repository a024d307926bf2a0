#include "writer_deliver.h"

#include "engine.h"
#include "indexer.h"
#include "writer_news.h"

static int run(struct mail *mail, struct writer_news *news, const struct delivery_batch *batch,
               struct arena *arena)
{
    struct change **changes = ARENA_ARRAY(arena, batch->change_count, struct change *);
    if (!changes)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < batch->change_count; i++)
        changes[i] = &batch->changes[i];
    indexer_make_way(mail);
    int err = delivery_batch_run(mail->database, batch);
    if (!err)
        writer_news_spread(news, mail, changes, batch->change_count);
    for (size_t i = 0; i < batch->change_count; i++)
        change_clear(changes[i]);
    return err;
}

int writer_deliver(struct mail *mail, const struct delivery_batch *batch)
{
    struct writer_news *news;
    int err = writer_news_new(batch->change_count + 1, &news);
    if (err)
        return err;
    struct arena arena;
    arena_init(&arena, 0);
    err = run(mail, news, batch, &arena);
    arena_clear(&arena);
    writer_news_free(&news);
    return err;
}
