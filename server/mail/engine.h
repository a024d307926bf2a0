/*
 * Inside the mail layer: the engine's parts. Each module keeps its own state
 * behind a pointer here; nobody else looks into it.
 */
#ifndef POSTROOM_MAIL_ENGINE_H
#define POSTROOM_MAIL_ENGINE_H

#include "base/map.h"
#include "fiber/wait.h"
#include "mail/mail.h"
#include "store/feed.h"

struct hub;
struct view_set;
struct writer_set;
struct login_memory;
struct janitor;
struct content_cache;
struct pulse_round;
struct indexer;
struct grant_memory;
struct status_memory;
struct filter_programs;
struct lookout;
struct outgoing;

struct quota_turn {
    bool taken;
    struct wait_queue queue;
};

struct mail {
    struct database *database;
    struct mail_settings settings;
    struct hub *hub;                   /* hub.c */
    struct view_set *views;            /* view.c */
    struct writer_set *writers;        /* writer.c */
    struct login_memory *logins;       /* login_memory.c */
    struct janitor *janitor;           /* janitor.c */
    struct content_cache *contents;    /* content_request.c */
    struct content_cache *sort_memory; /* sort_records.c */
    struct pulse_round *pulses;        /* pulse.c: not sent yet; NULL: none */
    struct indexer *indexer;           /* indexer.c */
    struct grant_memory *grants;       /* grant_memory.c */
    struct status_memory *statuses;    /* status_memory.c */
    struct filter_programs *filters;   /* filter_program.c */
    struct lookout *lookout;           /* lookout.c; NULL until somebody watches */
    struct outgoing *outgoing;         /* outgoing.c */
    struct quota_turn quota_turn;      /* quota_hold.c */
};

/* Tells every worker, this one included, that a mailbox has reached `modseq`, and that its
 * name or somebody's rights may have changed: after each commit of others than the writer
 * that wrote a journal row. Never parks. */
void mail_announce(struct mail *mail, int64_t mailbox_id, uint64_t modseq);
struct mailbox_modseq;
void mail_announce_all(struct mail *mail, const struct mailbox_modseq *mailboxes, size_t count);
/* Tells every worker that something about this user has changed. */
void mail_announce_user(struct mail *mail, int64_t user_id);
/* … that this user is subscribed to something else (0: anybody is). */
void mail_announce_subscriptions(struct mail *mail, int64_t user_id);
/* … that the annotations of the server have changed. */
void mail_announce_server(struct mail *mail);
/* … that mail waits to be sent. */
void mail_announce_outgoing(struct mail *mail);

/* mail_open() and mail_close() call each module's pair. *_open fills the
 * module's pointer above; *_close takes NULL for "was never opened". */
int login_memory_open(struct mail *mail) MUST_CHECK;
void login_memory_close(struct mail *mail);
int contents_open(struct mail *mail) MUST_CHECK;
void contents_close(struct mail *mail);
int sort_memory_open(struct mail *mail) MUST_CHECK;
void sort_memory_close(struct mail *mail);
int grant_memory_open(struct mail *mail) MUST_CHECK;
void grant_memory_close(struct mail *mail);
int status_memory_open(struct mail *mail) MUST_CHECK;
void status_memory_close(struct mail *mail);

#endif
