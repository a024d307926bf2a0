#include "store_fixture.h"

#include "base/clock.h"
#include "fiber/fiber.h"
#include "store/feed.h"
#include "support/check.h"

enum { MAILBOXES = 3000 };

/* What one listener has heard. */
struct ear {
    uint64_t modseqs[MAILBOXES];
    size_t mailboxes; /* distinct */
    size_t hints;
    int64_t user;
    int resumed;
};

static void hear_mailbox(void *arg, int64_t mailbox_id, uint64_t modseq)
{
    struct ear *ear = arg;
    CHECK(fiber_current() == NULL);
    ear->hints++;
    if (mailbox_id >= MAILBOXES)
        return;
    ear->mailboxes += ear->modseqs[mailbox_id] == 0;
    if (modseq > ear->modseqs[mailbox_id])
        ear->modseqs[mailbox_id] = modseq;
}

static void hear_user(void *arg, int64_t user_id)
{
    ((struct ear *)arg)->user = user_id;
}

static void hear_resumed(void *arg)
{
    ((struct ear *)arg)->resumed++;
}

static struct feed *listen_with(struct database *database, struct ear *ear)
{
    const struct feed_handlers handlers = {
        .arg = ear, .mailbox = hear_mailbox, .user = hear_user, .resumed = hear_resumed};
    struct feed *feed = NULL;
    CHECK_OK(feed_open(database, &handlers, &feed));
    return feed;
}

/* Waits until *value has reached `least`, 10 s at most. */
#define WAIT_UNTIL(condition)                                                                      \
    do {                                                                                           \
        int64_t deadline = clock_monotonic_ms() + 10000;                                           \
        while (!(condition) && clock_monotonic_ms() < deadline)                                    \
            fiber_sleep(5);                                                                        \
        CHECK(condition);                                                                          \
    } while (0)

static void two_handles_body(struct database *database)
{
    static struct ear here;
    static struct ear there;
    const struct database_settings settings = store_settings();
    struct database *other;
    if (!CHECK_OK(database_open(&settings, &other)))
        return;
    memset(&here, 0, sizeof here);
    memset(&there, 0, sizeof there);
    struct feed *sender = listen_with(database, &here);
    struct feed *listener = listen_with(other, &there);
    WAIT_UNTIL(here.resumed == 1 && there.resumed == 1);
    for (int i = 0; i < MAILBOXES; i++) { /* more than one payload holds */
        feed_send_mailbox(sender, i, 5);
        feed_send_mailbox(sender, i, 4);
    }
    feed_send_user(sender, 77);
    WAIT_UNTIL(there.mailboxes == MAILBOXES && there.user == 77);
    WAIT_UNTIL(here.mailboxes == MAILBOXES && here.user == 77);
    CHECK_INT(there.hints, MAILBOXES); /* merged */
    CHECK_U64(there.modseqs[0], 5);
    feed_close(&sender);
    feed_close(&listener);
    CHECK(listener == NULL);
    database_close(&other);
}

void test_feed_reaches_another_handle_merged(void)
{
    store_run(two_handles_body);
}

static void killed_body(struct database *database)
{
    static struct ear ear;
    memset(&ear, 0, sizeof ear);
    struct feed *feed = listen_with(database, &ear);
    WAIT_UNTIL(ear.resumed == 1);
    store_kill("postroom listen");
    WAIT_UNTIL(ear.resumed == 2);
    store_kill("postroom notify");
    feed_send_mailbox(feed, 1, 9);
    WAIT_UNTIL(ear.modseqs[1] == 9);
    feed_close(&feed);
}

void test_feed_killed_resumes_and_says_so(void)
{
    store_run(killed_body);
}

static void flush_body(struct database *database)
{
    static struct ear ear;
    memset(&ear, 0, sizeof ear);
    struct feed *listener = listen_with(database, &ear);
    WAIT_UNTIL(ear.resumed == 1);
    struct feed *sender;
    if (!CHECK_OK(feed_open(database, NULL, &sender)))
        return;
    CHECK_OK(feed_flush(sender, 1000)); /* of nothing */
    feed_send_mailbox(sender, 2, 3);
    CHECK_OK(feed_flush(sender, 10000));
    feed_close(&sender);
    WAIT_UNTIL(ear.modseqs[2] == 3);
    feed_close(&listener);
}

void test_feed_flush_has_sent_everything(void)
{
    store_run(flush_body);
}

static void absent_body(struct database *database)
{
    (void)database;
    const struct database_settings settings = {
        .conninfo = "host=/nonexistent", .connections = 1, .wait_ms = 50};
    struct database *absent;
    struct feed *feed;
    if (!CHECK_OK(database_open(&settings, &absent)))
        return;
    if (CHECK_OK(feed_open(absent, NULL, &feed))) {
        feed_send_mailbox(feed, 1, 1);
        CHECK_ERR(feed_flush(feed, 100), ERR_TIMEOUT);
        feed_close(&feed);
    }
    database_close(&absent);
}

void test_feed_flush_gives_up_in_time(void)
{
    store_run(absent_body);
}
