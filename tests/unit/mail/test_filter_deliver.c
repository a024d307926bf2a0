#include "fiber/fiber.h"
#include "mail/account.h"
#include "mail/address.h"
#include "mail/delivery.h"
#include "mail/filter.h"
#include "mail/mailbox.h"
#include "workers.h"

static struct delivery_report report;

static int take_in(struct world *world, const char *text, bool hold, struct intake_result *out)
{
    struct intake *intake;
    int err = intake_begin(world->mail, &intake);
    if (err)
        return err;
    err = intake_write(intake, slice_cstr(text));
    if (!err)
        err = hold ? intake_hold(intake, &world->arena, out) : intake_finish(intake, out);
    intake_free(&intake);
    return err;
}

static int deliver_as(struct world *world, const char *to, const char *message, bool hold)
{
    const struct delivery delivery = {.client = SLICE("test"),
                                      .delimiter = '+',
                                      .envelope_from = SLICE("boss@elsewhere.example"),
                                      .envelope_to = slice_cstr(to)};
    struct mail_address address;
    struct destination destination;
    struct intake_result taken;
    int err = mail_address_parse(slice_cstr(to), &world->arena, &address);
    if (!err)
        err = delivery_find(world->mail, &delivery, &address, &world->arena, &destination);
    if (!err)
        err = take_in(world, message, hold, &taken);
    return err ? err
               : delivery_put(world->mail, &delivery, &destination, &taken, &world->arena, &report);
}

static int deliver(struct world *world, const char *to)
{
    return deliver_as(world, to, "Subject: Order 7\r\nFrom: boss@elsewhere.example\r\n\r\nText\r\n",
                      true);
}

/* The first note, empty when there is none. */
static const char *noted(struct world *world)
{
    return report.count ? arena_cstr(&world->arena, report.notes[0]) : "";
}

static int64_t count_in(struct world *world, const char *mailbox)
{
    return world_sql(arena_printf(&world->arena,
                                  "SELECT count(*) FROM entries e JOIN mailboxes m"
                                  " ON m.id = e.mailbox_id WHERE m.name = '%s'",
                                  mailbox));
}

static void activate(struct world *world, const struct actor *actor, const char *mailbox,
                     const char *text)
{
    struct filter_owner owner;
    struct sieve_problem problem = {0};
    if (!CHECK_OK(
            filter_owner_find(world->mail, actor, slice_cstr(mailbox), &world->arena, &owner)))
        return;
    CHECK_OK(filter_put(world->mail, &owner, SLICE("main"), slice_cstr(text), &problem));
    CHECK_STR(problem.text, "");
    CHECK_OK(filter_activate(world->mail, &owner, SLICE("main")));
}

static void files_body(struct world *world)
{
    CHECK_OK(address_add_domain(world->mail, SLICE("example.org")));
    CHECK_OK(mailbox_create(world->mail, &world->alice, SLICE("Orders"), SLICE_EMPTY, NULL));
    activate(world, &world->alice, "",
             "require [\"fileinto\", \"envelope\"];"
             "if allof (header :contains \"subject\" \"order\","
             " envelope \"from\" \"boss@elsewhere.example\","
             " envelope \"to\" \"alice+x@example.org\") { fileinto \"Orders\"; }");
    CHECK_OK(deliver(world, "alice+x@example.org"));
    CHECK_INT(count_in(world, "Orders"), 1);
    CHECK_OK(deliver(world, "alice@example.org"));
    CHECK_INT(count_in(world, "INBOX"), 1);
    CHECK_STR(noted(world), "");
    activate(world, &world->alice, "",
             "require [\"fileinto\", \"mailbox\", \"copy\"];"
             "fileinto :copy :create \"New/Deep\"; if mailboxexists \"New/Deep\" { stop; }");
    CHECK_OK(deliver_as(world, "alice@example.org", "Subject: x\r\n\r\nstored\r\n", false));
    CHECK_INT(count_in(world, "New/Deep"), 1);
    CHECK_INT(count_in(world, "INBOX"), 2);
    activate(world, &world->alice, "", "discard;");
    CHECK_OK(deliver(world, "alice@example.org"));
    CHECK_STR(noted(world), "discarded");
    CHECK_INT(count_in(world, "INBOX"), 2);
    CHECK_OK(deliver(world, "bob@example.org"));
    CHECK_INT(count_in(world, "INBOX"), 3);
}

