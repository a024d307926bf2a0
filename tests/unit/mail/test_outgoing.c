#include "mail/outgoing.h"

#include "mail/content.h"
#include "mail/mailbox.h"
#include "store/deliveries.h"
#include "store/messages.h"
#include "world.h"

static const char text[] = "X-Edited: yes\r\nReturn-Path: <a@b.example>\r\n"
                           "Delivered-To: alice@example.org\r\nReceived: by us\r\n\tnow\r\n"
                           "Delivered-To: elsewhere\r\nSubject: x\r\n\r\nReturn-Path: text\r\n";
static const char sent[] = "X-Mark: 1\r\nX-Edited: yes\r\nReceived: by us\r\n\tnow\r\n"
                           "Delivered-To: elsewhere\r\nSubject: x\r\n\r\nReturn-Path: text\r\n";

static void set_up(struct world *world)
{
    struct mail_settings settings = *mail_settings(world->mail);
    settings.sends_mail = true;
    settings.outgoing_lease = 100;
    settings.outgoing_retry = 60;
    settings.outgoing_lifetime = 1000;
    mail_set_settings(world->mail, &settings);
    CHECK_OK(mailbox_create(world->mail, &world->alice, SLICE("Home"), SLICE_EMPTY, NULL));
}

static int64_t store_message(struct world *world)
{
    struct intake *intake;
    struct intake_result stored = {0};
    CHECK_OK(intake_begin(world->mail, &intake));
    CHECK_OK(intake_write(intake, slice_cstr(text)));
    CHECK_OK(intake_finish(intake, &stored));
    intake_free(&intake);
    return stored.message_id;
}

static void put(struct world *world, int64_t home_id, const char *digest)
{
    struct outgoing_order order = {.remembered = 60, .lifetime = 1000};
    const struct delivery_batch batch = {.orders = &order, .order_count = 1};
    order.mail = (struct outgoing_mail){.kind = SLICE("redirect"),
                                        .written_for = SLICE("alice@example.org"),
                                        .sender = SLICE_EMPTY,
                                        .recipient = SLICE("c@d.example"),
                                        .fields = SLICE("X-Mark: 1\r\n"),
                                        .message_id = store_message(world),
                                        .home_id = home_id};
    digest_sha256(slice_cstr(digest), order.digest);
    CHECK_OK(delivery_batch_run(world->database, &batch));
}

static struct outgoing_claim take(struct world *world)
{
    struct outgoing_claim claim = {.id = 0};
    CHECK_OK(outgoing_take(world->mail, &world->arena, &claim));
    return claim;
}

static int64_t waiting(void)
{
    return world_sql("SELECT count(*) FROM outgoing");
}

static int64_t stored(void)
{
    return world_sql("SELECT count(*) FROM messages");
}

/* Seconds until it is due, about. */
static void check_due(int64_t seconds)
{
    int64_t due =
        world_sql("SELECT extract(epoch FROM due_at - now())::bigint FROM outgoing LIMIT 1");
    CHECK(due >= seconds - 5 && due <= seconds + 5);
}

static int gather(void *arg, struct slice octets)
{
    buffer_add(arg, octets);
    return buffer_check(arg);
}

static void sends_body(struct world *world)
{
    set_up(world);
    put(world, 0, "one");
    put(world, 0, "one");
    CHECK_INT(waiting(), 1);
    uint32_t done;
    world_sql("UPDATE messages SET stored_at = now() - interval '9 days'");
    CHECK_OK(messages_sweep_orphans(world->database, 86400, 10, &done));
    CHECK_INT(stored(), 1);
    struct outgoing_claim none, claim = take(world);
    CHECK_ERR(outgoing_take(world->mail, &world->arena, &none), ERR_NOT_FOUND);
    CHECK_SLICE(claim.mail.recipient, "c@d.example");
    CHECK_SLICE(claim.mail.sender, "");
    struct buffer octets;
    buffer_init(&octets, 0);
    CHECK_OK(outgoing_read(world->mail, &claim, gather, &octets));
    CHECK(slice_equal(buffer_slice(&octets), slice_cstr(sent)));
    buffer_clear(&octets);
    CHECK_OK(outgoing_sent(world->mail, &claim));
    CHECK_INT(waiting(), 0);
    CHECK_INT(stored(), 0);
    put(world, 0, "one"); /* it is remembered */
    CHECK_INT(waiting(), 0);
    world_sql("UPDATE outgoing_memory SET until = now()");
    put(world, 0, "one");
    CHECK_INT(waiting(), 1);
}

void test_outgoing_sends_once_and_forgets_the_content(void)
{
    world_run(sends_body);
}

