#include "mail/delivery.h"

#include "base/clock.h"
#include "delivery_plan.h"
#include "engine.h"
#include "filter_deliver.h"
#include "mail/mailbox.h"
#include "store/mailboxes.h"

enum { ATTEMPTS = 4 };

/* Who posts: a user whose address the sender is, else nobody known. */
static int find_poster(struct mail *mail, const struct delivery *delivery, struct arena *arena,
                       int64_t *out)
{
    struct destination sender = {0};
    int err = delivery->sender ? address_resolve(mail, delivery->sender, delivery->delimiter,
                                                 ADDRESS_ANYBODY, arena, &sender)
                               : -ERR_NOT_FOUND;
    if (err && err != -ERR_NOT_FOUND)
        return err;
    *out = !err && sender.user_id ? sender.user_id : ADDRESS_ANYBODY;
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

static int find_home(struct mail *mail, const struct destination *destination, int64_t poster,
                     struct arena *arena, struct mailbox_row *out)
{
    if (!destination->user_id) {
        int err = destination->mailbox_id
                      ? mailboxes_get(mail->database, arena, destination->mailbox_id, poster, out)
                      : mailboxes_find(mail->database, arena, 0, destination->shared, poster, out);
        return err ? err : require_post(out);
    }
    int err = find_folder(mail, destination, poster, arena, out);
    return err == -ERR_NOT_FOUND || err == -ERR_DENIED ? find_inbox(mail, destination, arena, out)
                                                       : err;
}

/* What the look-up of the address has found there is enough, unless a folder is wanted, or
 * an INBOX that is not there yet. */
static int choose_home(struct mail *mail, int64_t poster, struct arena *arena,
                       struct destination *destination)
{
    if (destination->home && !destination->user_id)
        return require_post(destination->home);
    if (destination->home && destination->detail.len == 0)
        return 0;
    struct mailbox_row *home = ARENA_NEW(arena, struct mailbox_row);
    int err = home ? find_home(mail, destination, poster, arena, home) : -ERR_NO_MEMORY;
    destination->home = home;
    return err;
}

int delivery_find(struct mail *mail, const struct delivery *delivery,
                  const struct mail_address *address, struct arena *arena, struct destination *out)
{
    int64_t poster;
    struct destination destination;
    int err = find_poster(mail, delivery, arena, &poster);
    if (!err)
        err = address_resolve(mail, address, delivery->delimiter, poster, arena, &destination);
    if (!err)
        err = choose_home(mail, poster, arena, &destination);
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
               const struct destination *destination, const struct mailbox_row *home,
               const struct intake_result *message, struct arena *arena,
               struct delivery_report *report_out)
{
    struct filter_owner owner;
    int64_t version = find_filter(destination, home, &owner);
    if (version)
        return filter_deliver(mail, delivery, &owner, version, home->id, message, arena,
                              report_out);
    struct delivery_plan *plan = delivery_plan_new(mail, delivery, arena);
    int err = plan ? delivery_plan_add_found(plan, home, message) : -ERR_NO_MEMORY;
    return err ? err : delivery_plan_carry_out(plan);
}

/* Where delivery_find() has found it, which holds when under the mailbox's lock its rights
 * are as they were; what a filter does happens under other locks. -ERR_STALE: it must be
 * looked for again. */
static int put_where_found(struct mail *mail, const struct delivery *delivery,
                           const struct destination *destination,
                           const struct intake_result *message, struct arena *arena,
                           struct delivery_report *report_out)
{
    const struct mailbox_row *home = destination->home;
    struct filter_owner owner;
    if (!home || clock_monotonic_ms() >= home->rights_until ||
        find_filter(destination, home, &owner))
        return -ERR_STALE;
    int err = put(mail, delivery, destination, home, message, arena, report_out);
    return err == -ERR_NOT_FOUND ? -ERR_STALE : err;
}

static int find_and_put(struct mail *mail, const struct delivery *delivery,
                        const struct destination *destination, const struct intake_result *message,
                        struct arena *arena, struct delivery_report *report_out)
{
    int64_t poster;
    struct mailbox_row home;
    int err = find_poster(mail, delivery, arena, &poster);
    if (!err)
        err = find_home(mail, destination, poster, arena, &home);
    return err ? err : put(mail, delivery, destination, &home, message, arena, report_out);
}

int delivery_put(struct mail *mail, const struct delivery *delivery,
                 const struct destination *destination, const struct intake_result *message,
                 struct arena *arena, struct delivery_report *report_out)
{
    *report_out = (struct delivery_report){.count = 0};
    int err = put_where_found(mail, delivery, destination, message, arena, report_out);
    for (int attempt = 1; attempt < ATTEMPTS && err == -ERR_STALE; attempt++)
        err = find_and_put(mail, delivery, destination, message, arena, report_out);
    return err;
}