void test_filter_deliver_files_and_keeps_and_discards(void)
{
    world_run(files_body);
}

static void fails_body(struct world *world)
{
    CHECK_OK(address_add_domain(world->mail, SLICE("example.org")));
    activate(world, &world->alice, "", "require \"fileinto\"; fileinto \"Nowhere\";");
    CHECK_OK(deliver(world, "alice@example.org"));
    CHECK_INT(count_in(world, "INBOX"), 1);
    CHECK(slice_starts_with(slice_cstr(noted(world)),
                            SLICE("line 1: kept, not filed into \"Nowhere\"")));
    activate(world, &world->alice, "",
             "require \"copy\"; redirect :copy \"a@b.example\"; redirect \"c@d.example\"; keep;");
    CHECK_OK(deliver(world, "alice@example.org"));
    CHECK_INT(count_in(world, "INBOX"), 2);
    CHECK_STR(noted(world),
              "line 1: kept, not redirected to a@b.example: there is no submission.url");
    activate(world, &world->alice, "", "keep;");
    world_sql("UPDATE sieve_scripts SET text = 'if true {'");
    CHECK_OK(deliver(world, "alice@example.org"));
    CHECK_INT(count_in(world, "INBOX"), 3);
    CHECK(slice_starts_with(slice_cstr(noted(world)), SLICE("kept, the script failed at line 1")));
    activate(world, &world->alice, "", "require \"reject\"; reject \"No\r\nthanks\";");
    CHECK_ERR(deliver(world, "alice@example.org"), ERR_REJECTED);
    CHECK_STR(last_error()->text, "No  thanks");
    CHECK_INT(count_in(world, "INBOX"), 3);
}

void test_filter_deliver_keeps_what_can_not_be_done(void)
{
    world_run(fails_body);
}

static void changes_body(struct world *world)
{
    CHECK_OK(address_add_domain(world->mail, SLICE("example.org")));
    activate(world, &world->alice, "",
             "require [\"editheader\", \"imap4flags\"];"
             "setflag [\"\\\\Flagged\", \"$Work\"]; addheader \"X-Team\" \"sales\"; keep;");
    CHECK_OK(deliver(world, "alice@example.org"));
    CHECK_OK(deliver_as(world, "alice@example.org", "Subject: x\r\n\r\nstored\r\n", false));
    CHECK_INT(count_in(world, "INBOX"), 2);
    CHECK_INT(world_sql("SELECT count(*) FROM entries e JOIN messages m ON m.id = e.message_id"
                        " WHERE position('X-Team: sales'::bytea in m.header) > 0"
                        " AND m.size = (SELECT sum(length(c.octets)) FROM message_chunks c"
                        " WHERE c.message_id = m.id)"),
              2);
    CHECK_INT(world_sql("SELECT count(DISTINCT flags) FROM entries WHERE flags > 31"), 1);
    CHECK_INT(world_sql("SELECT count(*) FROM mailbox_keywords WHERE name = '$Work'"), 1);
}

void test_filter_deliver_changes_header_and_flags(void)
{
    world_run(changes_body);
}

