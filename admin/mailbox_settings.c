/* postroomctl mailbox set …, and the settings in a plan */
#include "mailbox_settings.h"

#include "mail/annotation.h"
#include "mail/mailbox.h"
#include "mail/mailbox_settings.h"
#include "mail/undelete.h"
#include "quota.h"
#include "store/mailboxes.h"

/* A setting that is one of two words. */
static int one_of(const char *key, struct slice value, const char *one, const char *other,
                  struct slice *out)
{
    if (!slice_equal(value, slice_cstr(one)) && !slice_equal(value, slice_cstr(other)))
        return fail(ERR_INVALID, "%s is %s or %s", key, one, other);
    *out = value;
    return 0;
}

/* seen ------------------------------------------------------------------------------- */

#define SEEN_PER_USER "per-user"
#define SEEN_SHARED   "shared"

static int normalise_seen(struct admin *admin, struct slice value, struct slice *out)
{
    (void)admin;
    return one_of("seen", value, SEEN_PER_USER, SEEN_SHARED, out);
}

static int set_seen(struct admin *admin, const struct grant *grant, struct slice normal)
{
    return mailbox_set_seen_per_user(admin->mail, grant, slice_equal(normal, SLICE(SEEN_PER_USER)));
}

static int show_seen(struct admin *admin, const struct grant *grant, struct slice *value_out)
{
    (void)admin;
    *value_out = slice_cstr(grant_seen_per_user(grant) ? SEEN_PER_USER : SEEN_SHARED);
    return 0;
}

/* special-use ------------------------------------------------------------------------ */

static int normalise_special_use(struct admin *admin, struct slice value, struct slice *out)
{
    (void)admin;
    struct slice use = mailbox_special_use(slice_equal(value, SLICE("none")) ? SLICE_EMPTY : value);
    if (!use.data)
        return fail(ERR_INVALID,
                    "special-use is \\Archive, \\Drafts, \\Junk, \\Sent, \\Trash or none");
    *out = use;
    return 0;
}

static int set_special_use(struct admin *admin, const struct grant *grant, struct slice normal)
{
    return mailbox_set_special_use(admin->mail, grant, normal);
}

static int show_special_use(struct admin *admin, const struct grant *grant, struct slice *value_out)
{
    (void)admin;
    *value_out = grant_special_use(grant);
    return 0;
}

/* subscribe -------------------------------------------------------------------------- */

#define SUBSCRIBE_AUTO   "auto"
#define SUBSCRIBE_MANUAL "manual"

static int normalise_subscribe(struct admin *admin, struct slice value, struct slice *out)
{
    (void)admin;
    return one_of("subscribe", value, SUBSCRIBE_AUTO, SUBSCRIBE_MANUAL, out);
}

static int set_subscribe(struct admin *admin, const struct grant *grant, struct slice normal)
{
    return mailbox_set_auto_subscribe(admin->mail, grant,
                                      slice_equal(normal, SLICE(SUBSCRIBE_AUTO)));
}

static int show_subscribe(struct admin *admin, const struct grant *grant, struct slice *value_out)
{
    struct mailbox_row row;
    int err = mailboxes_get(admin->database, &admin->arena, grant_mailbox_id(grant), 0, &row);
    if (!err)
        *value_out = slice_cstr(row.auto_subscribe ? SUBSCRIBE_AUTO : SUBSCRIBE_MANUAL);
    return err;
}

/* retention -------------------------------------------------------------------------- */

#define RETENTION_AS_CONFIGURED "default"

static int read_days(struct slice value, int32_t *out)
{
    struct slice digits = value;
    if (digits.len && digits.data[digits.len - 1] == 'd')
        digits.len--;
    int32_t days = 0;
    bool is_number = digits.len > 0 && digits.len <= 5;
    for (size_t i = 0; i < digits.len && is_number; i++) {
        is_number = digits.data[i] >= '0' && digits.data[i] <= '9';
        days = days * 10 + digits.data[i] - '0';
    }
    if (!is_number || days > RETENTION_DAYS_MAX)
        return fail(ERR_INVALID, "retention is a number of days like 30d, at most %d, or default",
                    RETENTION_DAYS_MAX);
    *out = days;
    return 0;
}

static int retention_text(struct admin *admin, int32_t days, struct slice *out)
{
    const char *text = days == RETENTION_DEFAULT ? RETENTION_AS_CONFIGURED
                                                 : arena_printf(&admin->arena, "%dd", (int)days);
    if (!text)
        return -ERR_NO_MEMORY;
    *out = slice_cstr(text);
    return 0;
}

static int read_retention(struct slice value, int32_t *out)
{
    *out = RETENTION_DEFAULT;
    return slice_equal(value, SLICE(RETENTION_AS_CONFIGURED)) ? 0 : read_days(value, out);
}

