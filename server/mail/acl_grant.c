#include "grant.h"

#include <string.h>

#include "acl_denial.h"
#include "base/clock.h"
#include "store/recently_deleted.h"

void grant_texts(struct grant *grant, struct slice **texts_out)
{
    struct slice *const texts[GRANT_TEXTS] = {&grant->name,        &grant->path.user,
                                              &grant->path.path,   &grant->special_use,
                                              &grant->actor.login, &grant->actor.client};
    memcpy(texts_out, texts, sizeof texts);
}

/* What a grant points to, in another arena. */
static bool grant_move_texts(struct grant *grant, struct arena *arena)
{
    struct slice *texts[GRANT_TEXTS];
    grant_texts(grant, texts);
    for (size_t i = 0; i < GRANT_TEXTS; i++) {
        *texts[i] = arena_copy(arena, *texts[i]);
        if (!texts[i]->data)
            return false;
    }
    return true;
}

const struct grant *grant_restrict(const struct grant *grant, rights_mask keep, struct arena *arena)
{
    struct grant *restricted = ARENA_NEW(arena, struct grant);
    if (!restricted)
        return NULL;
    *restricted = *grant;
    restricted->rights &= keep;
    return grant_move_texts(restricted, arena) ? restricted : NULL;
}

int64_t grant_mailbox_id(const struct grant *grant)
{
    return grant->mailbox_id;
}

int64_t grant_owner_id(const struct grant *grant)
{
    return grant->owner_id;
}

struct slice grant_name(const struct grant *grant)
{
    return grant->name;
}

const struct mailbox_path *grant_path(const struct grant *grant)
{
    return &grant->path;
}

uint32_t grant_uidvalidity(const struct grant *grant)
{
    return grant->uidvalidity;
}

bool grant_seen_per_user(const struct grant *grant)
{
    return grant->seen_per_user;
}

struct slice grant_special_use(const struct grant *grant)
{
    return grant->special_use;
}

const struct actor *grant_actor(const struct grant *grant)
{
    return &grant->actor;
}

rights_mask grant_rights(const struct grant *grant)
{
    return grant->rights;
}

bool grant_has(const struct grant *grant, rights_mask needed)
{
    return (grant->rights & needed) == needed;
}

uint64_t grant_rights_modseq(const struct grant *grant)
{
    return grant->rights_modseq;
}

int64_t grant_rights_until(const struct grant *grant)
{
    return grant->rights_until;
}

bool grant_is_stale(const struct grant *grant, uint64_t rights_modseq)
{
    return rights_modseq > grant->rights_modseq || clock_monotonic_ms() >= grant->rights_until;
}

int grant_require(const struct grant *grant, rights_mask needed)
{
    if (!grant_has(grant, RIGHT_LOOKUP))
        return denial_not_found();
    if (!grant_has(grant, needed))
        return is_recently_deleted(grant->mailbox_id) ? denial_of_change()
                                                      : denial_of_rights(needed & ~grant->rights);
    return 0;
}
