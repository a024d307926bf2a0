#include "dispatch_grant.h"

#include "mail/grant_memory.h"
#include "selected.h"

void dispatch_forget_grants(struct session *session, const struct command *command)
{
    for (size_t i = 0; i < COMMAND_GRANTS; i++)
        if (command->wanted[i].subject == RIGHTS_OF_MAILBOX)
            grant_forget(session->mail, &session->actor, command->wanted[i].name);
}

/* A grant that the writer checks again under the mailbox's lock need not be fresh;
 * any other one is compared with the mailbox as it is now. NULL: none is known. */
static int recall_grant(struct session *session, struct command *command,
                        const struct rights_wanted *wanted, const struct grant **out)
{
    struct mail *mail = session->mail;
    if (!wanted->rechecked) {
        int err = grant_recall_now(mail, &session->actor, wanted->name, command->arena, out);
        if (err == -ERR_CREDENTIALS)
            session_bye(session, last_error()->text);
        return err;
    }
    const struct grant *grant = grant_recall(mail, &session->actor, wanted->name, command->arena);
    *out = grant && grant_has(grant, wanted->all) ? grant : NULL;
    command->recalled |= *out != NULL;
    return 0;
}

static int find_grant(struct session *session, struct command *command,
                      const struct rights_wanted *wanted, const struct grant **out)
{
    if (wanted->subject == RIGHTS_OF_SELECTED) {
        *out = selected_grant(session);
        return 0;
    }
    int err = recall_grant(session, command, wanted, out);
    if (err || *out)
        return err;
    err = acl_check(session->mail, &session->actor, wanted->name, RIGHTS_NONE, command->arena, out);
    if (!err)
        grant_remember(session->mail, wanted->name, *out);
    return err;
}

static int check_grant(struct session *session, struct command *command, size_t i)
{
    struct rights_wanted *wanted = &command->wanted[i];
    const struct grant *grant;
    int err = find_grant(session, command, wanted, &grant);
    if (!err)
        err = grant_require(grant, RIGHT_LOOKUP);
    if (err)
        return err == -ERR_NOT_FOUND && wanted->may_be_absent ? 0 : err;
    err = grant_require(grant, wanted->all);
    if (!err && wanted->any && !(grant_rights(grant) & wanted->any))
        err = grant_require(grant, wanted->any);
    /* A mailbox that exists but may not be written is no reason to create it. */
    command->grants[i] = grant;
    return err;
}

static bool is_refused_here(const struct session *session, const struct imap_command *row)
{
    if (session->state != STATE_SELECTED || !(row->traits & TRAIT_WRITES))
        return false;
    bool excepted = (row->traits & TRAIT_GIVES_BACK) && selected_gives_back(session);
    return selected_is_read_only(session) && !excepted;
}

int dispatch_check_rights(struct session *session, struct command *command)
{
    if (is_refused_here(session, command->row))
        return fail(ERR_READ_ONLY, "The mailbox is open read-only");
    for (size_t i = 0; i < COMMAND_GRANTS; i++) {
        command->grants[i] = NULL;
        command->wanted[i] = (struct rights_wanted){0};
    }
    if (!command->row->rights)
        return 0;
    command->row->rights(command->args, command->uid, command->wanted);
    for (size_t i = 0; i < COMMAND_GRANTS; i++) {
        if (command->wanted[i].subject == RIGHTS_OF_NOTHING)
            continue;
        int err = check_grant(session, command, i);
        if (err)
            return err;
    }
    return 0;
}