static int normalise_retention(struct admin *admin, struct slice value, struct slice *out)
{
    int32_t days;
    int err = read_retention(value, &days);
    return err ? err : retention_text(admin, days, out);
}

static int set_retention(struct admin *admin, const struct grant *grant, struct slice normal)
{
    int32_t days;
    int err = read_retention(normal, &days);
    return err ? err : mailbox_set_retention(admin->mail, grant, days);
}

static int show_retention(struct admin *admin, const struct grant *grant, struct slice *value_out)
{
    int32_t days;
    int err = mailbox_retention(admin->mail, grant, &days);
    return err ? err : retention_text(admin, days, value_out);
}

/* comment: RFC 5464 section 6.2.1 ----------------------------------------------------- */

#define COMMENT "/shared/comment"

static int normalise_comment(struct admin *admin, struct slice value, struct slice *out)
{
    (void)admin;
    *out = value;
    return 0;
}

static int set_comment(struct admin *admin, const struct grant *grant, struct slice normal)
{
    const struct annotation annotation = {.entry = SLICE(COMMENT),
                                          .value = normal.len ? normal : slice_of(NULL, 0)};
    return annotation_write(admin->mail, &admin->actor, grant, &annotation, 1);
}

static int show_comment(struct admin *admin, const struct grant *grant, struct slice *value_out)
{
    struct slice value;
    int err =
        annotation_get(admin->mail, &admin->actor, grant, SLICE(COMMENT), &admin->arena, &value);
    if (!err)
        *value_out = value.data ? value : SLICE_EMPTY;
    return err;
}

/* quota: the limits of the root that is called as the mailbox ---------------------------- */

static int normalise_quota(struct admin *admin, struct slice value, struct slice *out)
{
    struct quota_amounts limits;
    int err = quota_limits_parse(value, &limits);
    if (err)
        return err;
    *out = quota_limits_text(&admin->arena, &limits);
    return out->data ? 0 : -ERR_NO_MEMORY;
}

/* *found_out false: it counts for none, or for one that is attached elsewhere. */
static int find_own_root(struct admin *admin, const struct grant *grant, struct quota *out,
                         bool *found_out)
{
    int err =
        quota_of_name(admin->mail, &admin->actor, grant_name(grant), &admin->arena, out, found_out);
    if (!err && *found_out)
        *found_out = slice_equal(out->name, grant_name(grant));
    return err;
}

static int set_quota(struct admin *admin, const struct grant *grant, struct slice normal)
{
    struct quota_amounts limits;
    struct quota root;
    bool found;
    if (grant_owner_id(grant))
        return fail(ERR_INVALID, "limits of users are set by postroomctl quota set");
    int err = quota_limits_parse(normal, &limits);
    if (!err)
        err = find_own_root(admin, grant, &root, &found);
    if (!err && slice_equal(normal, SLICE("none")))
        return found ? quota_delete(admin->mail, &admin->actor, grant_name(grant)) : 0;
    if (!err && !found)
        err = quota_attach(admin->mail, grant, grant_name(grant));
    return err ? err : quota_set(admin->mail, &admin->actor, grant_name(grant), &limits);
}

static int show_quota(struct admin *admin, const struct grant *grant, struct slice *value_out)
{
    struct quota root;
    bool found;
    int err = find_own_root(admin, grant, &root, &found);
    if (err)
        return err;
    *value_out = found ? quota_limits_text(&admin->arena, &root.limits) : SLICE("none");
    return value_out->data ? 0 : -ERR_NO_MEMORY;
}

const struct mailbox_setting mailbox_settings[MAILBOX_SETTINGS + 1] = {
    {"seen", "seen", SEEN_PER_USER, SEEN_SHARED, normalise_seen, set_seen, show_seen},
    {"retention", "retention", RETENTION_AS_CONFIGURED, RETENTION_AS_CONFIGURED,
     normalise_retention, set_retention, show_retention},
    {"subscribe", "subscribe", SUBSCRIBE_MANUAL, SUBSCRIBE_MANUAL, normalise_subscribe,
     set_subscribe, show_subscribe},
    {"special-use", "special_use", "", "", normalise_special_use, set_special_use,
     show_special_use},
    {"comment", "comment", "", "", normalise_comment, set_comment, show_comment},
    {"quota", "quota", "none", "none", normalise_quota, set_quota, show_quota},
    {0},
};

const struct mailbox_setting *mailbox_setting_find(struct slice key)
{
    for (const struct mailbox_setting *setting = mailbox_settings; setting->key; setting++)
        if (slice_equal(key, slice_cstr(setting->key)))
            return setting;
    return NULL;
}