static void rights_body(struct world *world)
{
    CHECK_OK(address_add_domain(world->mail, SLICE("example.org")));
    world_create(world, "Shared/Sales");
    world_create(world, "Shared/Sales/Big");
    world_allow(world, "Shared/Sales", "anyone", "p");
    world_allow(world, "Shared/Sales", "bob", "lra");
    world_allow(world, "Shared/Sales/Big", "bob", "l");
    world_allow(world, "Shared/Sales/Big", "carol", "lrswipkxtea");
    activate(world, &world->bob, "Shared/Sales",
             "require [\"fileinto\", \"imap4flags\"];"
             "fileinto :flags \"\\\\Flagged\" \"Shared/Sales/Big\";");
    CHECK_OK(deliver(world, "shared+Sales@example.org"));
    CHECK_INT(count_in(world, "Sales"), 1);
    CHECK_STR(noted(world), "line 1: kept, not filed into \"Shared/Sales/Big\": "
                            "the script's author has neither i nor p");
    world_allow(world, "Shared/Sales/Big", "bob", "lp");
    CHECK_OK(deliver(world, "shared+Sales@example.org"));
    CHECK_INT(count_in(world, "Sales/Big"), 1);
    CHECK_INT(world_sql("SELECT count(*) FROM entries WHERE flags <> 0"), 0);
    world_allow(world, "Shared/Sales/Big", "bob", "liw");
    CHECK_OK(deliver(world, "shared+Sales@example.org"));
    CHECK_INT(count_in(world, "Sales/Big"), 2);
    CHECK_INT(world_sql("SELECT count(*) FROM entries WHERE flags <> 0"), 1);
    world_allow(world, "Shared/Sales/Big", "bob", "");
    CHECK_OK(deliver(world, "shared+Sales@example.org"));
    CHECK_INT(count_in(world, "Sales"), 2);
}

void test_filter_deliver_has_the_rights_of_the_author(void)
{
    world_run(rights_body);
}

static const char first_mail[] = "Message-ID: <1@elsewhere.example>\r\n\r\nfirst\r\n";

static void duplicates_body(struct world *world)
{
    CHECK_OK(address_add_domain(world->mail, SLICE("example.org")));
    activate(world, &world->alice, "",
             "require [\"duplicate\", \"fileinto\", \"mailbox\"];"
             "if duplicate { fileinto :create \"Twice\"; }");
    CHECK_OK(deliver_as(world, "alice@example.org", first_mail, true));
    CHECK_OK(deliver_as(world, "alice@example.org", first_mail, true));
    CHECK_OK(deliver_as(world, "alice@example.org", first_mail, false));
    CHECK_OK(deliver(world, "alice@example.org")); /* has no Message-ID */
    CHECK_OK(deliver(world, "alice@example.org"));
    CHECK_INT(count_in(world, "INBOX"), 3);
    CHECK_INT(count_in(world, "Twice"), 2);
    activate(world, &world->bob, "",
             "require [\"duplicate\", \"reject\"];"
             "if duplicate { discard; } else { reject \"no\"; }");
    CHECK_ERR(deliver_as(world, "bob@example.org", first_mail, true), ERR_REJECTED);
    CHECK_OK(deliver_as(world, "bob@example.org", first_mail, true));
    CHECK_STR(noted(world), "discarded");
    world_sql("UPDATE filter_identifiers SET seen_at = seen_at - interval '8 days'");
    CHECK_ERR(deliver_as(world, "bob@example.org", first_mail, true), ERR_REJECTED);
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "anyone", "p");
    activate(world, &world->admin, "Shared/Sales",
             "require \"duplicate\"; if duplicate { discard; }");
    CHECK_OK(deliver_as(world, "shared+Sales@example.org", first_mail, true));
    CHECK_OK(deliver_as(world, "shared+Sales@example.org", first_mail, true));
    CHECK_INT(count_in(world, "Sales"), 1);
}

void test_filter_deliver_remembers_identifiers(void)
{
    world_run(duplicates_body);
}

