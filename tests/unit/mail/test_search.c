/* SEARCH over a mailbox with messages: picture, headers and bodies together. */
#include "mail/search.h"

#include <stdio.h>

#include "mail/content.h"
#include "mail/view.h"
#include "mail/writer.h"
#include "world.h"

static const int64_t day_us = INT64_C(86400) * 1000000;

static int64_t store_message(struct world *world, struct slice octets)
{
    struct intake *intake;
    struct intake_result result = {0};
    CHECK_OK(intake_begin(world->mail, &intake));
    CHECK_OK(intake_write(intake, octets));
    CHECK_OK(intake_finish(intake, &result));
    intake_free(&intake);
    return result.message_id;
}

static void deliver(struct world *world, const struct grant *grant, struct slice octets,
                    flag_mask flags, int64_t day)
{
    const struct append_item item = {.message_id = store_message(world, octets),
                                     .size = octets.len,
                                     .flags = flags,
                                     .internal_date = day * day_us};
    struct append_outcome outcome = {0};
    uidset_init(&outcome.uids);
    CHECK_OK(writer_append(world->mail, grant, &item, 1, &outcome));
    uidset_clear(&outcome.uids);
}

/* Five messages: 1 seen, 2 flagged, 3 large, 4 with an attachment, 5 without Date. */
static void fill(struct world *world, const struct grant *grant)
{
    deliver(world, grant,
            SLICE("Subject: first\r\nFrom: bob@example.org\r\n"
                  "Date: Sun, 11 Jan 1970 23:30:00 -0900\r\n\r\nhello world\r\n"),
            FLAG_SEEN, 10);
    deliver(world, grant,
            SLICE("Subject: second\r\nTo: carol@example.org\r\n"
                  "Date: Tue, 13 Jan 1970 00:30:00 +0900\r\n\r\nhello moon\r\n"),
            FLAG_FLAGGED, 11);
    struct buffer large;
    buffer_init(&large, 0);
    buffer_add_cstr(&large, "Subject: large\r\nDate: Wed, 14 Jan 1970 12:00:00 +0000\r\n\r\n");
    while (large.len < MESSAGE_CHUNK_SIZE * 2)
        buffer_add_cstr(&large, "padding padding padding padding\r\n");
    buffer_add_cstr(&large, "needle at the end\r\n");
    deliver(world, grant, buffer_slice(&large), 0, 12);
    buffer_clear(&large);
    deliver(world, grant,
            SLICE("Subject: attached\r\nDate: Thu, 15 Jan 1970 12:00:00 +0000\r\n"
                  "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext here\r\n"
                  "--b\r\nContent-Type: application/pdf\r\n\r\nworld peace\r\n--b--\r\n"),
            FLAG_SEEN | FLAG_ANSWERED, 13);
    deliver(world, grant, SLICE("Subject: undated\r\n\r\nworld\r\n"), 0, 14);
}

/* One open mailbox to search in. */
struct place {
    const struct grant *grant;
    struct view *view;
    struct picture *picture;
    struct uidset recent;
};

static void open_place(struct world *world, struct place *place)
{
    *place = (struct place){.grant = world_grant(world, &world->alice, "INBOX")};
    uidset_init(&place->recent);
    CHECK_OK(view_open(world->mail, place->grant, &place->view));
    CHECK_OK(view_picture(place->view, world->alice.user_id, &place->picture));
}

static void close_place(struct place *place)
{
    picture_unref(&place->picture);
    view_close(&place->view);
    uidset_clear(&place->recent);
}

static void check_search(struct world *world, struct place *place, const char *label,
                         const struct search_node *program, const char *expected)
{
    const struct search_scope scope = {.grant = place->grant,
                                       .picture = place->picture,
                                       .keywords = view_keywords(place->view),
                                       .recent = &place->recent};
    struct uidset uids;
    struct buffer text;
    buffer_init(&text, 0);
    int err = search_run(world->mail, &scope, program, &uids);
    if (check_error(err, ERR_NONE, label, __FILE__, __LINE__)) {
        uidset_render(&uids, &text);
        check_slice(buffer_slice(&text), slice_cstr(expected), label, __FILE__, __LINE__);
        uidset_clear(&uids);
    }
    buffer_clear(&text);
}

