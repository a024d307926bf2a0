#include "on_messages.h"

#include "../selected.h"

bool on_one_message(const struct sequence_set *sequence)
{
    return sequence->count == 1 && sequence->items[0].first == sequence->items[0].last;
}

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
