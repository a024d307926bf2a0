/* The search index: what is found with it is what is found without. */
#include "indexing.h"

#include <stdio.h>

#include "base/text.h"
#include "engine.h"
#include "grant.h"
#include "mail/content.h"
#include "mail/search.h"
#include "mail/view.h"
#include "mail/writer.h"
#include "search_block.h"
#include "store/search_rows.h"
#include "world.h"

static uint32_t dice(uint32_t sides)
{
    static uint64_t state = 1181783497276652981u;
    state ^= state >> 12, state ^= state << 25, state ^= state >> 27;
    return (uint32_t)((state * 2685821657736338717u) >> 33) % sides;
}

/* Words that differ in case, script and what is special to LIKE, and share trigrams. */
static const char *const words[] = {
    "order",
    "Order",
    "border",
    "ORDERS",
    "100%",
    "a_b",
    "a\\b",
    "Gr\xc3\xbc\xc3\x9f"
    "e",
    "GRUESSE",
    "stra\xc3\x9f"
    "e",
    "\xe6\x97\xa5\xe6\x9c\xac",
    "\xf0\x9f\x93\xa7",
    "x",
    "yz",
    "\xef\xac\x81n",
    "I\xcc\x87stanbul",
    "zebra",
    "Zebras",
    "(none)",
    "\"quoted\"",
};
enum { WORDS = sizeof words / sizeof words[0] };

static void add_words(struct buffer *out, uint32_t most)
{
    for (uint32_t count = dice(most) + 1; count; count--)
        buffer_printf(out, "%s%s", words[dice(WORDS)], dice(9) ? " " : "\r\n ");
}

static void add_body(struct buffer *out, int number)
{
    static const char *const heads[] = {
        "Content-Type: text/plain; charset=utf-8\r\n\r\n",
        "Content-Type: text/plain; charset=iso-8859-1\r\n\r\n",
        "Content-Type: application/octet-stream\r\n\r\n",
        "Content-Type: message/rfc822\r\n\r\nSubject: inner zebra order\r\nFrom: x@y\r\n\r\n",
        "\r\n",
        "Content-Type: multipart/mixed; boundary=\"=b\"\r\n\r\n--=b\r\n"
        "Content-Disposition: attachment; filename*=utf-8''my%20Zebras%20%E6%97%A5\r\n"
        "Content-Type: text/plain; name=\"(none) 100%.txt\"\r\n\r\n",
    };
    buffer_add_cstr(out, heads[number % 6]);
    add_words(out, 40);
    if (number % 50 == 7) /* in two chunks */
        for (size_t start = out->len; out->len < start + MESSAGE_CHUNK_SIZE;)
            add_words(out, 10);
    buffer_add_cstr(out, "\r\n");
}

static void write_message(struct buffer *out, int number)
{
    static const char *const fields[] = {"From",    "To",      "Cc",      "Bcc",
                                         "Subject", "subject", "X-Order", "List-Id"};
    buffer_reset(out);
    buffer_printf(out, "Message-ID: <%d@example.org>\r\n", number);
    for (uint32_t i = dice(10); i; i--) {
        buffer_printf(out, "%s: ", fields[dice(8)]);
        add_words(out, 4);
        buffer_add_cstr(out, "\r\n");
    }
    add_body(out, number);
}

static void deliver(struct world *world, const struct grant *grant, int first, int count)
{
    struct buffer message;
    buffer_init(&message, 0);
    for (int number = first; number < first + count; number++) {
        struct intake *intake;
        struct intake_result result = {0};
        write_message(&message, number);
        CHECK_OK(intake_begin(world->mail, &intake));
        CHECK_OK(intake_write(intake, buffer_slice(&message)));
        CHECK_OK(intake_finish(intake, &result));
        intake_free(&intake);
        const struct append_item item = {.message_id = result.message_id,
                                         .size = message.len,
                                         .flags = number % 3 ? 0 : FLAG_SEEN,
                                         .internal_date = INT64_C(86400000000) * number};
        struct append_outcome outcome = {0};
        uidset_init(&outcome.uids);
        CHECK_OK(writer_append(world->mail, grant, &item, 1, &outcome));
        uidset_clear(&outcome.uids);
    }
    buffer_clear(&message);
}

