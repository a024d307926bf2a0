/*
 * What a client that was away has missed (RFC 7162 section 3.2): the messages
 * that have vanished since a modseq. What has changed since, a picture can tell
 * (mail/view.h).
 */
#ifndef POSTROOM_MAIL_RESYNC_H
#define POSTROOM_MAIL_RESYNC_H

#include <stdint.h>

#include "mail/acl.h"
#include "mail/mail.h"
#include "mail/view.h"
#include "model/uidset.h"

struct resync_request {
    uint64_t since;             /* the modseq the client knows */
    const struct uidset *known; /* UIDs that it asks about; NULL: all there have been */
    uint32_t checked_to;        /* it knows of no message missing up to this UID; 0: of none */
};
/* Those the client asks about that were expunged since and that the picture does not have:
 * from the journal, exactly. When that does not go back so far, all of them that
 * no message has, but for those up to checked_to. */
int resync_vanished(struct mail *mail, const struct grant *grant, const struct picture *picture,
                    const struct resync_request *request, struct uidset *uids_out) MUST_CHECK;
/* Message sequence match data (section 3.2.5.2): the highest of these UIDs that
 * still has the number which the client says it had; 0: none has. The sets are
 * of the same size. */
uint32_t resync_match(const struct picture *picture, const struct uidset *numbers,
                      const struct uidset *uids);

#endif
