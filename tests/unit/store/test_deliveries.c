#include "store/deliveries.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "support/check.h"
#include "table_fixture.h"

enum { WEEK = 7 * 86400 };

static struct identifier identifier(const char *text, uint32_t seconds, bool seen_before)
{
    struct identifier made = {.seconds = seconds, .seen_before = seen_before};
    digest_sha256(slice_cstr(text), made.digest);
    return made;
}

static bool is_seen(struct database *database, const char *text, uint32_t seconds)
{
    struct identifier asked = identifier(text, seconds, false);
    bool seen = false;
    CHECK_OK(identifiers_is_seen(database, asked.digest, seconds, &seen));
    return seen;
}

static int remember(struct database *database, int64_t user, const struct identifier *identifiers,
                    size_t count)
{
    const struct delivery_batch batch = {
        .user_id = user, .identifiers = identifiers, .identifier_count = count};
    return delivery_batch_run(database, &batch);
}

static void remembers_body(struct database *database)
{
    int64_t user = table_user(database);
    const struct identifier both[] = {identifier("a", WEEK, false), identifier("b", 60, false)};
    CHECK(!is_seen(database, "a", WEEK));
    CHECK_OK(remember(database, user, both, 2));
    CHECK(is_seen(database, "a", WEEK));
    CHECK(is_seen(database, "b", 60));
    CHECK(!is_seen(database, "b", 0));
    CHECK(!is_seen(database, "c", WEEK));
    const struct identifier mixed[] = {identifier("c", 60, false), identifier("a", 60, false)};
    CHECK_ERR(remember(database, user, mixed, 2), ERR_STALE);
    CHECK(!is_seen(database, "c", 60));
    table_sql("UPDATE filter_identifiers SET seen_at = seen_at - interval '61 s'"
              " WHERE user_id = %" PRId64,
              user);
    CHECK(!is_seen(database, "b", 60));
    CHECK(is_seen(database, "b", 62));
    const struct identifier again[] = {identifier("a", WEEK, true), identifier("b", 60, false)};
    CHECK_OK(remember(database, user, again, 2));
    CHECK(is_seen(database, "a", 1));
    CHECK(is_seen(database, "b", 1));
}

void test_deliveries_remember_an_identifier_once(void)
{
    store_run(remembers_body);
}

static void forgets_body(struct database *database)
{
    int64_t user = table_user(database), mailbox = table_mailbox(database, 0, false);
    table_sql("INSERT INTO filter_identifiers (digest, user_id, seen_at, expires_at, delivery_id)"
              " SELECT sha256(int8send(n)), %" PRId64 ", now() - make_interval(secs => n),"
              " now() + make_interval(secs => 1000 - n), 0 FROM generate_series(1, 10030) n",
              user);
    const struct identifier one = identifier("of a mailbox", 60, false);
    const struct delivery_batch of_mailbox = {
        .mailbox_id = mailbox, .identifiers = &one, .identifier_count = 1};
    CHECK_OK(delivery_batch_run(database, &of_mailbox));
    CHECK_INT(
        table_number("SELECT count(*) FROM filter_identifiers WHERE user_id = %" PRId64, user),
        10030);
    const struct identifier next = identifier("next", 60, false);
    CHECK_OK(remember(database, user, &next, 1));
    CHECK_INT(
        table_number("SELECT count(*) FROM filter_identifiers WHERE user_id = %" PRId64, user),
        10001);
    CHECK_INT(table_number("SELECT count(*) FROM filter_identifiers WHERE user_id = %" PRId64
                           " AND seen_at < now() - interval '10000.5 s' - interval '1 min'",
                           user),
              0);
    uint32_t done;
    int64_t now = table_number("SELECT (extract(epoch FROM now()) * 1000000)::bigint");
    CHECK_OK(identifiers_sweep(database, 20, &done));
    CHECK_INT(done, 20);
    CHECK_OK(identifiers_sweep(database, 100000, &done));
    CHECK_INT(table_number("SELECT count(*) FROM filter_identifiers"
                           " WHERE expires_at < to_timestamp(%" PRId64 " / 1e6)",
                           now),
              0);
    CHECK(is_seen(database, "next", 60));
    table_sql("DELETE FROM users WHERE id = %" PRId64, user);
    CHECK(!is_seen(database, "next", 60));
    CHECK(is_seen(database, "of a mailbox", 60));
}

