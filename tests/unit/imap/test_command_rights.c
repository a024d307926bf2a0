/* The table of rights (model/command_rights.h) against what the commands ask for. */
#include "model/command_rights.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "support/check.h"

static bool is_of(const struct command_rights *row, const struct imap_command *command)
{
    return strcmp(row->command, command->name) == 0;
}

/* What the dispatcher checks: not parts, which run() sorts out, and not what has no
 * name yet or many. */
static bool is_declared(const struct command_rights *row)
{
    return !row->part && row->denial == DENIAL_REFUSES &&
           (row->subject == ON_SELECTED || row->subject == ON_NAMED ||
            row->subject == ON_DESTINATION);
}

static bool fits(const struct command_rights *row, const struct rights_wanted *wanted, size_t place)
{
    enum command_subject named = place ? ON_DESTINATION : ON_NAMED;
    enum command_subject subject = wanted->subject == RIGHTS_OF_SELECTED ? ON_SELECTED : named;
    return is_declared(row) && row->subject == subject &&
           (row->all & ~(rights_mask)RIGHT_LOOKUP) == (wanted->all & ~(rights_mask)RIGHT_LOOKUP) &&
           row->any == wanted->any;
}

static bool is_in_table(const struct imap_command *command, const struct rights_wanted *wanted,
                        size_t place)
{
    for (const struct command_rights *row = command_rights_all(); row->command; row++)
        if (is_of(row, command) && fits(row, wanted, place))
            return true;
    return false;
}

static size_t count_declared(const struct imap_command *command)
{
    size_t count = 0;
    for (const struct command_rights *row = command_rights_all(); row->command; row++)
        count += is_of(row, command) && is_declared(row);
    return count;
}

static void check_command(const struct imap_command *command, bool uid)
{
    struct rights_wanted wanted[COMMAND_GRANTS] = {0};
    void *args = calloc(1, command->args_size + 1);
    command->rights(args, uid, wanted);
    free(args);
    size_t asked = 0;
    for (size_t i = 0; i < COMMAND_GRANTS; i++) {
        if (wanted[i].subject == RIGHTS_OF_NOTHING)
            continue;
        asked++;
        if (!is_in_table(command, &wanted[i], i))
            CHECK_STR(command->name, "in the table with the rights that it asks for");
    }
    CHECK_INT(count_declared(command), asked);
}

void test_command_rights_are_those_that_the_commands_ask_for(void)
{
    const struct imap_command *const *rows = command_all();
    for (size_t i = 0; rows[i]; i++) {
        if (!rows[i]->rights)
            continue;
        check_command(rows[i], false);
        check_command(rows[i], true);
    }
}

void test_command_rights_know_every_command_and_no_other(void)
{
    const struct imap_command *const *commands = command_all();
    for (size_t i = 0; commands[i]; i++) {
        const struct command_rights *row = command_rights_all();
        while (row->command && (!is_of(row, commands[i]) || row->part))
            row++;
        if (!row->command)
            CHECK_STR(commands[i]->name, "in the table");
    }
    for (const struct command_rights *row = command_rights_all(); row->command; row++)
        CHECK_INT(command_find(slice_cstr(row->command)) != NULL,
                  isupper((unsigned char)row->command[0]) != 0);
}
