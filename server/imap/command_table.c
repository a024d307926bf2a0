/*
 * All commands: only a list. A new command is one line in commands/commands.h
 * and one here (docs/add-a-command.md).
 */
#include "command.h"
#include "commands/commands.h"

static const struct imap_command *const command_rows[] = {
    /* any state */
    &command_capability,
    &command_noop,
    &command_logout,
    &command_id,
    /* before login */
    &command_starttls,
    &command_login,
    &command_authenticate,
    /* logged in */
    &command_unauthenticate,
    &command_compress,
    &command_enable,
    &command_select,
    &command_examine,
    &command_create,
    &command_delete,
    &command_rename,
    &command_subscribe,
    &command_unsubscribe,
    &command_list,
    &command_lsub,
    &command_namespace,
    &command_status,
    &command_append,
    &command_idle,
    &command_notify,
    &command_setacl,
    &command_deleteacl,
    &command_getacl,
    &command_listrights,
    &command_myrights,
    &command_getquota,
    &command_getquotaroot,
    &command_setquota,
    &command_getmetadata,
    &command_setmetadata,
    /* in a mailbox */
    &command_check,
    &command_close,
    &command_unselect,
    &command_expunge,
    &command_search,
    &command_sort,
    &command_thread,
    &command_fetch,
    &command_store,
    &command_copy,
    &command_move,
    &command_replace,
    &command_filter,
    NULL,
};

const struct imap_command *command_find(struct slice name)
{
    for (size_t i = 0; command_rows[i]; i++)
        if (slice_equal_nocase(name, slice_cstr(command_rows[i]->name)))
            return command_rows[i];
    return NULL;
}

const struct imap_command *const *command_all(void)
{
    return command_rows;
}
