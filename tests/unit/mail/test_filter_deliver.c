#include "mail/address.h"
#include "mail/delivery.h"
#include "mail/filter.h"
#include "mail/mailbox.h"
#include "world.h"

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
    CHECK_STR(noted(world), "line 1: kept, not redirected to a@b.example");
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
