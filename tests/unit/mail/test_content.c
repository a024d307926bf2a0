/* Messages in and out, octet for octet, in pieces of any size. */
#include "mail/content.h"

#include <stdlib.h>

#include "world.h"

/* A message of `size` octets whose body has every octet value. */
static struct slice make_message(struct world *world, size_t size)
{
    static const char header[] = "Subject: test\r\nMessage-ID: <1@example.org>\r\n"
                                 "Date: Mon, 2 Nov 2026 10:00:00 +0100\r\n\r\n";
    char *octets = arena_alloc(&world->arena, size);
    for (size_t i = 0; i < size; i++)
        octets[i] = i < sizeof header - 1 ? header[i] : (char)(i * 31 + i / 251);
    return slice_of(octets, size);
}

static int take_in(struct world *world, struct slice message, size_t piece,
                   struct intake_result *out)
{
    struct intake *intake;
    int err = intake_begin(world->mail, &intake);
    if (err)
        return err;
    while (!err && message.len) {
        struct slice part = slice_sub(message, 0, piece);
        err = intake_write(intake, part);
        message = slice_sub(message, part.len, message.len);
    }
    if (!err)
        err = intake_finish(intake, out);
    intake_free(&intake);
    CHECK(intake == NULL);
    return err;
}

/* A reload while a message comes must not lift the limit for what is left of it. */
static void check_limit_at_reload(struct world *world)
{
    struct mail_settings settings = *mail_settings(world->mail);
    settings.message_max = 10000;
    mail_set_settings(world->mail, &settings);
    struct intake *intake;
    if (!CHECK_OK(intake_begin(world->mail, &intake)))
        return;
    struct slice message = make_message(world, 10001);
    CHECK_OK(intake_write(intake, slice_sub(message, 0, 6000)));
    settings.message_max = 5000;
    mail_set_settings(world->mail, &settings);
    CHECK_ERR(intake_write(intake, slice_sub(message, 6000, 4001)), ERR_TOO_BIG);
    CHECK_OK(intake_write(intake, slice_sub(message, 6000, 4000)));
    CHECK_ERR(intake_write(intake, SLICE("x")), ERR_TOO_BIG);
    intake_free(&intake);
}

void test_content_keeps_its_limit_when_settings_are_reloaded(void)
{
    world_run(check_limit_at_reload);
}

static int collect(void *arg, struct slice octets)
{
    CHECK(octets.len > 0 && octets.len <= MESSAGE_CHUNK_SIZE);
    buffer_add(arg, octets);
    return 0;
}

static void check_range(struct world *world, int64_t id, struct slice message, uint64_t start,
                        uint64_t end)
{
    const struct grant *grant = world_grant(world, &world->alice, "INBOX");
    struct buffer octets;
    buffer_init(&octets, 0);
    if (CHECK_OK(content_read(world->mail, grant, id, start, end, collect, &octets)))
        CHECK(slice_equal(buffer_slice(&octets), slice_sub(message, start, end - start)));
    buffer_clear(&octets);
}

static void check_sizes(struct world *world)
{
    enum { C = MESSAGE_CHUNK_SIZE };
    static const size_t sizes[] = {0, 1, 50, 1000, C - 1, C, C + 1, 2 * C, 2 * C + 1, 3 * C + 77};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct slice message = make_message(world, sizes[i]);
        struct intake_result result = {0};
        CHECK_OK(take_in(world, message, 100000, &result));
        CHECK_U64(result.size, sizes[i]);
        check_range(world, result.message_id, message, 0, sizes[i]);
    }
    CHECK_INT(world_sql("SELECT count(*) FROM uploads"), 0);
}

void test_content_comes_back_as_it_went_in(void)
{
    world_run(check_sizes);
}

