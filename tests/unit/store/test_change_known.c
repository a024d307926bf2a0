#include <inttypes.h>

#include "store/change.h"
#include "support/check.h"
#include "table_fixture.h"

/* Runs it with what is known; whether that was as true as was said. */
static void run_known(struct database *database, struct change *change, uint64_t modseq,
                      const char *changed, const char *known_text)
{
    struct uidset known = table_uids(known_text);
    change->known_modseq = modseq;
    change->known_uids = &known;
    table_run(database, change);
    CHECK_OK(change->result);
    CHECK_UIDS(&change->row.uids, changed);
    change_clear(change);
    uidset_clear(&known);
}

static void known_body(struct database *database)
{
    int64_t user = table_user(database);
    int64_t mailbox = table_mailbox(database, 0, true);
    table_append(database, mailbox, 6, 0); /* modseq 2 */
    struct uidset uids = table_uids("2:5"), all = table_uids("1:6");
    struct change flags = table_change(CHANGE_FLAGS, mailbox);
    flags.uids = &uids;
    flags.flags_set = FLAG_DELETED;
    flags.seen_per_user = true;
    flags.deleted_added = 4;
    run_known(database, &flags, 2, "2:5", "2:5"); /* modseq 3 */
    flags.uids = &all;
    flags.deleted_added = 100;                    /* what was known before is not looked at */
    run_known(database, &flags, 2, "1,6", "2:5"); /* modseq 4 */
    flags.deleted_added = 0;
    run_known(database, &flags, 4, "", "");
    struct change seen = table_change(CHANGE_SEEN, mailbox);
    seen.user_id = user;
    seen.seen_per_user = true;
    seen.uids = &uids;
    seen.flags_set = FLAG_SEEN;
    run_known(database, &seen, 4, "2:5", "2:5"); /* modseq 5 */
    seen.uids = &all;
    run_known(database, &seen, 4, "1,6", "3"); /* modseq 6 */
    run_known(database, &seen, 6, "", "");
    seen.flags_set = 0;
    seen.flags_cleared = FLAG_SEEN;
    run_known(database, &seen, 6, "1:6", "1:6");
    table_is_sound(mailbox);
    uidset_clear(&uids);
    uidset_clear(&all);
}

void test_change_trusts_what_is_known_of_the_mailbox_as_it_is(void)
{
    store_run(known_body);
}

static void in_a_row_body(struct database *database)
{
    int64_t mailbox = table_mailbox(database, 0, true);
    table_append(database, mailbox, 6, FLAG_DELETED); /* modseq 2 */
    struct uidset all = table_uids("1:6");
    struct change flags = table_change(CHANGE_FLAGS, mailbox);
    flags.uids = &all;
    flags.flags_cleared = FLAG_DELETED;
    flags.seen_per_user = true;
    flags.known_in_a_row = true;
    flags.deleted_added = -4;
    run_known(database, &flags, 2, "2:3,5:6", "2:3,5:6"); /* modseq 3 */
    CHECK_INT(table_number("SELECT sum(uid)::bigint FROM entries WHERE flags & 8 <> 0"
                           " AND mailbox_id = %" PRId64,
                           mailbox),
              1 + 4);
    flags.deleted_added = -1;
    run_known(database, &flags, 3, "4", "4"); /* modseq 4 */
    CHECK_INT(table_number("SELECT sum(uid)::bigint FROM entries WHERE flags & 8 <> 0"
                           " AND mailbox_id = %" PRId64,
                           mailbox),
              1);
    flags.deleted_added = 100;
    run_known(database, &flags, 2, "1", "1:6"); /* not so any more */
    table_is_sound(mailbox);
    uidset_clear(&all);
}

void test_change_goes_through_messages_in_a_row(void)
{
    store_run(in_a_row_body);
}
