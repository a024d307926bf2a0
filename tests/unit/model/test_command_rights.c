#include "model/command_rights.h"

#include <string.h>

#include "support/check.h"

static const struct command_rights *find_row(const char *command, const char *part)
{
    for (const struct command_rights *row = command_rights_all(); row->command; row++)
        if (strcmp(row->command, command) == 0 &&
            (part ? row->part && strcmp(row->part, part) == 0 : !row->part))
            return row;
    return NULL;
}

static void check_lack(const struct command_rights *row, rights_mask held, struct slice expected)
{
    struct buffer text;
    buffer_init(&text, 0);
    command_rights_render_lack(row, held, &text);
    check_slice(buffer_slice(&text), expected, "lack", __FILE__, __LINE__);
    CHECK_INT(command_rights_are_held(row, held), expected.len == 0);
    buffer_clear(&text);
}

void test_command_rights_say_what_is_lacking(void)
{
    const struct command_rights *move = find_row("MOVE", NULL);
    check_lack(move, RIGHTS_ALL, SLICE_EMPTY);
    check_lack(move, RIGHT_LOOKUP | RIGHT_READ | RIGHT_DELETE_MESSAGES, SLICE("e"));
    check_lack(move, RIGHTS_NONE, SLICE("lrte"));
    const struct command_rights *store = find_row("STORE", NULL);
    check_lack(store, RIGHT_LOOKUP | RIGHT_READ, SLICE("one of swt"));
    check_lack(store, RIGHT_LOOKUP | RIGHT_SEEN, SLICE_EMPTY);
    check_lack(store, RIGHT_SEEN, SLICE("l"));
    check_lack(store, RIGHTS_NONE, SLICE("l and one of swt"));
    check_lack(find_row("NOOP", NULL), RIGHTS_NONE, SLICE_EMPTY);
    check_lack(find_row("LIST", NULL), RIGHTS_ALL & ~RIGHT_LOOKUP, SLICE("l"));
}

void test_command_rights_have_rows_that_can_be_denied(void)
{
    for (const struct command_rights *row = command_rights_all(); row->command; row++) {
        CHECK_INT(command_rights_are_held(row, RIGHTS_ALL), true);
        CHECK_INT(command_rights_are_held(row, RIGHTS_NONE), row->subject == ON_NOTHING);
        CHECK_INT(row->subject == ON_NOTHING, !(row->all | row->any));
        CHECK(!row->part || *row->part);
        CHECK_INT(*command_subject_text(row->subject) == 0, row->subject == ON_NOTHING);
    }
}

void test_command_rights_name_a_right_for_each_flag(void)
{
    static const char *const commands[] = {"STORE", "APPEND", "COPY", "MOVE"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        CHECK_U64(find_row(commands[i], "\\Seen")->all, RIGHT_SEEN);
        CHECK_U64(find_row(commands[i], "\\Deleted")->all, RIGHT_DELETE_MESSAGES);
        CHECK_U64(find_row(commands[i], "other flags")->all, RIGHT_WRITE);
    }
}

void test_command_rights_use_every_right(void)
{
    rights_mask used = RIGHTS_NONE;
    for (const struct command_rights *row = command_rights_all(); row->command; row++)
        used |= row->all;
    CHECK_U64(used, RIGHTS_ALL);
}
