#include "table_fixture.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/digest.h"
#include "store/acl_rows.h"
#include "store/mailboxes.h"
#include "store/messages.h"
#include "store/users.h"
#include "support/check.h"

struct slice table_name(const char *prefix)
{
    static char names[64][80];
    static unsigned next;
    static int64_t start;
    if (!start)
        start = clock_realtime_us();
    char *name = names[next++ % 64];
    snprintf(name, sizeof names[0], "%s-%" PRId64 "-%u", prefix, start, next);
    return slice_cstr(name);
}

int64_t table_user(struct database *database)
{
    int64_t id = 0;
    CHECK_OK(users_insert(database, table_name("user"), SLICE("SCRAM-SHA-256$verifier"), &id));
    return id;
}

int64_t table_group(struct database *database)
{
    int64_t id = 0;
    CHECK_OK(groups_insert(database, table_name("group"), &id));
    return id;
}

int64_t table_mailbox(struct database *database, int64_t owner_id, bool seen_per_user)
{
    const struct mailbox_creation creation = {
        .owner_id = owner_id,
        .name = table_name("mailbox"),
        .seen_per_user = seen_per_user,
        .actor = SLICE("tester"),
        .client = SLICE("test"),
    };
    int64_t id = 0;
    uint32_t uidvalidity;
    CHECK_OK(mailboxes_create(database, &creation, &id, &uidvalidity));
    return id;
}

int table_put(struct database *database, const struct message_row *row, struct slice octets,
              int64_t *id_out)
{
    const struct message_content content = {*row, octets};
    const struct message_content *contents = &content;
    return messages_put(database, &contents, 1, id_out);
}

int64_t table_message(struct database *database, uint64_t size)
{
    char octets[1024];
    memset(octets, 'x', sizeof octets);
    struct message_row row = {
        .size = size,
        .header = SLICE("Subject: test\r\n\r\n"),
        .envelope = SLICE("(NIL)"),
        .bodystructure = SLICE("(\"text\" \"plain\")"),
        .parts = SLICE("parts"),
        .sent_day = INT64_MIN,
        .sent_at = INT64_MIN,
    };
    random_octets(row.sha256, sizeof row.sha256);
    int64_t id = 0;
    CHECK_OK(table_put(database, &row,
                       slice_of(octets, size < sizeof octets ? size : sizeof octets), &id));
    return id;
}

uint64_t table_grant(struct database *database, int64_t mailbox_id, int kind, int64_t id,
                     bool negative, uint32_t rights)
{
    const struct acl_change change = {
        .mailbox_id = mailbox_id,
        .kind = (enum acl_kind)kind,
        .id = id,
        .negative = negative,
        .change = RIGHTS_REPLACE,
        .rights = rights,
        .expires_at = INT64_MAX,
        .actor = SLICE("tester"),
        .client = SLICE("test"),
    };
    uint64_t modseq = 0;
    CHECK_OK(acl_rows_change(database, &change, &modseq));
    return modseq;
}

struct change table_change(enum change_kind kind, int64_t mailbox_id)
{
    return (struct change){
        .kind = kind,
        .mailbox_id = mailbox_id,
        .rights_modseq = INT64_MAX,
        .source_rights_modseq = INT64_MAX,
        .actor = SLICE("tester"),
        .client = SLICE("test"),
    };
}

void table_run(struct database *database, struct change *change)
{
    struct change *batch[] = {change};
    CHECK_OK(change_batch_run(database, batch, 1));
}

uint32_t table_append(struct database *database, int64_t mailbox_id, size_t count, flag_mask flags)
{
    struct append_item *items = calloc(count, sizeof *items);
    int64_t message = table_message(database, 100);
    for (size_t i = 0; i < count; i++)
        items[i] = (struct append_item){.message_id = message,
                                        .size = 100,
                                        .flags = flags,
                                        .internal_date = 1000000 * (int64_t)i};
    struct change change = table_change(CHANGE_APPEND, mailbox_id);
    change.items = items;
    change.item_count = count;
    table_run(database, &change);
    CHECK_OK(change.result);
    uint32_t first = change.row.uids.count ? change.row.uids.ranges[0].first : 0;
    change_clear(&change);
    free(items);
    return first;
}

