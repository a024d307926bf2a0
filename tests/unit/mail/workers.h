/*
 * Several workers in one program: engines of their own on the world's
 * database, each with connections, views, writer and hub of its own.
 */
#ifndef POSTROOM_TESTS_WORKERS_H
#define POSTROOM_TESTS_WORKERS_H

#include "mail/view.h"
#include "mail/writer.h"
#include "world.h"

struct worker {
    struct database *database;
    struct mail *mail;
    int64_t changed_user;     /* the last that user_changed named; 0: none */
    uint32_t anybody_changes; /* how often it said that anybody may have changed */
};

/* Ends the program when it fails: nothing after it can be right. */
void worker_start(struct worker *worker, bool listen);
void worker_stop(struct worker *worker);

/* The actor's grant for a mailbox, by this worker. */
const struct grant *worker_grant(struct worker *worker, struct world *world,
                                 const struct actor *actor, const char *name);
struct view *worker_view(struct worker *worker, struct world *world, const struct actor *actor,
                         const char *name);
struct picture *worker_picture(struct view *view, const struct actor *actor);

/* Makes messages 1..count of content that no mailbox has; the first one's id,
 * the others follow. */
int64_t workers_make_messages(uint32_t count);
/* Appends `count` messages with these flags, whose content has the ids from
 * `message_id` on; sizes are 1000 + n. */
int workers_append(struct mail *mail, const struct grant *grant, int64_t message_id, uint32_t count,
                   flag_mask flags, struct append_outcome *out);
/* The same through STORE. */
int workers_store(struct mail *mail, const struct grant *grant, uint32_t first, uint32_t last,
                  enum flag_change change, flag_mask flags);
int workers_expunge(struct mail *mail, const struct grant *grant);

/* UID → flags as they are shown, rendered as "1:0 2:9 …", in a static buffer. */
const char *workers_render(const struct picture *picture);

/* Yields until the condition holds, at most a few seconds. */
bool workers_wait(bool (*condition)(void *arg), void *arg);

#endif
