/* postroomctl acl commands: the table of rights as text. */
#include "admin.h"
#include "model/command_rights.h"

static int add_row(struct admin *admin, const struct command_rights *row)
{
    bool needs = row->subject != ON_NOTHING;
    struct cell cells[] = {
        cell_text(slice_cstr(row->command)),
        cell_text(row->part ? slice_cstr(row->part) : SLICE_EMPTY),
        cell_text(slice_cstr(command_subject_text(row->subject))),
        cell_text(admin_rights_text(admin, row->all)),
        cell_text(admin_rights_text(admin, row->any)),
        cell_text(needs ? slice_cstr(command_denial_text(row->denial)) : SLICE_EMPTY),
        cell_text(row->note ? slice_cstr(row->note) : SLICE_EMPTY),
    };
    return output_row(admin->output, cells);
}

static int admin_acl_commands(struct admin *admin)
{
    static const char *const columns[] = {"command", "part",    "mailbox", "rights",
                                          "one_of",  "without", "note",    NULL};
    output_columns(admin->output, columns);
    int err = 0;
    for (const struct command_rights *row = command_rights_all(); row->command && !err; row++)
        err = add_row(admin, row);
    return err;
}

const struct admin_verb acl_command_verbs[] = {
    {"acl", "commands", "", "Lists which command needs which rights; every one needs l, too.", 0, 0,
     VERB_WITHOUT_ENGINE, admin_acl_commands, NULL},
    {0},
};
