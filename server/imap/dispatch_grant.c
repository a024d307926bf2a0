#include "dispatch_grant.h"

#include "selected.h"

/* A grant that the writer checks again under the mailbox's lock need not be
 * fresh: a client that puts one message after the other into a mailbox is
 * looked up once. Renaming or deleting a mailbox makes its grants stale, too. */
static const struct grant *recall_grant(const struct session *session,
                                        const struct rights_wanted *wanted)
{
    for (size_t i = 0; i < REMEMBERED_GRANTS; i++) {
        const struct remembered_grant *remembered = &session->remembered[i];
        if (!remembered->grant || !slice_equal(remembered->name, wanted->name))
            continue;
        bool usable = wanted->rechecked && !grant_is_stale(remembered->grant, 0) &&
                      grant_has(remembered->grant, wanted->all | RIGHT_LOOKUP);
        return usable ? remembered->grant : NULL;
    }
    return NULL;
}

static void forget(struct remembered_grant *remembered)
{
    arena_clear(&remembered->arena);
    remembered->grant = NULL;
}

/* The place of that name, or the oldest. */
static struct remembered_grant *choose_place(struct session *session, struct slice name)
{
    for (size_t i = 0; i < REMEMBERED_GRANTS; i++)
        if (session->remembered[i].grant && slice_equal(session->remembered[i].name, name))
            return &session->remembered[i];
    return &session->remembered[session->next_remembered++ % REMEMBERED_GRANTS];
}

/* Without memory for it the next command asks again. */
static void remember_grant(struct session *session, const struct rights_wanted *wanted,
                           const struct grant *grant)
{
    struct remembered_grant *remembered = choose_place(session, wanted->name);
    forget(remembered);
    arena_init(&remembered->arena, 0);
    remembered->name = arena_copy(&remembered->arena, wanted->name);
    if (remembered->name.data)
        remembered->grant = grant_restrict(grant, RIGHTS_ALL, &remembered->arena);
}

void dispatch_forget_grants(struct session *session)
{
    for (size_t i = 0; i < REMEMBERED_GRANTS; i++)
        forget(&session->remembered[i]);
}

static int find_grant(struct session *session, const struct command *command,
                      const struct rights_wanted *wanted, bool *recalled_out,
                      const struct grant **out)
{
    *recalled_out = false;
    if (wanted->subject == RIGHTS_OF_SELECTED) {
        *out = selected_grant(session);
        return 0;
    }
    *out = recall_grant(session, wanted);
    *recalled_out = *out != NULL;
    if (*out)
        return 0;
    return acl_check(session->mail, &session->actor, wanted->name, RIGHTS_NONE, command->arena,
                     out);
}

static int check_grant(struct session *session, struct command *command, size_t i)
{
    struct rights_wanted *wanted = &command->wanted[i];
    const struct grant *grant;
    bool recalled;
    int err = find_grant(session, command, wanted, &recalled, &grant);
    if (err)
        return err;
    err = grant_require(grant, wanted->all);
    if (!err && wanted->any && !(grant_rights(grant) & wanted->any))
        err = grant_require(grant, wanted->any);
    if (!err && wanted->rechecked && !recalled)
        remember_grant(session, wanted, grant);
    /* A mailbox that exists but may not be written is no reason to create it. */
    command->grants[i] = grant;
    return err;
}

int dispatch_check_rights(struct session *session, struct command *command)
{
    if (session->state == STATE_SELECTED && (command->row->traits & TRAIT_WRITES) &&
        selected_is_read_only(session))
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
