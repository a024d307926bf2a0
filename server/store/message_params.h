/*
 * The columns of a new messages row as parameters, for those who insert one.
 */
#ifndef POSTROOM_STORE_MESSAGE_PARAMS_H
#define POSTROOM_STORE_MESSAGE_PARAMS_H

#include "query.h"
#include "store/messages.h"

/* Nine parameters: sha256, size, header, envelope, bodystructure, parts,
 * message_id, sent_day, sent_at. */
void message_params(struct params *params, const struct message_row *row);

/* A Date: field may say any year, PostgreSQL's timestamps don't. The day, and the
 * instant in microseconds since 1970; PARAMS_ABSENT: none that can be stored. */
int64_t message_sent_day(const struct message_row *row);
int64_t message_sent_instant(const struct message_row *row);

#endif
