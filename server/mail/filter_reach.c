#include "mail/filter_reach.h"

#include "engine.h"
#include "mail/annotation.h"
#include "mail/mailbox.h"
#include "mail/mailbox_settings.h"
#include "model/annotation_entry.h"
#include "model/object_id.h"

bool filter_reach_takes_mail(const struct grant *grant)
{
    return grant_rights(grant) & (RIGHT_INSERT | RIGHT_POST);
}

/* Finding ---------------------------------------------------------------------------------------
 */

static int find_by_name(const struct filter_reach *reach, struct slice name,
                        const struct grant **out)
{
    return acl_check(reach->mail, &reach->author, name, RIGHTS_NONE, reach->arena, out);
}

/* One that takes mail, else -ERR_NOT_FOUND. */
static int find_by_number(const struct filter_reach *reach, int64_t number,
                          const struct grant **out)
{
    const struct grant *grant;
    int err = acl_check_id(reach->mail, &reach->author, number, RIGHTS_NONE, reach->arena, &grant);
    if (!err && !filter_reach_takes_mail(grant))
        err = -ERR_NOT_FOUND;
    if (!err)
        *out = grant;
    return err;
}

static int find_by_id(const struct filter_reach *reach, struct slice mailbox_id,
                      const struct grant **out)
{
    int64_t number;
    int err = object_id_parse(mailbox_id, OBJECT_MAILBOX, &number);
    if (err == -ERR_SYNTAX || (!err && number <= 0))
        return -ERR_NOT_FOUND;
    return err ? err : find_by_number(reach, number, out);
}

/* Among several a mailbox of one's own comes first. mailbox_id 0: any. */
static int find_by_use(const struct filter_reach *reach, struct slice use, int64_t mailbox_id,
                       const struct grant **out)
{
    struct slice known = mailbox_special_use(use);
    int64_t *numbers;
    size_t count;
    if (!known.data)
        return -ERR_NOT_FOUND;
    int err = mailboxes_of_use(reach->mail->database, reach->arena, reach->user_id, known, &numbers,
                               &count);
    if (err)
        return err;
    err = -ERR_NOT_FOUND;
    for (size_t i = 0; i < count && err == -ERR_NOT_FOUND; i++)
        if (mailbox_id == 0 || numbers[i] == mailbox_id)
            err = find_by_number(reach, numbers[i], out);
    return err;
}

/* A user's gets the use that it was to be found by (RFC 8579 section 4.1). */
static int create(const struct filter_reach *reach, const struct sieve_action *action)
{
    struct special_uses uses = {.count = 0};
    if (!action->special_use.len || !reach->user_id || special_uses_add(&uses, action->special_use))
        return mailbox_create(reach->mail, &reach->author, action->mailbox, SLICE_EMPTY, NULL);
    return mailbox_create_for_uses(reach->mail, &reach->author, action->mailbox, &uses, NULL);
}

static int find_or_create(const struct filter_reach *reach, const struct sieve_action *action,
                          const struct grant **out)
{
    int err = find_by_name(reach, action->mailbox, out);
    if (err != -ERR_NOT_FOUND || !action->create)
        return err;
    err = create(reach, action);
    if (err && err != -ERR_EXISTS)
        return err;
    return find_by_name(reach, action->mailbox, out);
}

int filter_reach_find(const struct filter_reach *reach, const struct sieve_action *action,
                      const struct grant **out)
{
    int err = -ERR_NOT_FOUND;
    if (action->mailbox_id.len)
        err = find_by_id(reach, action->mailbox_id, out);
    if (err == -ERR_NOT_FOUND && action->special_use.len)
        err = find_by_use(reach, action->special_use, 0, out);
    return err == -ERR_NOT_FOUND ? find_or_create(reach, action, out) : err;
}

/* What a script is told ------------------------------------------------------------------------ */

static int tell_found(int err, bool *out)
{
    if (err && err != -ERR_NOT_FOUND)
        return err;
    *out = !err;
    return 0;
}

static int mailbox_exists(void *arg, struct slice name, bool *out)
{
    const struct filter_reach *reach = arg;
    const struct grant *grant;
    int err = find_by_name(reach, name, &grant);
    if (!err && !filter_reach_takes_mail(grant))
        err = -ERR_NOT_FOUND;
    return tell_found(err, out);
}

static int mailbox_id_exists(void *arg, struct slice mailbox_id, bool *out)
{
    const struct filter_reach *reach = arg;
    const struct grant *grant;
    return tell_found(find_by_id(reach, mailbox_id, &grant), out);
}

static int special_use_exists(void *arg, struct slice name, struct slice use, bool *out)
{
    const struct filter_reach *reach = arg;
    const struct grant *grant = NULL;
    int err = name.len ? find_by_name(reach, name, &grant) : 0;
    if (!err)
        err = find_by_use(reach, use, grant ? grant_mailbox_id(grant) : 0, &grant);
    return tell_found(err, out);
}

/* What the author may not see is not there. */
static int metadata(void *arg, struct slice name, struct slice entry, struct arena *arena,
                    struct slice *value_out)
{
    const struct filter_reach *reach = arg;
    const struct grant *grant = NULL;
    struct slice known, value = SLICE_EMPTY;
    int err = annotation_entry_parse(entry, reach->arena, &known);
    if (!err && name.len)
        err = find_by_name(reach, name, &grant);
    if (!err)
        err = annotation_get(reach->mail, &reach->author, grant, known, arena, &value);
    if (err == -ERR_SYNTAX || err == -ERR_DENIED || (!err && !value.data))
        err = -ERR_NOT_FOUND;
    if (!err)
        *value_out = value;
    return err;
}

void filter_reach_offer(struct sieve_host *host)
{
    host->mailbox_exists = mailbox_exists;
    host->mailbox_id_exists = mailbox_id_exists;
    host->special_use_exists = special_use_exists;
    host->metadata = metadata;
}

void filter_reach_offer_at_delivery(struct sieve_host *host)
{
    static const struct sieve_environment_item items[] = {
        {"location", {"MDA", 3}}, {"phase", {"during", 6}}, {"name", {"Postroom", 8}}};
    filter_reach_offer(host);
    host->environment = items;
    host->environment_count = sizeof items / sizeof items[0];
}