/* Needles ------------------------------------------------------------------------------ */

struct needle {
    struct arena arena;
    struct search_node nodes[8];
    size_t count;
};

static struct slice fold(struct arena *arena, struct slice text)
{
    struct buffer folded;
    buffer_init(&folded, 0);
    text_fold(text, &folded);
    struct slice copy = arena_copy(arena, buffer_slice(&folded));
    buffer_clear(&folded);
    return copy;
}

/* Some octets of some words, cut where characters begin. */
static struct slice cut_text(struct arena *arena)
{
    struct buffer text;
    buffer_init(&text, 0);
    buffer_printf(&text, "%s %s", words[dice(WORDS)], words[dice(WORDS)]);
    struct slice all = fold(arena, buffer_slice(&text));
    buffer_clear(&text);
    size_t start = dice((uint32_t)all.len), end = start + dice(12);
    while (start > 0 && ((unsigned char)all.data[start] & 0xc0) == 0x80)
        start--;
    while (end < all.len && ((unsigned char)all.data[end] & 0xc0) == 0x80)
        end++;
    return slice_sub(all, start, end - start);
}

static struct search_node *new_node(struct needle *needle, enum search_kind kind)
{
    struct search_node *node = &needle->nodes[needle->count++];
    node->kind = kind;
    return node;
}

static struct search_node *new_text(struct needle *needle)
{
    static const char *const names[] = {"Subject", "from",    "TO",      "cc",
                                        "bcc",     "X-Order", "List-Id", "x-none"};
    static const enum search_kind kinds[] = {SEARCH_HEADER, SEARCH_BODY, SEARCH_TEXT};
    struct search_node *node = new_node(needle, kinds[dice(3)]);
    node->name = slice_cstr(names[dice(8)]);
    node->text = cut_text(&needle->arena);
    return node;
}

static const struct search_node *new_program(struct needle *needle)
{
    *needle = (struct needle){0};
    arena_init(&needle->arena, 0);
    struct search_node *text = new_text(needle), *root = text;
    if (dice(3) == 0) {
        root = new_node(needle, dice(2) ? SEARCH_OR : SEARCH_AND);
        root->first_child = text;
        text->next = new_text(needle);
    } else if (dice(3) == 0) {
        root = new_node(needle, SEARCH_OR);
        root->first_child = new_node(needle, SEARCH_FLAG);
        root->first_child->flag = FLAG_SEEN;
        root->first_child->next = text;
    }
    if (dice(4) == 0) {
        struct search_node *negation = new_node(needle, SEARCH_NOT);
        negation->first_child = root;
        root = negation;
    }
    return root;
}

/* Searching ------------------------------------------------------------------------------ */

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
}

static void find(struct world *world, const struct place *place, const struct search_node *program,
                 bool use_index, struct buffer *out)
{
    const struct search_scope scope = {.grant = place->grant,
                                       .picture = place->picture,
                                       .keywords = view_keywords(place->view),
                                       .recent = &place->recent};
    struct uidset uids;
    world->mail->settings.search_index = use_index;
    buffer_reset(out);
    if (CHECK_OK(search_run(world->mail, &scope, program, &uids))) {
        uidset_render(&uids, out);
        uidset_clear(&uids);
    }
    world->mail->settings.search_index = true;
}

static void compare(struct world *world, int needles)
{
    struct place place;
    struct buffer scanned, indexed;
    buffer_init(&scanned, 0);
    buffer_init(&indexed, 0);
    open_place(world, &place);
    for (int i = 0; i < needles; i++) {
        struct needle needle;
        const struct search_node *program = new_program(&needle);
        find(world, &place, program, false, &scanned);
        find(world, &place, program, true, &indexed);
        if (!CHECK(slice_equal(buffer_slice(&indexed), buffer_slice(&scanned))))
            fprintf(stderr, "\"%.*s\": %.*s, not %.*s\n", SLICE_ARGS(needle.nodes[0].text),
                    SLICE_ARGS(buffer_slice(&indexed)), SLICE_ARGS(buffer_slice(&scanned)));
        arena_clear(&needle.arena);
    }
    close_place(&place);
    buffer_clear(&scanned);
    buffer_clear(&indexed);
}