static void last_body(struct world *world)
{
    CHECK_OK(address_add_domain(world->mail, SLICE("example.org")));
    const char *const older = "UPDATE filter_identifiers SET seen_at = seen_at - interval '40 s'";
    activate(world, &world->alice, "",
             "require \"duplicate\"; if duplicate :seconds 60 :last { discard; }");
    CHECK_OK(deliver_as(world, "alice@example.org", first_mail, true));
    for (int i = 0; i < 3; i++) {
        world_sql(older);
        CHECK_OK(deliver_as(world, "alice@example.org", first_mail, true));
    }
    CHECK_INT(count_in(world, "INBOX"), 1);
    activate(world, &world->alice, "",
             "require \"duplicate\"; if duplicate :seconds 60 { discard; }");
    for (int i = 0; i < 2; i++) {
        world_sql(older);
        CHECK_OK(deliver_as(world, "alice@example.org", first_mail, true));
    }
    CHECK_INT(count_in(world, "INBOX"), 2);
}

void test_filter_deliver_counts_from_the_first_or_last_time(void)
{
    world_run(last_body);
}

static void fails_wholly_body(struct world *world)
{
    CHECK_OK(address_add_domain(world->mail, SLICE("example.org")));
    CHECK_OK(mailbox_create(world->mail, &world->alice, SLICE("A"), SLICE_EMPTY, NULL));
    CHECK_OK(mailbox_create(world->mail, &world->alice, SLICE("B"), SLICE_EMPTY, NULL));
    activate(world, &world->alice, "",
             "require [\"duplicate\", \"fileinto\", \"copy\", \"ihave\"];"
             "if duplicate { discard; stop; }"
             "fileinto \"A\"; fileinto \"B\"; fileinto :copy \"A\";"
             "if header \"X-Fail\" \"1\" { error \"failed\"; } else { keep; }");
    world_sql(arena_printf(&world->arena,
                           "ALTER TABLE entries ADD CONSTRAINT broken CHECK (mailbox_id <> %lld)",
                           (long long)world_sql("SELECT id FROM mailboxes WHERE name = 'B'")));
    CHECK(deliver_as(world, "alice@example.org", first_mail, true) != 0);
    CHECK_INT(world_sql("SELECT count(*) FROM entries"), 0);
    world_sql("ALTER TABLE entries DROP CONSTRAINT broken");
    CHECK_OK(deliver_as(world, "alice@example.org",
                        "X-Fail: 1\r\nMessage-ID: <1@elsewhere.example>\r\n\r\n", true));
    CHECK_INT(count_in(world, "INBOX"), 1);
    CHECK_OK(deliver_as(world, "alice@example.org", first_mail, true));
    CHECK_INT(count_in(world, "A"), 1);
    CHECK_INT(count_in(world, "B"), 1);
    CHECK_INT(count_in(world, "INBOX"), 2);
}

void test_filter_deliver_does_all_or_nothing(void)
{
    world_run(fails_wholly_body);
}

static int64_t count_seen(struct world *world, const struct actor *actor)
{
    return world_sql(arena_printf(&world->arena,
                                  "SELECT coalesce(sum(bit_count(bits)), 0) FROM seen_pages"
                                  " WHERE user_id = %lld",
                                  (long long)actor->user_id));
}

static void seen_body(struct world *world)
{
    CHECK_OK(address_add_domain(world->mail, SLICE("example.org")));
    world_create(world, "Shared/Sales");
    world_allow(world, "Shared/Sales", "anyone", "p");
    world_allow(world, "Shared/Sales", "alice", "li");
    activate(world, &world->alice, "",
             "require [\"fileinto\", \"imap4flags\"];"
             "fileinto :flags \"\\\\Seen\" \"Shared/Sales\";");
    CHECK_OK(deliver(world, "alice@example.org"));
    CHECK_INT(count_seen(world, &world->alice), 0);
    world_allow(world, "Shared/Sales", "alice", "lis");
    CHECK_OK(deliver(world, "alice@example.org"));
    CHECK_INT(count_seen(world, &world->alice), 1);
    world_allow(world, "Shared/Sales", "bob", "lrswipkxtea");
    activate(world, &world->bob, "Shared/Sales",
             "require [\"imap4flags\"]; keep :flags [\"\\\\Seen\", \"\\\\Flagged\"];");
    CHECK_OK(deliver(world, "shared+Sales@example.org"));
    CHECK_INT(count_seen(world, &world->bob), 0);
    CHECK_INT(world_sql("SELECT count(*) FROM entries WHERE flags <> 0"), 1);
    CHECK_INT(count_in(world, "Sales"), 3);
}