static void lease_body(struct world *world)
{
    set_up(world);
    put(world, 0, "two");
    struct outgoing_claim killed = take(world);
    check_due(100);
    world_sql("UPDATE outgoing SET leased_until = now(), due_at = now()");
    struct outgoing_claim second = take(world);
    CHECK_INT(second.id, killed.id);
    CHECK_INT(second.attempt, 2);
    int64_t held_until = 1;
    CHECK_ERR(outgoing_hold(world->mail, &killed, &held_until), ERR_STALE);
    CHECK_OK(outgoing_hold(world->mail, &second, &held_until));
    CHECK(held_until > 1);
    CHECK_ERR(outgoing_sent(world->mail, &killed), ERR_STALE);
    CHECK_ERR(outgoing_retry(world->mail, &killed, SLICE("later")), ERR_STALE);
    size_t hurried;
    CHECK_OK(outgoing_rows_hurry(world->database, 0, &hurried));
    CHECK_INT(hurried, 0); /* not what is being sent */
    CHECK_OK(outgoing_retry(world->mail, &second, SLICE("later")));
    check_due(60); /* that the first was killed does not count */
    CHECK_OK(outgoing_rows_hurry(world->database, second.id, &hurried));
    CHECK_INT(hurried, 1);
    second = take(world);
    CHECK_SLICE(second.problem, "later");
    CHECK_OK(outgoing_give_back(world->mail, &second, 0, SLICE("away"))); /* nor does this */
    second = take(world);
    CHECK_OK(outgoing_retry(world->mail, &second, SLICE("later")));
    check_due(120);
    CHECK_OK(outgoing_rows_hurry(world->database, second.id, &hurried));
    second = take(world);
    CHECK_OK(outgoing_rows_delete(world->database, second.id));
    CHECK_ERR(outgoing_rows_delete(world->database, second.id), ERR_NOT_FOUND);
}

void test_outgoing_is_taken_over_from_who_was_killed(void)
{
    world_run(lease_body);
}

static int64_t in_home(void)
{
    return world_sql("SELECT count(*) FROM entries e JOIN mailboxes m ON m.id = e.mailbox_id"
                     " WHERE m.name = 'Home'");
}

static void refused_body(struct world *world)
{
    bool filed;
    set_up(world);
    int64_t home_id = world_sql("SELECT id FROM mailboxes WHERE name = 'Home'");
    put(world, home_id, "three");
    struct outgoing_claim claim = take(world);
    CHECK_OK(outgoing_refused(world->mail, &claim, SLICE("no"), &filed));
    CHECK(filed);
    CHECK_INT(in_home(), 1);
    CHECK_INT(waiting(), 0);
    CHECK_INT(stored(), 1);
    put(world, 0, "four"); /* it is in a mailbox anyway */
    claim = take(world);
    CHECK_OK(outgoing_refused(world->mail, &claim, SLICE("no"), &filed));
    CHECK(!filed);
    CHECK_INT(waiting(), 0);
    put(world, home_id, "five");
    claim = take(world);
    struct mail_settings settings = *mail_settings(world->mail);
    settings.user_quota.of[QUOTA_MESSAGES] = 1;
    mail_set_settings(world->mail, &settings);
    CHECK_ERR(outgoing_refused(world->mail, &claim, SLICE("no"), &filed), ERR_OVER_QUOTA);
    CHECK_INT(waiting(), 1);
    check_due(600);
    world_sql("UPDATE outgoing SET due_at = now(), expires_at = now()");
    settings.user_quota.of[QUOTA_MESSAGES] = 0;
    mail_set_settings(world->mail, &settings);
    claim = take(world);
    CHECK(claim.refused);
    CHECK(claim.expired);
    CHECK_OK(outgoing_refused(world->mail, &claim, claim.problem, &filed));
    CHECK_INT(in_home(), 2);
    CHECK_INT(waiting(), 0);
}

void test_outgoing_that_nobody_takes_is_filed_at_home(void)
{
    world_run(refused_body);
}

/* Two have it in hand, as the first was slow, or was killed after it had filed the mail. */
static void filed_once_body(struct world *world)
{
    bool filed;
    set_up(world);
    put(world, world_sql("SELECT id FROM mailboxes WHERE name = 'Home'"), "six");
    struct outgoing_claim slow = take(world);
    CHECK_OK(outgoing_rows_defer(world->database, &slow, 0, SLICE("no"), OUTGOING_REFUSED));
    slow = take(world);
    CHECK(slow.refused);
    world_sql("UPDATE outgoing SET leased_until = now(), due_at = now()");
    struct outgoing_claim quick = take(world);
    CHECK_OK(outgoing_refused(world->mail, &quick, quick.problem, &filed));
    CHECK(filed);
    CHECK_ERR(outgoing_refused(world->mail, &slow, slow.problem, &filed), ERR_STALE);
    CHECK_INT(in_home(), 1);
    CHECK_INT(waiting(), 0);
}

void test_outgoing_is_filed_once_whoever_has_it_in_hand(void)
{
    world_run(filed_once_body);
}
