#include "status_memory.h"

#include <stdlib.h>

#include "engine.h"
#include "grant.h"

enum {
    SETS = 1024, /* power of two */
    WAYS = 4     /* 4,096 answers, 400 KB */
};

struct remembered_status {
    int64_t mailbox_id; /* 0: free */
    int64_t user_id;
    uint64_t generation; /* of the database's session that it came from */
    struct mailbox_status status;
};

struct status_memory {
    size_t next_way; /* that has to go when a set is full */
    struct remembered_status places[SETS][WAYS];
};

int status_memory_open(struct mail *mail)
{
    mail->statuses = calloc(1, sizeof *mail->statuses);
    return mail->statuses ? 0 : fail(ERR_NO_MEMORY, "no memory for STATUS");
}

void status_memory_close(struct mail *mail)
{
    free(mail->statuses);
    mail->statuses = NULL;
}

static size_t set_of(const struct grant *grant)
{
    return ((uint64_t)grant->mailbox_id + (uint64_t)grant->actor.user_id * 31) % SETS;
}

static bool is_about(const struct remembered_status *one, const struct grant *grant)
{
    return one->mailbox_id == grant->mailbox_id && one->user_id == grant->actor.user_id;
}

bool status_recall(const struct mail *mail, const struct grant *grant, struct mailbox_status *out)
{
    const struct remembered_status *set = mail->statuses->places[set_of(grant)];
    for (size_t way = 0; way < WAYS; way++) {
        if (!is_about(&set[way], grant) ||
            set[way].generation != database_generation(mail->database) ||
            set[way].status.highest_modseq != grant->highest_modseq ||
            set[way].status.first_recent != grant->first_recent)
            continue;
        *out = set[way].status;
        return true;
    }
    return false;
}

static struct remembered_status *choose_place(struct status_memory *memory,
                                              const struct grant *grant)
{
    struct remembered_status *set = memory->places[set_of(grant)];
    for (size_t way = 0; way < WAYS; way++)
        if (is_about(&set[way], grant))
            return &set[way];
    for (size_t way = 0; way < WAYS; way++)
        if (!set[way].mailbox_id)
            return &set[way];
    return &set[memory->next_way++ % WAYS];
}

void status_remember(struct mail *mail, const struct grant *grant,
                     const struct mailbox_status *status)
{
    *choose_place(mail->statuses, grant) = (struct remembered_status){
        .mailbox_id = grant->mailbox_id,
        .user_id = grant->actor.user_id,
        .generation = database_generation(mail->database),
        .status = *status,
    };
}
