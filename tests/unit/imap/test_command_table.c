#include "command.h"

#include <ctype.h>
#include <string.h>

#include "support/check.h"

void test_command_table_finds_commands_in_any_case(void)
{
    const struct imap_command *row = command_find(SLICE("uNsElEcT"));
    CHECK(row != NULL);
    CHECK_STR(row->name, "UNSELECT");
    CHECK(command_find(SLICE("")) == NULL);
    CHECK(command_find(SLICE("NOO")) == NULL);
    CHECK(command_find(SLICE("NOOPS")) == NULL);
    CHECK(command_find(SLICE("UID")) == NULL); /* a prefix, no command */
}

void test_command_table_rows_are_whole(void)
{
    const struct imap_command *const *rows = command_all();
    for (size_t i = 0; rows[i]; i++) {
        CHECK(rows[i]->run != NULL);
        CHECK(rows[i]->states != 0);
        CHECK(strncmp(rows[i]->rfc, "RFC ", 4) == 0 || strncmp(rows[i]->rfc, "draft-", 6) == 0);
        for (const char *c = rows[i]->name; *c; c++)
            CHECK(isupper((unsigned char)*c));
        CHECK(command_find(slice_cstr(rows[i]->name)) == rows[i]);
    }
}

void test_command_table_has_all_of_imap4rev1(void)
{
    static const char *const names[] = {
        "CAPABILITY", "NOOP",    "LOGOUT", "STARTTLS", "AUTHENTICATE", "LOGIN",
        "SELECT",     "EXAMINE", "CREATE", "DELETE",   "RENAME",       "SUBSCRIBE",
        "LIST",       "LSUB",    "STATUS", "APPEND",   "UNSUBSCRIBE",  "CHECK",
        "CLOSE",      "EXPUNGE", "SEARCH", "FETCH",    "STORE",        "COPY",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        CHECK(command_find(slice_cstr(names[i])) != NULL);
}

void test_command_table_only_mailbox_commands_have_uid_forms(void)
{
    const struct imap_command *const *rows = command_all();
    for (size_t i = 0; rows[i]; i++)
        if (rows[i]->traits & (TRAIT_UID | TRAIT_WRITES | TRAIT_KEEPS_NUMBERS))
            CHECK_INT(rows[i]->states, STATE_SELECTED);
}

static bool names_numbers(const char *name)
{
    static const char *const names[] = {"FETCH", "STORE", "SEARCH", "SORT", "THREAD", "FILTER"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

void test_command_table_numbers_stay_in_fetch_store_search(void)
{
    /* RFC 3501 section 7.4.1, RFC 5256 section 3: no EXPUNGE in these, and only these; FILTER
     * is a SEARCH. */
    const struct imap_command *const *rows = command_all();
    for (size_t i = 0; rows[i]; i++)
        CHECK_INT((rows[i]->traits & TRAIT_KEEPS_NUMBERS) != 0, names_numbers(rows[i]->name));
}
