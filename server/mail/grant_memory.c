#include "mail/grant_memory.h"

#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "grant.h"
#include "mail/pulse.h"
#include "mail/recently_deleted.h"

enum {
    SETS = 1024, /* power of two */
    WAYS = 4     /* 4,096 grants of about 400 octets */
};

/* One allocation, with the texts that the grant points to. */
struct remembered_grant {
    uint64_t generation; /* of the database's session that it came from */
    struct slice name;   /* as the actor wrote it */
    struct grant grant;
    char texts[];
};

struct grant_memory {
    size_t next_way; /* that has to go when a set is full */
    struct remembered_grant *places[SETS][WAYS];
};

int grant_memory_open(struct mail *mail)
{
    mail->grants = calloc(1, sizeof *mail->grants);
    return mail->grants ? 0 : fail(ERR_NO_MEMORY, "no memory for grants");
}

void grant_memory_close(struct mail *mail)
{
    if (!mail->grants)
        return;
    for (size_t set = 0; set < SETS; set++)
        for (size_t way = 0; way < WAYS; way++)
            free(mail->grants->places[set][way]);
    free(mail->grants);
    mail->grants = NULL;
}

static struct remembered_grant **set_of(struct mail *mail, int64_t user_id, struct slice name)
{
    return mail->grants->places[(slice_hash(name) + (uint64_t)user_id * 31) % SETS];
}

static bool is_about(const struct remembered_grant *one, int64_t user_id, struct slice name)
{
    return one && one->grant.actor.user_id == user_id && slice_equal(one->name, name);
}

/* Where it is, or NULL. */
static struct remembered_grant **find(struct mail *mail, int64_t user_id, struct slice name)
{
    struct remembered_grant **set = set_of(mail, user_id, name);
    for (size_t way = 0; way < WAYS; way++)
        if (is_about(set[way], user_id, name))
            return &set[way];
    return NULL;
}

const struct grant *grant_recall(struct mail *mail, const struct actor *actor, struct slice name,
                                 struct arena *arena)
{
    struct remembered_grant **place = find(mail, actor->user_id, name);
    /* A database that was away may come back as a copy that has lost something, and give
     * ids and modseqs again. */
    if (!place || (*place)->generation != database_generation(mail->database) ||
        grant_is_stale(&(*place)->grant, 0))
        return NULL;
    struct grant grant = (*place)->grant;
    grant.actor = *actor;
    return grant_restrict(&grant, RIGHTS_ALL, arena);
}

int grant_recall_now(struct mail *mail, const struct actor *actor, struct slice name,
                     struct arena *arena, const struct grant **out)
{
    const struct grant *known = grant_recall(mail, actor, name, arena);
    *out = NULL;
    if (!known)
        return 0;
    struct pulse pulse;
    int err = pulse_read(mail, known, &pulse);
    if (!err && pulse.user_disabled)
        return fail(ERR_CREDENTIALS, "Your account was disabled");
    if (err == -ERR_NOT_FOUND || (!err && grant_is_stale(known, pulse.rights_modseq))) {
        grant_forget(mail, actor, name);
        return 0;
    }
    if (err)
        return err;
    struct grant *grant = ARENA_NEW(arena, struct grant);
    if (!grant)
        return -ERR_NO_MEMORY;
    *grant = *known;
    grant->highest_modseq = pulse.modseq;
    grant->first_recent = pulse.first_recent;
    *out = grant;
    return 0;
}

/* NULL without memory for it. */
static struct remembered_grant *make(struct slice name, const struct grant *grant)
{
    struct grant copy = *grant;
    copy.actor.login = copy.actor.client = SLICE_EMPTY; /* each actor brings its own */
    struct slice *texts[GRANT_TEXTS + 1] = {[GRANT_TEXTS] = &name};
    grant_texts(&copy, texts);
    size_t size = 0;
    for (size_t i = 0; i <= GRANT_TEXTS; i++)
        size += texts[i]->len;
    struct remembered_grant *one = malloc(sizeof *one + size);
    if (!one)
        return NULL;
    char *place = one->texts;
    for (size_t i = 0; i <= GRANT_TEXTS; i++) {
        if (texts[i]->len)
            memcpy(place, texts[i]->data, texts[i]->len);
        texts[i]->data = place;
        place += texts[i]->len;
    }
    one->name = name;
    one->grant = copy;
    return one;
}

/* That of the same name, a free one, or the next in turn. */
static struct remembered_grant **choose_place(struct mail *mail, int64_t user_id, struct slice name)
{
    struct remembered_grant **known = find(mail, user_id, name);
    if (known)
        return known;
    struct remembered_grant **set = set_of(mail, user_id, name);
    for (size_t way = 0; way < WAYS; way++)
        if (!set[way])
            return &set[way];
    return &set[mail->grants->next_way++ % WAYS];
}

void grant_remember(struct mail *mail, struct slice name, const struct grant *grant)
{
    if (grant->actor.user_id == 0 || grant_is_recently_deleted(grant))
        return;
    struct remembered_grant *one = make(name, grant);
    if (!one)
        return;
    one->generation = database_generation(mail->database);
    struct remembered_grant **place = choose_place(mail, grant->actor.user_id, name);
    free(*place);
    *place = one;
}

void grant_forget(struct mail *mail, const struct actor *actor, struct slice name)
{
    struct remembered_grant **place = find(mail, actor->user_id, name);
    if (!place)
        return;
    free(*place);
    *place = NULL;
}
