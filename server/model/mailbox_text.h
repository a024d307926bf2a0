/*
 * What the parts of mailbox_name.h share. Private to model.
 */
#ifndef POSTROOM_SERVER_MODEL_MAILBOX_TEXT_H
#define POSTROOM_SERVER_MODEL_MAILBOX_TEXT_H

#include "base/arena.h"

/* A copy of the name in NFC. -ERR_CHARSET when it is not UTF-8. */
int mailbox_text_normalise(struct arena *arena, struct slice name, struct slice *out) MUST_CHECK;

#endif
