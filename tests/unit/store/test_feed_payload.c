#include "feed_payload.h"
#include "support/check.h"

struct heard {
    int mailboxes;
    int users;
    int64_t mailbox_id;
    uint64_t modseq;
    int64_t user_id;
    int64_t names_id;
    int64_t subscriber_id;
    int server;
    int outgoing;
};

static void hear_mailbox(void *arg, int64_t mailbox_id, uint64_t modseq)
{
    struct heard *heard = arg;
    heard->mailboxes++;
    heard->mailbox_id = mailbox_id;
    heard->modseq = modseq;
}

static void hear_user(void *arg, int64_t user_id)
{
    struct heard *heard = arg;
    heard->users++;
    heard->user_id = user_id;
}

static void hear_names(void *arg, int64_t mailbox_id)
{
    struct heard *heard = arg;
    heard->names_id = mailbox_id;
}

static void hear_subscriptions(void *arg, int64_t user_id)
{
    struct heard *heard = arg;
    heard->subscriber_id = user_id;
}

static void hear_server(void *arg)
{
    struct heard *heard = arg;
    heard->server++;
}

static void hear_outgoing(void *arg)
{
    struct heard *heard = arg;
    heard->outgoing++;
}

static struct heard parse(struct slice payload)
{
    struct heard heard = {0};
    const struct feed_handlers handlers = {.arg = &heard,
                                           .mailbox = hear_mailbox,
                                           .user = hear_user,
                                           .names = hear_names,
                                           .subscriptions = hear_subscriptions,
                                           .server = hear_server,
                                           .outgoing = hear_outgoing};
    feed_payload_parse(payload, &handlers);
    return heard;
}

void test_feed_payload_reads_what_it_writes(void)
{
    struct buffer payload;
    buffer_init(&payload, 0);
    CHECK(feed_payload_add_mailbox(&payload, 7, 12));
    CHECK(feed_payload_add_mailbox(&payload, INT64_MAX, UINT64_MAX));
    CHECK(feed_payload_add_user(&payload, 3));
    CHECK_SLICE(buffer_slice(&payload), "m7:12 m9223372036854775807:18446744073709551615 u3");
    struct heard heard = parse(buffer_slice(&payload));
    CHECK_INT(heard.mailboxes, 2);
    CHECK_INT(heard.mailbox_id, INT64_MAX);
    CHECK_U64(heard.modseq, UINT64_MAX);
    CHECK_INT(heard.users, 1);
    CHECK_INT(heard.user_id, 3);
    buffer_clear(&payload);
}

void test_feed_payload_stays_below_what_postgresql_takes(void)
{
    struct buffer payload;
    buffer_init(&payload, FEED_PAYLOAD_MAX);
    int added = 0;
    while (feed_payload_add_mailbox(&payload, INT64_MAX - added, UINT64_MAX))
        added++;
    CHECK(!feed_payload_add_user(&payload, 1));
    CHECK_OK(buffer_check(&payload));
    CHECK(payload.len < 8000 && payload.len > 7800);
    CHECK_INT(parse(buffer_slice(&payload)).mailboxes, added);
    buffer_clear(&payload);
}

void test_feed_payload_skips_what_it_does_not_know(void)
{
    static const char text[] = " m1:2  z9:9 m m3 m4: m:5 mx:1 u ux  u7 m8:9";
    for (size_t split = 0; split < sizeof text; split++) {
        parse(slice_of(text, split)); /* must not read beyond */
        parse(slice_of(text + split, sizeof text - 1 - split));
    }
    struct heard heard = parse(slice_cstr(text));
    CHECK_INT(heard.mailboxes, 2);
    CHECK_INT(heard.mailbox_id, 8);
    CHECK_INT(heard.users, 1);
    CHECK_INT(heard.user_id, 7);
}

void test_feed_payload_tells_of_all_else(void)
{
    struct buffer payload;
    buffer_init(&payload, 0);
    CHECK(feed_payload_add_names(&payload, 7));
    CHECK(feed_payload_add_subscriptions(&payload, 5));
    CHECK(feed_payload_add_server(&payload));
    CHECK(feed_payload_add_outgoing(&payload));
    CHECK_SLICE(buffer_slice(&payload), "n7 s5 a0 o0");
    struct heard heard = parse(buffer_slice(&payload));
    CHECK_INT(heard.names_id, 7);
    CHECK_INT(heard.subscriber_id, 5);
    CHECK_INT(heard.server, 1);
    CHECK_INT(heard.outgoing, 1);
    CHECK_INT(heard.mailboxes, 0);
    CHECK_INT(heard.users, 0);
    buffer_clear(&payload);
}

void test_feed_payload_is_no_business_of_those_who_do_not_listen(void)
{
    struct heard heard = {0};
    const struct feed_handlers handlers = {
        .arg = &heard, .mailbox = hear_mailbox, .user = hear_user};
    feed_payload_parse(SLICE("n7 s5 a0 u3 z9 n"), &handlers);
    CHECK_INT(heard.users, 1);
    CHECK_INT(heard.mailboxes, 0);
}