void test_deliveries_forget_the_oldest_and_what_is_over(void)
{
    store_run(forgets_body);
}

/* Two mailboxes to which a message comes. */
struct sample {
    struct append_item item;
    struct change changes[2];
    struct identifier identifier;
    struct delivery_batch batch;
};

static void sample_make(struct sample *sample, struct database *database)
{
    int64_t user = table_user(database);
    *sample = (struct sample){.item = {.message_id = table_message(database, 50), .size = 50},
                              .identifier = identifier("sample", WEEK, false)};
    for (size_t i = 0; i < 2; i++) {
        sample->changes[i] = table_change(CHANGE_APPEND, table_mailbox(database, user, false));
        sample->changes[i].items = &sample->item;
        sample->changes[i].item_count = 1;
    }
    sample->batch = (struct delivery_batch){.changes = sample->changes,
                                            .change_count = 2,
                                            .user_id = user,
                                            .identifiers = &sample->identifier,
                                            .identifier_count = 1};
}

static int sample_run(struct sample *sample, struct database *database)
{
    for (size_t i = 0; i < 2; i++)
        change_clear(&sample->changes[i]); /* of the run before */
    return delivery_batch_run(database, &sample->batch);
}

static void sample_clear(struct sample *sample)
{
    for (size_t i = 0; i < 2; i++)
        change_clear(&sample->changes[i]);
    table_sql("DELETE FROM filter_identifiers");
}

static int64_t entries_in(const struct sample *sample)
{
    return table_number("SELECT count(*) FROM entries WHERE mailbox_id IN (%" PRId64 ", %" PRId64
                        ")",
                        sample->changes[0].mailbox_id, sample->changes[1].mailbox_id);
}

static void together_body(struct database *database)
{
    struct sample sample;
    sample_make(&sample, database);
    sample.changes[1].mailbox_id += 1000000; /* is gone */
    CHECK_ERR(sample_run(&sample, database), ERR_NOT_FOUND);
    CHECK_INT(entries_in(&sample), 0);
    CHECK(!is_seen(database, "sample", WEEK));
    sample.changes[1].mailbox_id -= 1000000;
    sample.item.seal = 1; /* of content that a crash has lost */
    CHECK_ERR(sample_run(&sample, database), ERR_UNAVAILABLE);
    CHECK_STR(last_error()->text, "a crash of the database has lost the content");
    CHECK(!is_seen(database, "sample", WEEK));
    sample.item.seal = 0;
    CHECK_OK(sample_run(&sample, database));
    CHECK_INT(entries_in(&sample), 2);
    CHECK_U64(sample.changes[1].row.modseq, 2);
    CHECK(is_seen(database, "sample", WEEK));
    CHECK_ERR(sample_run(&sample, database), ERR_STALE);
    CHECK_INT(entries_in(&sample), 2);
    sample.batch.identifier_count = 0;
    sample.changes[0].mailbox_id = sample.changes[1].mailbox_id;
    CHECK_OK(sample_run(&sample, database));
    CHECK_UIDS(&sample.changes[0].row.uids, "2");
    CHECK_UIDS(&sample.changes[1].row.uids, "3");
    table_is_sound(sample.changes[1].mailbox_id);
    sample_clear(&sample);
}

void test_deliveries_happen_wholly_or_not(void)
{
    store_run(together_body);
}

