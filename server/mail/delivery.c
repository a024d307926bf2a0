#include "mail/delivery.h"

#include "base/clock.h"
#include "engine.h"
#include "mail/mailbox.h"
#include "mail/quota.h"
#include "mail/writer.h"
#include "store/deliveries.h"
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
                        int64_t *mailbox_id_out)
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
        *mailbox_id_out = row.id;
    return err;
}

int delivery_find(struct mail *mail, const struct delivery *delivery,
                  const struct mail_address *address, struct arena *arena, struct destination *out)
{
    struct destination destination;
    int64_t mailbox_id;
    int err = address_resolve(mail, address, delivery->delimiter, arena, &destination);
    if (!err)
        err = find_mailbox(mail, delivery, &destination, arena, &mailbox_id);
    if (!err)
        *out = destination;
    return err;
}

static int put(struct mail *mail, const struct delivery *delivery, int64_t mailbox_id,
               const struct intake_result *message, struct arena *arena)
{
    const struct actor actor = {.login = SLICE("LMTP"), .client = delivery->client};
    const struct grant *grant;
    const struct quota_amounts added = {{[QUOTA_STORAGE] = message->size, [QUOTA_MESSAGES] = 1}};
    int err = acl_check_id(mail, &actor, mailbox_id, RIGHT_INSERT, arena, &grant);
    if (!err)
        err = quota_check_delivery(mail, grant, &added);
    if (err)
        return err;
    struct append_item item = {.message_id = message->message_id,
                               .content = message->content,
                               .size = message->size,
                               .seal = message->seal,
                               .internal_date = clock_realtime_us()};
    struct append_outcome outcome = {0};
    err = writer_append(mail, grant, &item, 1, &outcome);
    if (!err)
        uidset_clear(&outcome.uids);
    return err;
}

static int is_duplicate(struct mail *mail, const struct delivery *delivery, int64_t mailbox_id,
                        const struct intake_result *message, bool *out)
{
    *out = false;
    if (delivery->duplicate_window == 0)
        return 0;
    struct slice message_id = message->content ? message->content->row.message_id : SLICE_EMPTY;
    if (message->content && message_id.len == 0)
        return 0;
    return deliveries_is_duplicate(mail->database, mailbox_id, message->message_id, message_id,
                                   delivery->duplicate_window, out);
}

int delivery_put(struct mail *mail, const struct delivery *delivery,
                 const struct destination *destination, const struct intake_result *message,
                 struct arena *arena)
{
    int err = -ERR_STALE;
    for (int attempt = 0; attempt < ATTEMPTS && err == -ERR_STALE; attempt++) {
        int64_t mailbox_id;
        bool duplicate = false;
        err = find_mailbox(mail, delivery, destination, arena, &mailbox_id);
        if (!err)
            err = is_duplicate(mail, delivery, mailbox_id, message, &duplicate);
        if (!err && !duplicate)
            err = put(mail, delivery, mailbox_id, message, arena);
    }
    return err;
}
