#include "extension.h"

#include <stddef.h>

#include "reply.h"
#include "selected.h"

const struct extension extensions[] = {
    {"CONDSTORE", ENABLED_CONDSTORE}, {"QRESYNC", ENABLED_CONDSTORE | ENABLED_QRESYNC},
    {"UTF8=ACCEPT", ENABLED_UTF8},    {"UIDONLY", ENABLED_UIDONLY},
    {"IMAP4rev2", ENABLED_REV2},      {NULL, 0},
};

/* What the client is told next has modseqs: so must the picture that comes next. */
static int extension_begin_modseqs(struct session *session)
{
    struct selected *selected = session->selected;
    struct picture *picture;
    int err = view_picture_with_modseqs(selected->view, session->actor.user_id, &picture);
    if (err)
        return err;
    picture_unref(&picture);
    return reply_line(session, "* OK [HIGHESTMODSEQ %llu] Mod-sequences from now on",
                      (unsigned long long)selected_told_modseq(selected));
}

int extension_enable(struct session *session, unsigned bits)
{
    unsigned added = bits & ~session->enabled;
    int err = 0;
    if ((added & ENABLED_CONDSTORE) && session->selected)
        err = extension_begin_modseqs(session);
    if ((added & ENABLED_REV2) && session->selected)
        uidset_clear(&session->selected->recent);
    if (!err)
        session->enabled |= bits;
    return err;
}
