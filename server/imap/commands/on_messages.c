#include "on_messages.h"

#include "../message_limit.h"
#include "../selected.h"

bool on_one_message(const struct sequence_set *sequence)
{
    return sequence->count == 1 && sequence->items[0].first == sequence->items[0].last;
}

typedef int run_function(struct session *session, struct command *command,
                         const struct uidset *uids);

static int on_these(struct session *session, struct command *command,
                    const struct sequence_set *sequence, bool may_leave_out, run_function *run)
{
    struct uidset uids;
    uidset_init(&uids);
    int err = selected_resolve(session, sequence, command->uid, &uids);
    if (!err && may_leave_out)
        err = message_limit_keep(session, command, &uids);
    if (!err && !uidset_is_empty(&uids))
        err = run(session, command, &uids);
    uidset_clear(&uids);
    return err;
}

int on_messages(struct session *session, struct command *command,
                const struct sequence_set *sequence, run_function *run)
{
    return on_these(session, command, sequence, false, run);
}

int on_last_messages(struct session *session, struct command *command,
                     const struct sequence_set *sequence, run_function *run)
{
    return on_these(session, command, sequence, true, run);
}
