#include "mail/mail.h"

#include <stdlib.h>

#include "engine.h"
#include "filter_program.h"
#include "hub.h"
#include "indexer.h"
#include "janitor.h"
#include "lookout.h"
#include "outgoing_queue.h"
#include "view_state.h"
#include "writer_queue.h"

static int open_parts(struct mail *mail)
{
    int err = views_open(mail);
    if (!err)
        err = writers_open(mail);
    if (!err)
        err = login_memory_open(mail);
    if (!err)
        err = contents_open(mail);
    if (!err)
        err = sort_memory_open(mail);
    if (!err)
        err = grant_memory_open(mail);
    if (!err)
        err = status_memory_open(mail);
    if (!err)
        err = filter_programs_open(mail);
    if (!err)
        err = outgoing_open(mail);
    if (!err)
        err = hub_open(mail);
    if (!err)
        err = janitor_open(mail);
    if (!err)
        err = indexer_open(mail);
    return err;
}

int mail_open(struct database *database, const struct mail_settings *settings, struct mail **out)
{
    struct mail *mail = calloc(1, sizeof *mail);
    if (!mail)
        return fail(ERR_NO_MEMORY, "no memory for the mail engine");
    mail->database = database;
    mail->settings = *settings;
    wait_queue_init(&mail->quota_turn.queue);
    int err = open_parts(mail);
    if (err) {
        mail_close(&mail);
        return err;
    }
    *out = mail;
    return 0;
}

/* First those that start work, then those that have some left to do. */
void mail_close(struct mail **mail_in)
{
    struct mail *mail = *mail_in;
    *mail_in = NULL;
    if (!mail)
        return;
    indexer_close(mail);
    janitor_close(mail);
    hub_stop(mail);
    lookout_close(mail);
    views_close(mail);
    writers_close(mail);
    login_memory_close(mail);
    contents_close(mail);
    sort_memory_close(mail);
    grant_memory_close(mail);
    status_memory_close(mail);
    filter_programs_close(mail);
    hub_close(mail);
    outgoing_close(mail); /* of which the hub may still have heard */
    free(mail);
}

struct database *mail_database(struct mail *mail)
{
    return mail->database;
}

const struct mail_settings *mail_settings(const struct mail *mail)
{
    return &mail->settings;
}

void mail_set_settings(struct mail *mail, const struct mail_settings *settings)
{
    mail->settings = *settings;
}
