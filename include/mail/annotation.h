/*
 * Annotations (RFC 5464) of mailboxes and of the server: a value behind each entry
 * (model/annotation_entry.h). Those below /shared are the same for all, those below
 * /private each user's own. They go where the mailbox goes: a renamed one keeps them, one
 * that is given back has them again.
 *
 * A grant says of which mailbox; NULL stands for the server. Of a mailbox one has to hold `l`
 * and one of r, s, w, i, p (section 3.3), and to change what is shared `w`, too: a reader does
 * not decide what all the others see. On the server, that is the administrator's. What has
 * scripts run (RFC 6785) needs `a`, as the mailbox's scripts do.
 */
#ifndef POSTROOM_MAIL_ANNOTATION_H
#define POSTROOM_MAIL_ANNOTATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "mail/acl.h"
#include "mail/mail.h"

#define ANNOTATION_RIGHTS                                                                          \
    (RIGHT_READ | RIGHT_SEEN | RIGHT_WRITE | RIGHT_INSERT | RIGHT_POST) /* one of them */

struct annotation {
    struct slice entry;
    struct slice value; /* data NULL: there is none, or (annotation_query) it is too long */
    uint64_t size;      /* when read */
};

enum { ANNOTATION_ANY_DEPTH = INT32_MAX };
struct annotation_query {
    const struct slice *entries;
    size_t count;
    int32_t depth;      /* 0: the entries themselves, 1: and those directly below, … */
    uint64_t value_max; /* longer values are left out; UINT64_MAX: none */
};

/* In the order of the query, each once; what is not there is left out. -ERR_DENIED, -ERR_STALE. */
int annotation_read(struct mail *mail, const struct actor *actor, const struct grant *grant,
                    const struct annotation_query *query, struct arena *arena,
                    struct annotation **out, size_t *count_out) MUST_CHECK;
/* One value, data NULL when there is none. */
int annotation_get(struct mail *mail, const struct actor *actor, const struct grant *grant,
                   struct slice entry, struct arena *arena, struct slice *value_out) MUST_CHECK;

/* All of them or none; of an entry named twice the last counts. -ERR_DENIED, -ERR_STALE;
 * -ERR_TOO_BIG: a value has more than mail_settings.annotation_size octets; -ERR_LIMIT: there
 * would be more than mail_settings.annotations of the mailbox or of the user there; -ERR_INVALID:
 * a special use that is not offered (mail/special_use.h). */
int annotation_write(struct mail *mail, const struct actor *actor, const struct grant *grant,
                     const struct annotation *annotations, size_t count) MUST_CHECK;

#endif
