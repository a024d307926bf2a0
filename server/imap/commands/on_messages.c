#include "on_messages.h"

#include "../selected.h"

int on_messages(struct session *session, struct command *command,
                const struct sequence_set *sequence,
                int (*run)(struct session *session, struct command *command,
                           const struct uidset *uids))
{
    struct uidset uids;
    uidset_init(&uids);
    int err = selected_resolve(session, sequence, command->uid, &uids);
    if (!err && !uidset_is_empty(&uids))
        err = run(session, command, &uids);
    uidset_clear(&uids);
    return err;
}