static void duplicates_body(struct database *database)
{
    struct sample sample;
    sample_make(&sample, database);
    sample.batch.identifier_count = 0;
    sample.batch.duplicate_window = 60;
    table_sql("UPDATE messages SET message_id = '<once@example.org>' WHERE id = %" PRId64,
              sample.item.message_id);
    sample.batch.change_count = 1;
    CHECK_OK(sample_run(&sample, database));
    CHECK_U64(sample.changes[0].row.modseq, 2);
    sample.batch.change_count = 2;
    CHECK_OK(sample_run(&sample, database));
    CHECK_U64(sample.changes[0].row.modseq, 0);
    CHECK_U64(sample.changes[1].row.modseq, 2);
    CHECK_INT(entries_in(&sample), 2);
    table_sql("UPDATE entries SET save_date = save_date - interval '61 s'");
    CHECK_OK(sample_run(&sample, database));
    CHECK_INT(entries_in(&sample), 4);
    sample_clear(&sample);
}

void test_deliveries_leave_out_what_came_not_long_ago(void)
{
    store_run(duplicates_body);
}

enum { DELIVERERS = 8 };

struct race {
    struct database *database;
    struct sample *sample;
    int64_t committed, stale, in_doubt;
};

static void deliver(void *arg, size_t number)
{
    (void)number;
    struct race *race = arg;
    struct sample own = *race->sample;
    own.batch.changes = own.changes;
    own.batch.identifiers = &own.identifier;
    int err = delivery_batch_run(race->database, &own.batch);
    race->committed += err == 0;
    race->stale += err == -ERR_STALE;
    for (size_t i = 0; i < 2; i++)
        change_clear(&own.changes[i]);
}

static void race_body(struct database *database)
{
    struct sample sample;
    sample_make(&sample, database);
    struct race race = {.database = database, .sample = &sample};
    store_run_fibers(DELIVERERS, deliver, &race);
    CHECK_INT(race.committed, 1);
    CHECK_INT(race.stale, DELIVERERS - 1);
    CHECK_INT(entries_in(&sample), 2);
    table_sql("UPDATE messages SET message_id = '<race@example.org>' WHERE id = %" PRId64,
              sample.item.message_id);
    table_sql("UPDATE entries SET save_date = save_date - interval '61 s'");
    sample.batch.identifier_count = 0;
    sample.batch.duplicate_window = 60;
    store_run_fibers(DELIVERERS, deliver, &race);
    CHECK_INT(entries_in(&sample), 4);
    sample_clear(&sample);
}

void test_deliveries_race_and_one_wins(void)
{
    store_run(race_body);
}

enum { ROUNDS = 20 };

/* One fiber ends the connections of the others, who each bring something new. */
static void deliver_in_trouble(void *arg, size_t number)
{
    struct race *race = arg;
    if (number == 0) {
        for (int i = 0; i < 6; i++)
            store_kill("postroom transactions");
        return;
    }
    for (int round = 0; round < ROUNDS; round++) {
        char text[64];
        snprintf(text, sizeof text, "trouble %zu %d", number, round);
        struct sample own = *race->sample;
        own.identifier = identifier(text, WEEK, false);
        own.batch.changes = own.changes;
        own.batch.identifiers = &own.identifier;
        int err = delivery_batch_run(race->database, &own.batch);
        CHECK(err == 0 || err == -ERR_UNAVAILABLE || err == -ERR_IN_DOUBT);
        CHECK(err || (own.changes[0].row.modseq && own.changes[1].row.modseq));
        race->committed += err == 0;
        race->in_doubt += err == -ERR_IN_DOUBT;
        for (size_t i = 0; i < 2; i++)
            change_clear(&own.changes[i]);
    }
}

static void trouble_body(struct database *database)
{
    struct sample sample;
    sample_make(&sample, database);
    struct race race = {.database = database, .sample = &sample};
    store_run_fibers(5, deliver_in_trouble, &race);
    int64_t remembered = table_number(
        "SELECT count(*) FROM filter_identifiers WHERE user_id = %" PRId64, sample.batch.user_id);
    CHECK(race.committed > 0);
    CHECK(race.committed <= remembered && remembered <= race.committed + race.in_doubt);
    CHECK_INT(entries_in(&sample), 2 * remembered);
    for (size_t i = 0; i < 2; i++)
        table_is_sound(sample.changes[i].mailbox_id);
    sample_clear(&sample);
}

void test_deliveries_survive_lost_connections(void)
{
    store_run(trouble_body);
}