#define SEARCH(expected, ...)                                                                      \
    check_search(world, &place, #__VA_ARGS__, &(struct search_node){__VA_ARGS__}, (expected))

static void check_keys(struct world *world)
{
    struct place place;
    fill(world, world_grant(world, &world->alice, "INBOX"));
    open_place(world, &place);
    CHECK_OK(uidset_add_range(&place.recent, 4, 5));
    struct uid_range numbers[] = {{2, 3}, {5, 0}};
    SEARCH("1:5", .kind = SEARCH_ALL);
    SEARCH("2:3,5", .kind = SEARCH_SEQUENCE, .sequence = {.items = numbers, .count = 2});
    SEARCH("2:3,5", .kind = SEARCH_UID, .sequence = {.items = numbers, .count = 2});
    SEARCH("1,4", .kind = SEARCH_FLAG, .flag = FLAG_SEEN);
    SEARCH("", .kind = SEARCH_KEYWORD, .name = SLICE("$Unheard"));
    SEARCH("4:5", .kind = SEARCH_RECENT);
    SEARCH("3", .kind = SEARCH_LARGER, .number = 1000);
    SEARCH("1:2,4:5", .kind = SEARCH_SMALLER, .number = 1000);
    SEARCH("1:2", .kind = SEARCH_BEFORE, .day = 12);
    SEARCH("3", .kind = SEARCH_ON, .day = 12);
    SEARCH("3:5", .kind = SEARCH_SINCE, .day = 12);
    SEARCH("1", .kind = SEARCH_SENT_BEFORE, .day = 12);
    SEARCH("2", .kind = SEARCH_SENT_ON, .day = 12);
    SEARCH("2:4", .kind = SEARCH_SENT_SINCE, .day = 12);
    SEARCH("1", .kind = SEARCH_HEADER, .name = SLICE("Subject"), .text = SLICE("first"));
    SEARCH("2", .kind = SEARCH_HEADER, .name = SLICE("to"), .text = SLICE("carol"));
    SEARCH("1:4", .kind = SEARCH_HEADER, .name = SLICE("date"), .text = SLICE_EMPTY);
    SEARCH("1,5", .kind = SEARCH_BODY, .text = SLICE("world"));
    SEARCH("1:2", .kind = SEARCH_BODY, .text = SLICE("hello"));
    SEARCH("3", .kind = SEARCH_BODY, .text = SLICE("needle at"));
    SEARCH("1:2", .kind = SEARCH_TEXT, .text = SLICE("example.org"));
    SEARCH("3", .kind = SEARCH_TEXT, .text = SLICE("large"));
    SEARCH("1:5", .kind = SEARCH_TEXT, .text = SLICE_EMPTY);
    SEARCH("", .kind = SEARCH_TEXT, .text = SLICE("absent"));
    close_place(&place);
}

void test_search_every_key(void)
{
    world_run(check_keys);
}

static void check_combinations(struct world *world)
{
    struct place place;
    fill(world, world_grant(world, &world->alice, "INBOX"));
    open_place(world, &place);
    struct search_node world_text = {.kind = SEARCH_BODY, .text = SLICE("world")};
    struct search_node seen = {.kind = SEARCH_FLAG, .flag = FLAG_SEEN, .next = &world_text};
    SEARCH("1", .kind = SEARCH_AND, .first_child = &seen);
    SEARCH("1,4:5", .kind = SEARCH_OR, .first_child = &seen);
    SEARCH("2:5", .kind = SEARCH_NOT,
           .first_child = &(struct search_node){.kind = SEARCH_AND, .first_child = &seen});
    SEARCH("2:4", .kind = SEARCH_NOT, .first_child = &world_text);
    SEARCH("1:5", .kind = SEARCH_AND);
    close_place(&place);
}

void test_search_combines_what_is_known_early_and_late(void)
{
    world_run(check_combinations);
}

/* A fiber's stack is small: the deepest program there may be has to fit. */
static void check_depth(struct world *world)
{
    struct place place;
    fill(world, world_grant(world, &world->alice, "INBOX"));
    open_place(world, &place);
    struct search_node nodes[SEARCH_DEPTH_MAX] = {0};
    for (int i = 0; i < SEARCH_DEPTH_MAX - 1; i++) {
        nodes[i].kind = SEARCH_NOT;
        nodes[i].first_child = &nodes[i + 1];
    }
    nodes[SEARCH_DEPTH_MAX - 1].kind = SEARCH_BODY;
    nodes[SEARCH_DEPTH_MAX - 1].text = SLICE("world");
    check_search(world, &place, "deep", &nodes[0], "2:4");
    check_search(world, &place, "deep", &nodes[1], "1,5");
    close_place(&place);
}

void test_search_as_deep_as_allowed(void)
{
    world_run(check_depth);
}

static void check_numbers(struct world *world)
{
    struct place place;
    fill(world, world_grant(world, &world->alice, "INBOX"));
    open_place(world, &place);
    const struct search_scope scope = {.grant = place.grant,
                                       .picture = place.picture,
                                       .keywords = view_keywords(place.view),
                                       .recent = &place.recent};
    struct uidset uids = {0};
    struct uid_range beyond[] = {{6, 6}};
    struct search_node node = {.kind = SEARCH_SEQUENCE, .sequence = {.items = beyond, .count = 1}};
    CHECK_OK(search_run(world->mail, &scope, &node, &uids));
    CHECK(uidset_is_empty(&uids));
    node.kind = SEARCH_UID;
    CHECK_OK(search_run(world->mail, &scope, &node, &uids));
    CHECK(uidset_is_empty(&uids));
    uidset_clear(&uids);
    close_place(&place);
}

void test_search_finds_nothing_of_message_numbers_that_are_not_there(void)
{
    world_run(check_numbers);
}

static void check_many(struct world *world)
{
    enum { MANY = 450 };
    const struct grant *grant = world_grant(world, &world->alice, "INBOX");
    struct append_item *items = ARENA_ARRAY(&world->arena, MANY, struct append_item);
    int64_t ids[10];
    for (int i = 0; i < 10; i++) {
        char text[64];
        snprintf(text, sizeof text, "Subject: number %d\r\n\r\nbody %d.\r\n", i, i);
        ids[i] = store_message(world, slice_cstr(text));
    }
    for (int i = 0; i < MANY; i++)
        items[i] = (struct append_item){.message_id = ids[i % 10],
                                        .size = 36,
                                        .flags = i % 2 ? FLAG_SEEN : 0,
                                        .internal_date = i * day_us};
    struct append_outcome outcome = {0};
    uidset_init(&outcome.uids);
    CHECK_OK(writer_append(world->mail, grant, items, MANY, &outcome));
    uidset_clear(&outcome.uids);
    struct place place;
    open_place(world, &place);
    const struct search_scope scope = {.grant = place.grant,
                                       .picture = place.picture,
                                       .keywords = view_keywords(place.view),
                                       .recent = &place.recent};
    struct search_node body = {.kind = SEARCH_BODY, .text = SLICE("body 7.")};
    struct search_node header = {
        .kind = SEARCH_HEADER, .name = SLICE("Subject"), .text = SLICE("number 4"), .next = &body};
    struct search_node old = {.kind = SEARCH_BEFORE, .day = 3, .next = &header};
    struct search_node any = {.kind = SEARCH_OR, .first_child = &old};
    struct uidset uids;
    CHECK_OK(search_run(world->mail, &scope, &any, &uids));
    CHECK_U64(uidset_size(&uids), 3 + 2 * MANY / 10);
    CHECK(uidset_contains(&uids, 1) && uidset_contains(&uids, 5) && uidset_contains(&uids, 448));
    uidset_clear(&uids);
    close_place(&place);
}

void test_search_takes_many_messages_in_windows(void)
{
    world_run(check_many);
}

static void check_swept(struct world *world)
{
    struct place place;
    fill(world, world_grant(world, &world->alice, "INBOX"));
    open_place(world, &place);
    /* Messages that are gone by the time they are looked into match nothing. */
    world_sql("DELETE FROM entries WHERE uid IN (1, 3)");
    world_sql("DELETE FROM message_chunks c WHERE NOT EXISTS"
              " (SELECT FROM entries e WHERE e.message_id = c.message_id)");
    world_sql("DELETE FROM messages m WHERE NOT EXISTS"
              " (SELECT FROM entries e WHERE e.message_id = m.id)");
    SEARCH("5", .kind = SEARCH_BODY, .text = SLICE("world"));
    SEARCH("", .kind = SEARCH_BODY, .text = SLICE("needle"));
    SEARCH("2", .kind = SEARCH_TEXT, .text = SLICE("example.org"));
    SEARCH("", .kind = SEARCH_SENT_BEFORE, .day = 12);
    close_place(&place);
}

void test_search_passes_over_content_that_is_gone(void)
{
    world_run(check_swept);
}

static void check_rights(struct world *world)
{
    struct place place;
    open_place(world, &place);
    const struct grant *less = grant_restrict(place.grant, RIGHTS_ALL & ~RIGHT_READ, &world->arena);
    const struct search_scope scope = {.grant = less,
                                       .picture = place.picture,
                                       .keywords = view_keywords(place.view),
                                       .recent = &place.recent};
    const struct search_node all = {.kind = SEARCH_ALL};
    struct uidset uids;
    CHECK_ERR(search_run(world->mail, &scope, &all, &uids), ERR_DENIED);
    close_place(&place);
}

void test_search_needs_r(void)
{
    world_run(check_rights);
}