struct uidset table_uids(const char *text)
{
    struct uidset set;
    uidset_init(&set);
    while (*text) {
        char *end;
        uint32_t first = (uint32_t)strtoul(text, &end, 10);
        uint32_t last = *end == ':' ? (uint32_t)strtoul(end + 1, &end, 10) : first;
        CHECK_OK(uidset_add_range(&set, first, last));
        text = *end == ',' ? end + 1 : end;
    }
    return set;
}

bool check_uids(const struct uidset *actual, const char *expected, const char *file, int line)
{
    struct buffer text;
    buffer_init(&text, 0);
    uidset_render(actual, &text);
    bool same = check_slice(buffer_slice(&text), slice_cstr(expected), "uids", file, line);
    buffer_clear(&text);
    return same;
}

static void format_sql(char *sql, size_t size, const char *format, va_list arguments)
{
    int len = vsnprintf(sql, size, format, arguments);
    CHECK(len > 0 && (size_t)len < size);
}

int64_t table_number(const char *format, ...)
{
    char sql[8000];
    va_list arguments;
    va_start(arguments, format);
    format_sql(sql, sizeof sql, format, arguments);
    va_end(arguments);
    return store_sql_number(sql);
}

void table_sql(const char *format, ...)
{
    char sql[8000];
    va_list arguments;
    va_start(arguments, format);
    format_sql(sql, sizeof sql, format, arguments);
    va_end(arguments);
    store_sql(sql);
}

static bool counters_are_true(int64_t id)
{
    return CHECK_INT(
        table_number("SELECT count(*) FROM mailbox_state s JOIN (SELECT count(*) AS messages,"
                     " coalesce(sum(size), 0) AS bytes,"
                     " count(*) FILTER (WHERE flags & 8 <> 0) AS deleted,"
                     " count(*) FILTER (WHERE flags & 1 <> 0) AS seen,"
                     " coalesce(max(uid), 0) AS last, coalesce(max(modseq), 1) AS modseq"
                     " FROM entries WHERE mailbox_id = %" PRId64 ") e ON s.messages = e.messages"
                     " AND s.bytes = e.bytes AND s.deleted = e.deleted AND s.seen = e.seen"
                     " AND s.uidnext > e.last AND s.highest_modseq >= e.modseq"
                     " WHERE s.mailbox_id = %" PRId64,
                     id, id),
        1);
}

static bool journal_is_contiguous(int64_t id)
{
    return CHECK_INT(
        table_number("SELECT count(*) FROM mailbox_state s JOIN (SELECT count(*) AS rows,"
                     " coalesce(max(modseq), 1) AS last FROM journal WHERE mailbox_id = %" PRId64
                     ") j ON s.highest_modseq = j.last AND j.rows = j.last"
                     " WHERE s.mailbox_id = %" PRId64,
                     id, id),
        1);
}

static bool seen_bits_have_messages(int64_t id)
{
    return CHECK_INT(
        table_number("SELECT count(*) FROM seen_pages p, generate_series(0, 8191) AS n"
                     " WHERE p.mailbox_id = %" PRId64 " AND get_bit(p.bits, n) = 1"
                     " AND NOT EXISTS (SELECT FROM entries e WHERE e.mailbox_id = p.mailbox_id"
                     " AND e.uid = p.page * 8192::bigint + n)",
                     id),
        0);
}

static bool recently_deleted_is_true(int64_t id)
{
    return CHECK_INT(
        table_number("SELECT count(*) FROM mailbox_state s JOIN (SELECT count(*) AS messages,"
                     " coalesce(max(deleted_uid), 0) AS last"
                     " FROM expunged WHERE mailbox_id = %" PRId64 ") x"
                     " ON s.recently_deleted = x.messages AND s.deleted_uidnext > x.last"
                     " WHERE s.mailbox_id = %" PRId64,
                     id, id),
        1);
}

bool table_is_sound(int64_t mailbox_id)
{
    bool counters = counters_are_true(mailbox_id);
    bool journal = journal_is_contiguous(mailbox_id);
    bool seen = seen_bits_have_messages(mailbox_id);
    bool deleted = recently_deleted_is_true(mailbox_id);
    return counters && journal && seen && deleted;
}
