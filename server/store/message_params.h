/*
 * The columns of a new messages row as parameters, for those who insert one.
 */
#ifndef POSTROOM_STORE_MESSAGE_PARAMS_H
#define POSTROOM_STORE_MESSAGE_PARAMS_H

#include "query.h"
#include "store/messages.h"

/* Ten parameters: sha256, size, header, envelope, bodystructure, parts,
 * message_id, sent_day, sent_at, sort_record. */
void message_params(struct params *params, const struct message_row *row);
/* The same as arrays, one element for each message; and an eleventh with the previews. */
void message_params_arrays(struct params *params, const struct message_content *const *contents,
                           size_t count);

#endif