static bool hurry(void *arg, int64_t worked_ms)
{
    (void)arg, (void)worked_ms;
    return true;
}

static bool give_up(void *arg, int64_t worked_ms)
{
    (void)arg, (void)worked_ms;
    return false;
}

static void catch_up(struct world *world, const struct grant *grant)
{
    const struct indexing_pace pace = {hurry, NULL};
    CHECK_OK(indexing_catch_up(world->mail, grant->mailbox_id, &pace));
}

static const struct grant *inbox(struct world *world)
{
    return world_grant(world, &world->alice, "INBOX");
}

static int64_t indexed_messages(void)
{
    return world_sql("SELECT coalesce(sum(messages), 0) FROM search_blocks");
}

/* Tests ------------------------------------------------------------------------------------ */

static void check_same(struct world *world)
{
    deliver(world, inbox(world), 0, 30);
    catch_up(world, inbox(world));
    CHECK_INT(indexed_messages(), 0); /* not worth it */
    deliver(world, inbox(world), 30, 200);
    catch_up(world, inbox(world));
    CHECK_INT(indexed_messages(), 230);
    compare(world, 300);
    deliver(world, inbox(world), 230, 90);
    compare(world, 100); /* some are in the index, some are not */
    catch_up(world, inbox(world));
    CHECK_INT(indexed_messages(), 320);
    compare(world, 200);
}

void test_indexing_finds_what_a_scan_finds(void)
{
    world_run(check_same);
}

/* Blocks of sixty-odd become larger ones, and nobody is lost on the way. */
static void check_merging(struct world *world)
{
    for (int i = 0; i < 8; i++) {
        deliver(world, inbox(world), i * 70, 70);
        catch_up(world, inbox(world));
    }
    CHECK_INT(indexed_messages(), 560);
    CHECK(world_sql("SELECT count(*) FROM search_blocks") <= 3);
    compare(world, 60);
}

void test_indexing_puts_blocks_together(void)
{
    world_run(check_merging);
}

static void check_expunged(struct world *world)
{
    struct uidset gone, told;
    bool is_done = false;
    uidset_init(&gone);
    uidset_init(&told);
    deliver(world, inbox(world), 0, 200);
    catch_up(world, inbox(world));
    CHECK_OK(uidset_add_range(&gone, 1, 20));
    CHECK_OK(uidset_add_range(&gone, 50, 180));
    world_sql("UPDATE entries SET flags = flags | 8");
    CHECK_OK(writer_expunge(world->mail, inbox(world), &gone, 0, &told));
    compare(world, 60);
    CHECK_OK(indexing_tidy(world->mail, &is_done));
    CHECK(is_done); /* it was looked at today */
    world_sql("UPDATE search_blocks SET checked_at = '2000-01-01'");
    CHECK_OK(indexing_tidy(world->mail, &is_done));
    CHECK_INT(indexed_messages(), 200); /* they can be given back */
    world_sql("DELETE FROM expunged");
    world_sql("UPDATE search_blocks SET checked_at = '2000-01-01'");
    CHECK_OK(indexing_tidy(world->mail, &is_done));
    CHECK(!is_done);
    CHECK_INT(indexed_messages(), 49);
    compare(world, 60);
    world_sql("DELETE FROM entries");
    world_sql("UPDATE search_blocks SET checked_at = '2000-01-01'");
    CHECK_OK(indexing_tidy(world->mail, &is_done));
    CHECK_INT(world_sql("SELECT count(*) FROM search_pieces"), 0);
    CHECK_OK(indexing_tidy(world->mail, &is_done));
    CHECK(is_done);
    uidset_clear(&gone);
    uidset_clear(&told);
}

