/*
 * BODY and BODYSTRUCTURE, as they were rendered when the message came in. That is in the
 * notation of RFC 3501; in RFC 9051 a message/global part has an envelope, too: who has
 * enabled that gets the rare message with such a part rendered anew.
 */
#ifndef POSTROOM_IMAP_FETCH_STRUCTURE_H
#define POSTROOM_IMAP_FETCH_STRUCTURE_H

#include "fetch_section.h"

int fetch_render_bodystructure(struct fetch_line *line, const struct fetch_item *item) MUST_CHECK;
int fetch_render_body(struct fetch_line *line, const struct fetch_item *item) MUST_CHECK;

#endif
