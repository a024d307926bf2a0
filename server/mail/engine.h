/*
 * Inside the mail layer: the engine's parts. Each module keeps its own state
 * behind a pointer here; nobody else looks into it.
 */
#ifndef POSTROOM_MAIL_ENGINE_H
#define POSTROOM_MAIL_ENGINE_H

#include "base/map.h"
#include "mail/mail.h"
#include "store/feed.h"

struct hub;
struct view_set;
struct writer_set;
struct login_memory;
struct janitor;

struct mail {
    struct database *database;
    struct mail_settings settings;
    struct hub *hub;                   /* hub.c */
    struct view_set *views;            /* view.c */
    struct writer_set *writers;        /* writer.c */
    struct login_memory *logins;       /* login_memory.c */
    struct janitor *janitor;           /* janitor.c */
};

#endif
