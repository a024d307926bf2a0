#include "message_limit.h"

#include <stdio.h>

#include "reply.h"
#include "server_private.h"

uint32_t message_limit(const struct session *session)
{
    return session->server->settings.message_limit;
}

uint32_t message_limit_of_saving(const struct session *session)
{
    uint32_t limit = message_limit(session);
    return limit ? limit : session->server->settings.save_limit;
}

/* The lowest of the last `limit` ones. */
static uint32_t lowest_processed(const struct uidset *uids, uint32_t limit)
{
    size_t i = uids->count;
    uint64_t left = limit;
    while (i-- > 0) {
        const struct uid_range *range = &uids->ranges[i];
        uint64_t size = (uint64_t)range->last - range->first + 1;
        if (size >= left)
            return (uint32_t)(range->last - left + 1);
        left -= size;
    }
    return 0;
}

int message_limit_keep(const struct session *session, struct command *command, struct uidset *uids)
{
    uint32_t limit = message_limit(session);
    uint64_t count = uidset_size(uids);
    command->ended_at = 0;
    if (!limit || count <= limit)
        return 0;
    command->ended_at = lowest_processed(uids, limit);
    return uidset_keep_places(uids, count - limit, count);
}

int message_limit_refuse(struct command *command, uint32_t limit, const struct uidset *uids)
{
    char *code = command->refusal;
    if (uids)
        snprintf(code, sizeof command->refusal, "MESSAGELIMIT %u %u", limit,
                 lowest_processed(uids, limit));
    else
        snprintf(code, sizeof command->refusal, "MESSAGELIMIT %u", limit);
    return fail(ERR_LIMIT, "More than %u messages: try a smaller subset", limit);
}

int message_limit_tell(struct session *session, struct command *command)
{
    static const char text[] = "Done for the last messages only: repeat it for those before";
    uint32_t limit = message_limit(session);
    if (!command->ended_at)
        return 0;
    if (command->code.len)
        return reply_line(session, "* NO [MESSAGELIMIT %u %u] %s", limit, command->ended_at, text);
    buffer_printf(&command->code, "[MESSAGELIMIT %u %u]", limit, command->ended_at);
    command->text = text;
    return buffer_check(&command->code);
}