void test_filter_deliver_gives_the_user_a_seen_of_their_own(void)
{
    world_run(seen_body);
}

static void disabled_body(struct world *world)
{
    CHECK_OK(address_add_domain(world->mail, SLICE("example.org")));
    world_create(world, "Shared/Sales");
    world_create(world, "Shared/Sales/Big");
    world_allow(world, "Shared/Sales", "anyone", "p");
    world_allow(world, "Shared/Sales", "bob", "la");
    world_allow(world, "Shared/Sales/Big", "bob", "li");
    activate(world, &world->bob, "Shared/Sales",
             "require \"fileinto\"; fileinto \"Shared/Sales/Big\";");
    activate(world, &world->bob, "", "discard;");
    CHECK_OK(deliver(world, "shared+Sales@example.org"));
    CHECK_INT(count_in(world, "Sales/Big"), 1);
    CHECK_OK(account_set_disabled(world->mail, SLICE("bob"), true));
    CHECK_OK(deliver(world, "shared+Sales@example.org"));
    CHECK_INT(count_in(world, "Sales/Big"), 1);
    CHECK_INT(count_in(world, "Sales"), 1);
    CHECK_OK(deliver(world, "bob@example.org"));
    CHECK_INT(count_in(world, "INBOX"), 1);
    CHECK_OK(account_set_disabled(world->mail, SLICE("bob"), false));
    CHECK_OK(deliver(world, "shared+Sales@example.org"));
    CHECK_INT(count_in(world, "Sales/Big"), 2);
    CHECK_OK(deliver(world, "bob@example.org"));
    CHECK_INT(count_in(world, "INBOX"), 1);
}

void test_filter_deliver_has_no_rights_of_who_is_disabled(void)
{
    world_run(disabled_body);
}

enum { RACERS = 8 };

struct racer {
    struct world world; /* with the engine of a worker */
    bool done;
};

static void race(void *arg)
{
    struct racer *racer = arg;
    CHECK_OK(deliver_as(&racer->world, "alice@example.org", first_mail, true));
    racer->done = true;
}

static bool all_done(void *arg)
{
    const struct racer *racers = arg;
    for (size_t i = 0; i < RACERS; i++)
        if (!racers[i].done)
            return false;
    return true;
}

static void race_body(struct world *world)
{
    static struct racer racers[RACERS];
    struct worker workers[2];
    CHECK_OK(address_add_domain(world->mail, SLICE("example.org")));
    CHECK_OK(mailbox_create(world->mail, &world->alice, SLICE("Twice"), SLICE_EMPTY, NULL));
    activate(world, &world->alice, "",
             "require [\"duplicate\", \"fileinto\"]; if duplicate { fileinto \"Twice\"; }");
    for (size_t i = 0; i < 2; i++)
        worker_start(&workers[i], false);
    for (size_t i = 0; i < RACERS; i++) {
        racers[i] = (struct racer){.world = *world};
        racers[i].world.mail = workers[i % 2].mail;
        arena_init(&racers[i].world.arena, 0);
        CHECK_OK(fiber_spawn("racer", race, &racers[i], NULL));
    }
    CHECK(workers_wait(all_done, racers));
    CHECK_INT(count_in(world, "INBOX"), 1);
    CHECK_INT(count_in(world, "Twice"), RACERS - 1);
    for (size_t i = 0; i < RACERS; i++)
        arena_clear(&racers[i].world.arena);
    for (size_t i = 0; i < 2; i++)
        worker_stop(&workers[i]);
}

void test_filter_deliver_lets_one_of_many_be_the_first(void)
{
    world_run(race_body);
}