void test_indexing_forgets_what_is_gone(void)
{
    world_run(check_expunged);
}

static void check_claims(struct world *world)
{
    struct search_claim first, second;
    int64_t id = inbox(world)->mailbox_id;
    deliver(world, inbox(world), 0, 100);
    CHECK_OK(search_claim(world->database, id, search_edition(), 60000, &first));
    CHECK_ERR(search_claim(world->database, id, search_edition(), 60000, &second), ERR_NOT_FOUND);
    catch_up(world, inbox(world)); /* left to who is at it */
    CHECK_INT(indexed_messages(), 0);
    world_sql("UPDATE search_state SET leased_until = '2000-01-01'"); /* who was killed */
    catch_up(world, inbox(world));
    CHECK_INT(indexed_messages(), 100);
    CHECK_ERR(search_block_replace(world->database, &first, 1, 100, NULL, 100), ERR_STALE);
    CHECK_INT(indexed_messages(), 100);
    CHECK_ERR(search_claim(world->database, 999999, search_edition(), 60000, &second),
              ERR_NOT_FOUND);
}

void test_indexing_is_done_by_one_at_a_time(void)
{
    world_run(check_claims);
}

static void check_editions(struct world *world)
{
    deliver(world, inbox(world), 0, 100);
    catch_up(world, inbox(world));
    world_sql("UPDATE search_state SET edition = 1");
    world_sql("UPDATE search_blocks SET edition = 1, uids = '{[1,5)}'");
    compare(world, 20);
    catch_up(world, inbox(world));
    CHECK_INT(world_sql("SELECT count(*) FROM search_blocks WHERE edition = 1"), 0);
    CHECK_INT(indexed_messages(), 100);
    compare(world, 20);
    world_sql("UPDATE search_state SET edition = 1000000");
    world_sql("UPDATE search_blocks SET edition = 1000000, uids = '{[1,5)}'");
    deliver(world, inbox(world), 100, 70);
    catch_up(world, inbox(world));
    CHECK_INT(indexed_messages(), 100); /* a newer server looks after it */
    compare(world, 20);
}

void test_indexing_of_other_editions(void)
{
    world_run(check_editions);
}

static void check_stopping(struct world *world)
{
    const struct indexing_pace pace = {give_up, NULL};
    deliver(world, inbox(world), 0, 200);
    CHECK_OK(indexing_catch_up(world->mail, inbox(world)->mailbox_id, &pace));
    CHECK(indexed_messages() > 0 && indexed_messages() < 200); /* what was read is kept */
    compare(world, 40);
    CHECK_OK(search_index_all(world->mail));
    CHECK_INT(indexed_messages(), 200);
    compare(world, 40);
}

void test_indexing_goes_on_where_it_stopped(void)
{
    world_run(check_stopping);
}

static void check_broken(struct world *world)
{
    deliver(world, inbox(world), 0, 100);
    catch_up(world, inbox(world));
    world_sql("UPDATE search_pieces SET octets = substr(octets, 1, 3) WHERE number >= 0");
    compare(world, 40);
}

void test_indexing_broken_pieces_are_not_believed(void)
{
    world_run(check_broken);
}

/* Content that can't be read when it is indexed is read when it is searched. */
static void check_unreadable(struct world *world)
{
    deliver(world, inbox(world), 0, 100);
    world_sql("UPDATE message_chunks SET n = 1000 WHERE message_id IN"
              " (SELECT message_id FROM entries WHERE uid % 10 = 0)");
    catch_up(world, inbox(world));
    CHECK_INT(indexed_messages(), 90);
    CHECK_INT(world_sql("SELECT indexed_uid FROM search_state"), 100);
    world_sql("UPDATE message_chunks SET n = 0 WHERE n = 1000");
    compare(world, 60);
}

void test_indexing_leaves_to_the_scan_what_it_cannot_read(void)
{
    world_run(check_unreadable);
}
