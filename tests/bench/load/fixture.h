/*
 * Who and what the scenarios find: users (made by tests/bench/run) and
 * mailboxes, filled over IMAP when they aren't yet.
 */
#ifndef POSTROOM_BENCH_FIXTURE_H
#define POSTROOM_BENCH_FIXTURE_H

#include "bench.h"
#include "client.h"
#include "letter.h"

enum { FIXTURE_USERS = 16 };
extern const char *const fixture_users[FIXTURE_USERS]; /* bench1 … */

/* Both members of the group that owns FIXTURE_SHARED. */
enum { FIXTURE_MEMBERS = 2 };
extern const char *const fixture_members[FIXTURE_MEMBERS];
#define FIXTURE_SHARED "Shared/Sales"
/* Get mail from outside: lmtp1 … at FIXTURE_DOMAIN. */
enum { FIXTURE_RECIPIENTS = 64 };
#define FIXTURE_DOMAIN "bench.example"
const char *fixture_recipient(unsigned i);
/* Belongs to the first user and holds bench->scale letters of 4 KB. */
#define FIXTURE_LIBRARY "Library"
/* Belongs to the first user and holds as many rich ones. */
#define FIXTURE_MONTH "Month"
enum { FIXTURE_LETTER_SIZE = 4096 };
/* In place of a size: rich letters, of the size that each has. */
enum { FIXTURE_RICH = 0 };
struct letter fixture_letter(struct bench *bench, uint32_t size);
/* In place of a size: of many, as mail has them. */
enum { FIXTURE_MIX = 1 };
/* The size itself, or that of the i-th letter of a mix. */
uint32_t fixture_size(uint32_t size, uint64_t i);

/* Makes the mailbox unless it is there. */
void fixture_make(struct client *client, const char *mailbox);
/* How many mailboxes LIST finds. */
uint32_t fixture_list(struct client *client, const char *pattern);
/* A user's mailbox with exactly `count` letters, of different days. By 100 in
 * a command where the server can (RFC 3502). */
void fixture_fill(struct bench *bench, const char *user, const char *mailbox, uint32_t count,
                  uint32_t size);
/* The large mailbox that several scenarios read. */
void fixture_library(struct bench *bench);

/* Which letter has which UID in the selected mailbox, in order of sequence numbers. */
struct shelf {
    uint32_t *uids;
    struct letter *letters;
    uint32_t count;
};
void fixture_read_shelf(struct client *client, struct shelf *out);
void shelf_clear(struct shelf *shelf);

/* " () date {n+} text": what APPEND wants of a message, any number of times. */
void fixture_add_letter(struct client *client, struct letter letter);
/* APPEND of a new letter, which it returns; `on_done` as of client_send. */
struct letter fixture_append(struct bench *bench, struct client *client, const char *mailbox,
                             uint32_t size, client_done_fn *on_done);

/* The UID behind "UID " in a FETCH response; 0: none. */
uint32_t fixture_uid(struct slice response);
/* The STATUS item MESSAGES. */
uint32_t fixture_count(struct client *client, const char *mailbox);

#endif
