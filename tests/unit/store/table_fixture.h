/*
 * Rows that tests of the tables start from. Names are new at each call, since
 * all tests share one database.
 */
#ifndef POSTROOM_TESTS_TABLE_FIXTURE_H
#define POSTROOM_TESTS_TABLE_FIXTURE_H

#include "base/arena.h"
#include "store/change.h"
#include "store/database.h"
#include "store_fixture.h"

/* "prefix-<number>", in static memory that is used again after 64 calls. */
struct slice table_name(const char *prefix);
int64_t table_user(struct database *database);
int64_t table_group(struct database *database);
/* Without any rights. owner_id 0: shared. */
int64_t table_mailbox(struct database *database, int64_t owner_id, bool seen_per_user);
/* Stores one small message. */
int table_put(struct database *database, const struct message_row *row, struct slice octets,
              int64_t *id_out);
/* A message of `size` octets of its own content. */
int64_t table_message(struct database *database, uint64_t size);
/* Gives a right row; ACL_ANYONE: id is not looked at. Returns the modseq. */
uint64_t table_grant(struct database *database, int64_t mailbox_id, int kind, int64_t id,
                     bool negative, uint32_t rights);

/* A change by "tester", who knows the mailbox's rights whatever they are. */
struct change table_change(enum change_kind kind, int64_t mailbox_id);
/* Runs a single change and checks that the batch was committed. */
void table_run(struct database *database, struct change *change);
/* Appends `count` messages with these flags; their first UID. */
uint32_t table_append(struct database *database, int64_t mailbox_id, size_t count, flag_mask flags);
/* A set from its text: "1:3,5". uidset_clear it. */
struct uidset table_uids(const char *text);
/* Checks the uids of a row against their text. */
bool check_uids(const struct uidset *actual, const char *expected, const char *file, int line);
#define CHECK_UIDS(actual, expected) check_uids((actual), (expected), __FILE__, __LINE__)

/* SQL with numbers ("%" PRId64) whose result is a number. */
int64_t table_number(const char *format, ...) PRINTF_LIKE(1, 2);
void table_sql(const char *format, ...) PRINTF_LIKE(1, 2);

/* Whether mailbox_state, the journal and seen_pages of a mailbox are what its
 * entries say they must be. */
bool table_is_sound(int64_t mailbox_id);

#endif
