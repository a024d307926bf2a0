/* Content asked for ahead of its use. */
#include "mail/content.h"

#include "base/clock.h"
#include "fiber/fiber.h"
#include "world.h"

enum { CACHE = 1 << 20, ALL = MESSAGE_HEADER | MESSAGE_ENVELOPE | MESSAGE_WHOLE };

static void set_cache(struct world *world, uint64_t octets)
{
    struct mail_settings settings = *mail_settings(world->mail);
    settings.content_cache = octets;
    mail_set_settings(world->mail, &settings);
}

static struct content_wish put(struct world *world, const char *subject, size_t size)
{
    struct buffer text;
    buffer_init(&text, 0);
    buffer_printf(&text, "Subject: %s\r\n\r\n", subject);
    while (text.len < size)
        buffer_add_char(&text, 'x');
    struct intake *intake;
    struct intake_result result = {0};
    CHECK_OK(intake_begin(world->mail, &intake));
    CHECK_OK(intake_write(intake, buffer_slice(&text)));
    CHECK_OK(intake_finish(intake, &result));
    intake_free(&intake);
    struct content_wish wish = {result.message_id, text.len};
    buffer_clear(&text);
    return wish;
}

static uint64_t statements(const struct world *world)
{
    struct database_counters counters;
    database_counters(world->database, &counters);
    return counters.statements;
}

/* Asks and takes; how many statements that was. */
static uint64_t take(struct world *world, const struct content_wish *wishes, size_t count,
                     struct content_request **request, const struct message_part_row **rows)
{
    uint64_t before = statements(world);
    const struct grant *grant = world_grant(world, &world->alice, "INBOX");
    uint64_t of_grant = statements(world) - before;
    CHECK_OK(content_ask(world->mail, wishes, count, ALL, request));
    CHECK(content_request_is_for(*request, wishes, count, ALL));
    CHECK(!content_request_is_for(*request, wishes, count, MESSAGE_WHOLE));
    CHECK(!content_request_is_for(*request, wishes, count - 1, ALL));
    CHECK_OK(content_take(*request, grant, rows));
    return statements(world) - before - of_grant;
}

static void check_rows(struct world *world)
{
    set_cache(world, CACHE);
    struct content_wish wishes[] = {put(world, "one", 100),
                                    {1 << 30, 5},
                                    put(world, "large", MESSAGE_CHUNK_SIZE + 1),
                                    put(world, "two", 200)};
    struct content_request *request;
    const struct message_part_row *rows;
    CHECK_U64(take(world, wishes, 4, &request, &rows), 1);
    CHECK_SLICE(rows[0].header, "Subject: one\r\n\r\n");
    CHECK_U64(rows[0].octets.len, 100);
    CHECK_INT(rows[1].id, 0);
    CHECK(rows[2].octets.data == NULL);
    CHECK_SLICE(rows[2].header, "Subject: large\r\n\r\n");
    CHECK_INT(rows[3].id, wishes[3].message_id);
    CHECK(slice_search(rows[3].envelope, SLICE("\"two\"")) != SIZE_MAX);
    content_drop(&request);
    CHECK(request == NULL);
    content_drop(&request);
}

void test_content_request_brings_rows_in_order(void)
{
    world_run(check_rows);
}

static void check_again(struct world *world)
{
    set_cache(world, CACHE);
    struct content_wish wishes[] = {put(world, "one", 100), put(world, "two", 200),
                                    put(world, "three", MESSAGE_CHUNK_SIZE + 1)};
    struct content_request *first, *second;
    const struct message_part_row *rows;
    CHECK_U64(take(world, &wishes[1], 1, &first, &rows), 1);
    CHECK_U64(take(world, wishes, 3, &second, &rows), 1);
    content_drop(&first);
    content_drop(&second);
    CHECK_U64(take(world, wishes, 3, &first, &rows), 0);
    set_cache(world, 0);
    CHECK_U64(take(world, wishes, 3, &second, &rows), 1);
    CHECK_U64(rows[1].octets.len, 200);
    CHECK_OK(content_take(first, world_grant(world, &world->alice, "INBOX"), &rows));
    CHECK_U64(rows[1].octets.len, 200); /* what is held stays, though the cache is gone */
    CHECK(rows[2].octets.data == NULL);
    content_drop(&first);
    content_drop(&second);
}

void test_content_request_reads_once_what_is_kept(void)
{
    world_run(check_again);
}

static void check_rights(struct world *world)
{
    set_cache(world, CACHE);
    struct content_wish wish = put(world, "one", 100);
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "bob", "l");
    const struct grant *grant = world_grant(world, &world->bob, "Shared/Sales");
    struct content_request *request, *kept;
    const struct message_part_row *rows = NULL;
    CHECK_OK(content_ask(world->mail, &wish, 1, ALL, &request));
    CHECK_ERR(content_take(request, grant, &rows), ERR_DENIED);
    CHECK(rows == NULL);
    (void)take(world, &wish, 1, &kept, &rows);
    CHECK_ERR(content_take(request, grant, &rows), ERR_DENIED);
    content_drop(&request);
    content_drop(&kept);
}

void test_content_request_gives_nothing_without_r(void)
{
    world_run(check_rights);
}

static void check_dropped(struct world *world)
{
    set_cache(world, CACHE);
    struct content_wish wishes[] = {put(world, "one", 100), put(world, "two", 100)};
    struct content_request *request;
    CHECK_OK(content_ask(world->mail, &wishes[0], 1, ALL, &request));
    content_drop(&request);
    CHECK_OK(content_ask(world->mail, &wishes[1], 1, ALL, &request));
    fiber_yield();
    content_drop(&request);
    /* mail_close() waits for both */
}

void test_content_request_may_be_dropped_at_any_time(void)
{
    world_run(check_dropped);
}

static void check_lost(struct world *world)
{
    set_cache(world, CACHE);
    struct content_wish wish = put(world, "one", 100);
    struct content_request *request;
    const struct message_part_row *rows;
    CHECK_U64(take(world, &wish, 1, &request, &rows), 1);
    content_drop(&request);
    CHECK(world_sql("SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'postroom fast lane') AS ended") > 0);
    uint64_t generation = database_generation(world->database);
    int64_t deadline = clock_monotonic_ms() + 5000;
    while (database_generation(world->database) == generation && clock_monotonic_ms() < deadline)
        fiber_sleep(10);
    CHECK(take(world, &wish, 1, &request, &rows) > 0);
    CHECK_U64(rows[0].octets.len, 100);
    content_drop(&request);
}

void test_content_request_reads_again_after_a_loss(void)
{
    world_run(check_lost);
}
