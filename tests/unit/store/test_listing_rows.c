/* LIST at scale: 20,000 mailboxes, 1,000 users, 200 groups. What is measured are pages, which
 * are the same on any machine; POSTROOM_TEST_PLANS shows the plans. */
#include "store/listing_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "migration.h"
#include "statement.h"
#include "store_fixture.h"
#include "support/check.h"

/* A schema of its own, which is dropped when all is measured. Pages of a statement: how many
 * it reads, wherever they are. */
static const char schema_sql[] =
    "SET client_min_messages = warning; DROP SCHEMA IF EXISTS listing_scale CASCADE;"
    "CREATE SCHEMA listing_scale; SET search_path = listing_scale;"
    "CREATE TABLE plans (plan json);"
    "CREATE FUNCTION pages(statement text) RETURNS bigint LANGUAGE plpgsql AS $$"
    "DECLARE made json; BEGIN"
    " EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, COSTS off, TIMING off, FORMAT json) EXECUTE '"
    "     || statement INTO made;"
    " INSERT INTO plans VALUES (made);"
    " RETURN (made->0->'Plan'->>'Shared Hit Blocks')::bigint"
    "     + (made->0->'Plan'->>'Shared Read Blocks')::bigint;"
    "END $$;";

/* Group 1 has users 1 and 2, and may see 100 mailboxes; user 2 sees 900 more by itself, and
 * user 3 nothing. All else is about others. */
static const char people_sql[] =
    "SET session_replication_role = replica;" /* no foreign keys: twice as fast */
    "INSERT INTO users (login, verifier) SELECT 'user' || n, 'x' FROM generate_series(1, 1000) n;"
    "INSERT INTO groups (name) SELECT 'group' || n FROM generate_series(1, 200) n;"
    "INSERT INTO group_members (group_id, user_id) VALUES (1, 1), (1, 2);"
    "INSERT INTO group_members (group_id, user_id)"
    " SELECT DISTINCT 2 + (n * 7 + k * 13) % 199, n"
    " FROM generate_series(4, 1000) n, generate_series(1, 5) k";

/* Mailboxes from $1 to $2, each with a right of a group and one of a user of the others. */
static const char mailboxes_sql[] =
    "INSERT INTO mailboxes (owner_id, name, seen_per_user)"
    " SELECT NULL, 'department ' || n %% 100 || '/mailbox ' || n, true"
    " FROM generate_series(%d, %d) n ORDER BY n;"
    "INSERT INTO mailbox_state (mailbox_id)"
    " SELECT id FROM mailboxes WHERE id BETWEEN %d AND %d ORDER BY id;"
    "INSERT INTO acl (mailbox_id, group_id, rights, granted_by)"
    " SELECT n, 2 + n %% 199, 3, 'x' FROM generate_series(%d, %d) n;"
    "INSERT INTO acl (mailbox_id, user_id, rights, granted_by)"
    " SELECT n, 4 + n * 31 %% 997, 3, 'x' FROM generate_series(%d, %d) n";

static const char visible_sql[] = "INSERT INTO acl (mailbox_id, group_id, rights, granted_by)"
                                  " SELECT n, 1, 3, 'x' FROM generate_series(1, 100) n;"
                                  "INSERT INTO acl (mailbox_id, user_id, rights, granted_by)"
                                  " SELECT n, 2, 3, 'x' FROM generate_series(101, 1000) n;"
                                  "INSERT INTO seen_pages (mailbox_id, user_id, page, bits)"
                                  " SELECT n, 1, 0, B'1'::bit(8192) FROM generate_series(1, 100) n";

static const char vacuum_sql[] =
    "VACUUM ANALYZE users, group_members, mailboxes, mailbox_state, acl,"
    " seen_pages, subscriptions";

static const enum statement measured[] = {STATEMENT_MAILBOXES_VISIBLE, STATEMENT_MAILBOX_LISTED,
                                          STATEMENT_MAILBOXES_STATUSES,
                                          STATEMENT_SUBSCRIPTIONS_LIST};

static int64_t scale_number(struct script *script, const char *sql)
{
    struct result *result;
    int64_t number = -1;
    if (CHECK_OK(script_query(script, sql, NULL, &result))) {
        number = result_int8(result, 0, 0);
        result_free(&result);
    }
    return number;
}

static void scale_mailboxes(struct script *script, int first, int last)
{
    char sql[sizeof mailboxes_sql + 100];
    snprintf(sql, sizeof sql, mailboxes_sql, first, last, first, last, first, last, first, last);
    CHECK_OK(script_run(script, sql));
}

static bool scale_begin(struct script **script)
{
    if (!CHECK_OK(script_open(store_conninfo(), clock_monotonic_ms() + 10000, script)) ||
        !CHECK_OK(script_run(*script, schema_sql)))
        return false;
    for (size_t i = 0; i < migration_count; i++)
        if (!CHECK_OK(script_run(*script, migration_table[i].text)))
            return false;
    return CHECK_OK(script_run(*script, people_sql));
}