static void check_ranges(struct world *world)
{
    enum { C = MESSAGE_CHUNK_SIZE };
    struct slice message = make_message(world, 3 * C + 500);
    struct intake_result result = {0};
    CHECK_OK(take_in(world, message, C, &result));
    static const uint64_t ranges[][2] = {
        {0, 0},         {0, 1},     {C - 1, C},     {C, C + 1},
        {C - 1, C + 1}, {C, 2 * C}, {5, 3 * C + 5}, {3 * C, 3 * C + 500}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        check_range(world, result.message_id, message, ranges[i][0], ranges[i][1]);
    const struct grant *grant = world_grant(world, &world->alice, "INBOX");
    struct buffer octets;
    buffer_init(&octets, 0);
    CHECK_ERR(
        content_read(world->mail, grant, result.message_id, 3 * C, 3 * C + 501, collect, &octets),
        ERR_CORRUPT);
    CHECK_ERR(content_read(world->mail, grant, 1 << 30, 0, 1, collect, &octets), ERR_NOT_FOUND);
    buffer_clear(&octets);
}

void test_content_read_cuts_ranges(void)
{
    world_run(check_ranges);
}

/* A slice from the midst of a chunk leaves the chunk in memory, one up to its end does not. */
static void check_slices(struct world *world)
{
    enum { C = MESSAGE_CHUNK_SIZE };
    struct mail_settings settings = *mail_settings(world->mail);
    settings.content_cache = 16 << 20;
    mail_set_settings(world->mail, &settings);
    struct slice message = make_message(world, 2 * C + 500);
    struct intake_result result = {0};
    CHECK_OK(take_in(world, message, C, &result));
    check_range(world, result.message_id, message, 10, 100);
    check_range(world, result.message_id, message, C + 10, 2 * C);
    check_range(world, result.message_id, message, 2 * C, 2 * C + 500);
    world_sql("DELETE FROM message_chunks");
    check_range(world, result.message_id, message, 100, C);
    const struct grant *grant = world_grant(world, &world->alice, "INBOX");
    struct buffer octets;
    buffer_init(&octets, 0);
    for (int64_t n = 1; n <= 2; n++)
        CHECK_ERR(content_read(world->mail, grant, result.message_id, (uint64_t)n * C,
                               (uint64_t)n * C + 1, collect, &octets),
                  ERR_NOT_FOUND);
    buffer_clear(&octets);
}

void test_content_keeps_the_chunk_that_is_read_on(void)
{
    world_run(check_slices);
}

static void check_pieces(struct world *world)
{
    struct slice message = SLICE("Subject: a\r\n b\r\nContent-Type: multipart/mixed; boundary=x\r\n"
                                 "\r\n--x\r\n\r\none\r\n--x\r\nContent-Type: text/html\r\n\r\ntwo"
                                 "\r\n--x--\r\n");
    struct intake_result whole = {0};
    CHECK_OK(take_in(world, message, message.len, &whole));
    struct message_part_row *rows;
    const struct grant *grant = world_grant(world, &world->alice, "INBOX");
    CHECK_OK(content_get(world->mail, grant, &world->arena, &whole.message_id, 1,
                         MESSAGE_HEADER | MESSAGE_STRUCTURE | MESSAGE_ENVELOPE | MESSAGE_PARTS,
                         &rows));
    struct message_part_row expected = rows[0];
    CHECK(expected.bodystructure.len > 10);
    CHECK_SLICE(expected.header,
                "Subject: a\r\n b\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n");
    for (size_t piece = 1; piece < 40; piece++) {
        /* Else it would be found by its hash and not made again. */
        world_sql("DELETE FROM message_chunks; DELETE FROM messages");
        struct intake_result result = {0};
        CHECK_OK(take_in(world, message, piece, &result));
        CHECK_OK(content_get(world->mail, grant, &world->arena, &result.message_id, 1,
                             MESSAGE_HEADER | MESSAGE_STRUCTURE | MESSAGE_ENVELOPE | MESSAGE_PARTS,
                             &rows));
        CHECK(slice_equal(rows[0].header, expected.header));
        CHECK(slice_equal(rows[0].envelope, expected.envelope));
        CHECK(slice_equal(rows[0].bodystructure, expected.bodystructure));
        CHECK(slice_equal(rows[0].parts, expected.parts));
    }
}

void test_content_intake_in_pieces_of_any_size(void)
{
    world_run(check_pieces);
}

static void check_one_copy(struct world *world)
{
    struct intake_result first = {0}, second = {0}, large = {0}, again = {0};
    CHECK_OK(take_in(world, make_message(world, 1000), 1000, &first));
    CHECK_OK(take_in(world, make_message(world, 1000), 10, &second));
    CHECK_INT(first.message_id, second.message_id);
    CHECK_INT(first.sent_at, 1793610000);
    CHECK_OK(take_in(world, make_message(world, 600000), 4096, &large));
    CHECK_OK(take_in(world, make_message(world, 600000), 50000, &again));
    CHECK_INT(large.message_id, again.message_id);
    CHECK_INT(world_sql("SELECT count(*) FROM messages"), 2);
    CHECK_INT(world_sql("SELECT count(*) FROM message_chunks"), 1 + 3);
}

void test_content_is_kept_once(void)
{
    world_run(check_one_copy);
}

static void check_too_big(struct world *world)
{
    struct intake *intake;
    char *block = arena_alloc(&world->arena, 1 << 20);
    CHECK_OK(intake_begin(world->mail, &intake));
    for (int i = 0; i < 32; i++)
        CHECK_OK(intake_write(intake, slice_of(block, 1 << 20)));
    CHECK_ERR(intake_write(intake, SLICE("x")), ERR_TOO_BIG);
    intake_allow(intake, 3);
    CHECK_ERR(intake_write(intake, SLICE("four")), ERR_TOO_BIG);
    CHECK_OK(intake_write(intake, SLICE("for")));
    CHECK_INT(world_sql("SELECT count(*) FROM uploads"), 1);
    intake_free(&intake);
    CHECK_INT(world_sql("SELECT count(*) FROM uploads"), 0);
    CHECK_INT(world_sql("SELECT count(*) FROM message_chunks"), 0);
    CHECK_INT(world_sql("SELECT count(*) FROM messages"), 0);
}

void test_content_abandoned_leaves_nothing(void)
{
    world_run(check_too_big);
}

static void check_rights(struct world *world)
{
    struct intake_result result = {0};
    CHECK_OK(take_in(world, make_message(world, 1000), 1000, &result));
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "bob", "lswipkxtea");
    const struct grant *grant = world_grant(world, &world->bob, "Shared/Sales");
    struct message_part_row *rows;
    struct slice *octets;
    struct buffer buffer;
    buffer_init(&buffer, 0);
    CHECK_ERR(content_get(world->mail, grant, &world->arena, &result.message_id, 1, MESSAGE_HEADER,
                          &rows),
              ERR_DENIED);
    CHECK_ERR(content_get_small(world->mail, grant, &world->arena, &result.message_id, 1, &octets),
              ERR_DENIED);
    CHECK_ERR(content_read(world->mail, grant, result.message_id, 0, 10, collect, &buffer),
              ERR_DENIED);
    world_allow(world, "Shared/Sales", "bob", "lr");
    grant = world_grant(world, &world->bob, "Shared/Sales");
    int64_t ids[] = {1 << 30, result.message_id};
    CHECK_OK(content_get_small(world->mail, grant, &world->arena, ids, 2, &octets));
    CHECK(octets[0].data == NULL);
    CHECK_U64(octets[1].len, 1000);
    buffer_clear(&buffer);
}

void test_content_needs_r(void)
{
    world_run(check_rights);
}
