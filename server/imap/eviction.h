/*
 * Eviction: the sessions of a user who was disabled or deleted end, wherever they are.
 * Most hear of it while they wait for input and say BYE themselves. Those that
 * are inside a command then (a slow client takes a long FETCH, a literal does not come to
 * its end) are cut off.
 */
#ifndef POSTROOM_IMAP_EVICTION_H
#define POSTROOM_IMAP_EVICTION_H

#include <stdint.h>

struct imap_server;

/* Something about the user has changed, and the sessions know. Never parks. */
void eviction_begin(struct imap_server *server, int64_t user_id);

#endif