/* What users 1, 2 and 3 read. */
struct scale_pages {
    int64_t list[4];         /* of user 1, 2, 3 */
    int64_t list_for_status; /* of user 1, with what the next one has to know */
    int64_t status;          /* of its 100 mailboxes */
    int64_t name;
    int64_t hidden_name;
    int64_t lsub;
};

static int64_t scale_pages_of_list(struct script *script, int user, const char *for_status)
{
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT pages('mailboxes_visible(%d, %s)')", user, for_status);
    return scale_number(script, sql);
}

static struct scale_pages scale_measure(struct script *script)
{
    CHECK_OK(script_run(script, "DELETE FROM plans"));
    struct scale_pages pages = {0};
    for (int user = 1; user <= 3; user++)
        pages.list[user] = scale_pages_of_list(script, user, "false");
    pages.list_for_status = scale_pages_of_list(script, 1, "true");
    pages.status = scale_number(
        script, "SELECT pages(format('mailboxes_statuses(%L, %L, 1, true, true)',"
                " array_agg(n)::text, array_agg(1)::text)) FROM generate_series(1, 100) n");
    pages.name =
        scale_number(script, "SELECT pages('mailbox_listed(0, ''department 7/mailbox 7'', 1)')");
    pages.hidden_name =
        scale_number(script, "SELECT pages('mailbox_listed(0, ''department 7'', 3)')");
    pages.lsub = scale_number(script, "SELECT pages('subscriptions_list(1)')");
    return pages;
}

static void scale_show(struct script *script, const struct scale_pages *pages)
{
    if (!getenv("POSTROOM_TEST_PLANS"))
        return;
    printf("pages: LIST of 100 %" PRId64 ", of 1,000 %" PRId64 ", of none %" PRId64
           "; for STATUS %" PRId64 " and %" PRId64 "; one name %" PRId64 ", a hidden one %" PRId64
           "; LSUB %" PRId64 "\n",
           pages->list[1], pages->list[2], pages->list[3], pages->list_for_status, pages->status,
           pages->name, pages->hidden_name, pages->lsub);
    struct result *result;
    if (!CHECK_OK(script_query(script, "SELECT plan::text FROM plans", NULL, &result)))
        return;
    for (size_t i = 0; i < result_rows(result); i++)
        printf("%.*s\n", SLICE_ARGS(result_slice(result, i, 0)));
    result_free(&result);
}

/* A few pages are those at which inner nodes of the larger indexes begin. */
static void check_same(int64_t small, int64_t large)
{
    if (!CHECK(large <= small + small / 10 + 4))
        fprintf(stderr, "%" PRId64 " pages became %" PRId64 "\n", small, large);
}

static void check_scale(const struct scale_pages *small, const struct scale_pages *large)
{
    for (int user = 1; user <= 3; user++)
        check_same(small->list[user], large->list[user]);
    check_same(small->list_for_status, large->list_for_status);
    check_same(small->status, large->status);
    check_same(small->name, large->name);
    check_same(small->lsub, large->lsub);
    /* Three pages for each mailbox and one for its right, where rights are scattered;
     * eleven more with STATUS, which looks for its state, its name and \Seen. */
    CHECK(large->list[1] <= 100 * 4 + 20);
    CHECK(large->list[2] <= 1000 * 4 + 20);
    CHECK(large->list[3] <= 20);
    CHECK(large->list_for_status + large->status <= 100 * 15 + 40);
    CHECK(large->name <= 30);
    /* Of what is below, 64 are looked at, and no more. */
    CHECK(large->hidden_name <= 64 * 6 + 30);
    CHECK(large->lsub <= 20);
}

static void check_plans(struct script *script)
{
    CHECK_INT(scale_number(script, "SELECT count(*) FROM plans"), 8);
    CHECK_INT(scale_number(script, "SELECT count(*) FROM plans"
                                   " WHERE plan::text ~ '\"(Seq|Bitmap Heap) Scan\"'"),
              0);
    CHECK_INT(scale_number(script, "SELECT count(*) FROM plans"
                                   " WHERE plan::text ~ '\"Index (Only )?Scan\"'"),
              8);
}

static void scale_body(struct database *database)
{
    (void)database;
    struct script *script = NULL;
    if (scale_begin(&script)) {
        scale_mailboxes(script, 1, 2000);
        CHECK_OK(script_run(script, visible_sql));
        CHECK_OK(script_run(script, vacuum_sql));
        for (size_t i = 0; i < sizeof measured / sizeof measured[0]; i++)
            CHECK_OK(script_prepare(script, measured[i]));
        struct scale_pages small = scale_measure(script);
        scale_mailboxes(script, 2001, 20000);
        CHECK_OK(script_run(script, vacuum_sql));
        struct scale_pages large = scale_measure(script);
        scale_show(script, &large);
        check_scale(&small, &large);
        check_plans(script);
        CHECK_OK(script_run(script, "DROP SCHEMA listing_scale CASCADE"));
    }
    script_close(&script);
}

void test_listing_rows_cost_what_is_visible(void)
{
    store_run(scale_body);
}
