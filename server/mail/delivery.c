#include "mail/delivery.h"

#include "delivery_store.h"
#include "engine.h"
#include "filter_deliver.h"
#include "mail/mailbox.h"
#include "store/mailboxes.h"

enum { ATTEMPTS = 4, NOBODY = -1 /* has the rights of anyone, and no others */ };

/* Who posts: a user whose address the sender is, else nobody known. */
static int find_poster(struct mail *mail, const struct delivery *delivery, struct arena *arena,
                       int64_t *out)
{
    struct destination sender = {0};
    int err = delivery->sender
                  ? address_resolve(mail, delivery->sender, delivery->delimiter, arena, &sender)
                  : -ERR_NOT_FOUND;
    if (err && err != -ERR_NOT_FOUND)
        return err;
    *out = !err && sender.user_id ? sender.user_id : NOBODY;
    return 0;
}

static int require_post(const struct mailbox_row *row)
{
    return row->rights & RIGHT_POST ? 0 : fail(ERR_DENIED, "the sender has no right to post");
}

/* The folder that the address asks for, when it may be posted to. */
static int find_folder(struct mail *mail, const struct destination *destination, int64_t poster,
                       struct arena *arena, struct mailbox_row *out)
{
    if (destination->detail.len == 0)
        return -ERR_NOT_FOUND;
    int err = mailboxes_find(mail->database, arena, destination->user_id, destination->detail,
                             poster, out);
    return err ? err : require_post(out);
}

static int find_inbox(struct mail *mail, const struct destination *destination, struct arena *arena,
                      struct mailbox_row *out)
{
    struct actor owner = {.user_id = destination->user_id, .login = destination->login};
    struct slice inbox = SLICE("INBOX");
    int err = mailboxes_find(mail->database, arena, owner.user_id, inbox, owner.user_id, out);
    if (err != -ERR_NOT_FOUND)
        return err;
    err = mailbox_ensure_inbox(mail, &owner); /* a user who has never logged in */
    return err ? err
               : mailboxes_find(mail->database, arena, owner.user_id, inbox, owner.user_id, out);
}

static int find_mailbox(struct mail *mail, const struct delivery *delivery,
                        const struct destination *destination, struct arena *arena,
                        struct mailbox_row *out)
{
    int64_t poster;
    struct mailbox_row row;
    int err = find_poster(mail, delivery, arena, &poster);
    if (err)
        return err;
    if (destination->user_id) {
        err = find_folder(mail, destination, poster, arena, &row);
        if (err == -ERR_NOT_FOUND || err == -ERR_DENIED)
            err = find_inbox(mail, destination, arena, &row);
    } else {
        err = destination->mailbox_id
                  ? mailboxes_get(mail->database, arena, destination->mailbox_id, poster, &row)
                  : mailboxes_find(mail->database, arena, 0, destination->shared, poster, &row);
        if (!err)
            err = require_post(&row);
    }
    if (!err)
        *out = row;
    return err;
}

int delivery_find(struct mail *mail, const struct delivery *delivery,
                  const struct mail_address *address, struct arena *arena, struct destination *out)
{
    struct destination destination;
    struct mailbox_row home;
    int err = address_resolve(mail, address, delivery->delimiter, arena, &destination);
    if (!err)
        err = find_mailbox(mail, delivery, &destination, arena, &home);
    if (!err)
        *out = destination;
    return err;
}

/* The script of whoever the mail is for, when one is active. */
static int64_t find_filter(const struct destination *destination, const struct mailbox_row *home,
                           struct filter_owner *out)
{
    *out = destination->user_id ? (struct filter_owner){.user_id = destination->user_id}
                                : (struct filter_owner){.mailbox_id = home->id};
    return destination->user_id ? destination->filter_version : home->filter_version;
}

static int put(struct mail *mail, const struct delivery *delivery,
               const struct destination *destination, const struct intake_result *message,
               struct arena *arena, struct delivery_report *report_out)
{
    struct mailbox_row home;
    struct filter_owner owner;
    int err = find_mailbox(mail, delivery, destination, arena, &home);
    if (err)
        return err;
    int64_t version = find_filter(destination, &home, &owner);
    if (version)
        return filter_deliver(mail, delivery, &owner, version, home.id, message, arena, report_out);
    return delivery_store(mail, delivery, home.id, message, NULL, arena);
}

int delivery_put(struct mail *mail, const struct delivery *delivery,
                 const struct destination *destination, const struct intake_result *message,
                 struct arena *arena, struct delivery_report *report_out)
{
    *report_out = (struct delivery_report){.count = 0};
    int err = -ERR_STALE;
    for (int attempt = 0; attempt < ATTEMPTS && err == -ERR_STALE; attempt++)
        err = put(mail, delivery, destination, message, arena, report_out);
    return err;
}
