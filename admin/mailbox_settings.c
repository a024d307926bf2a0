/* postroomctl mailbox set … */
#include "mailbox_settings.h"

#include "mail/mailbox.h"
#include "mail/mailbox_settings.h"
#include "mail/undelete.h"
#include "store/mailboxes.h"

/* A setting that is one of two words. */
struct word_pair {
    const char *yes, *no;
};

static int read_word(const struct word_pair *words, const char *key, struct slice value, bool *out)
{
    *out = slice_equal(value, slice_cstr(words->yes));
    if (*out || slice_equal(value, slice_cstr(words->no)))
        return 0;
    return fail(ERR_INVALID, "%s is %s or %s", key, words->yes, words->no);
}

/* seen ------------------------------------------------------------------------------- */

static const struct word_pair seen_words = {"per-user", "shared"};

static int set_seen(struct admin *admin, const struct grant *grant, struct slice value,
                    bool check_only)
{
    bool per_user;
    int err = read_word(&seen_words, "seen", value, &per_user);
    return err || check_only ? err : mailbox_set_seen_per_user(admin->mail, grant, per_user);
}

static int show_seen(struct admin *admin, const struct grant *grant, struct slice *value_out)
{
    (void)admin;
    *value_out = slice_cstr(grant_seen_per_user(grant) ? seen_words.yes : seen_words.no);
    return 0;
}

/* special-use ------------------------------------------------------------------------ */

static int set_special_use(struct admin *admin, const struct grant *grant, struct slice value,
                           bool check_only)
{
    struct slice use = slice_equal(value, SLICE("none")) ? SLICE_EMPTY : value;
    if (!mailbox_special_use(use).data)
        return fail(ERR_INVALID,
                    "special-use is \\Archive, \\Drafts, \\Junk, \\Sent, \\Trash or none");
    return check_only ? 0 : mailbox_set_special_use(admin->mail, grant, use);
}

static int show_special_use(struct admin *admin, const struct grant *grant, struct slice *value_out)
{
    (void)admin;
    *value_out = grant_special_use(grant);
    return 0;
}

/* subscribe -------------------------------------------------------------------------- */

static const struct word_pair subscribe_words = {"auto", "manual"};

static int set_subscribe(struct admin *admin, const struct grant *grant, struct slice value,
                         bool check_only)
{
    bool automatic;
    int err = read_word(&subscribe_words, "subscribe", value, &automatic);
    return err || check_only ? err : mailbox_set_auto_subscribe(admin->mail, grant, automatic);
}

static int show_subscribe(struct admin *admin, const struct grant *grant, struct slice *value_out)
{
    struct mailbox_row row;
    int err = mailboxes_get(admin->database, &admin->arena, grant_mailbox_id(grant), 0, &row);
    if (!err)
        *value_out = slice_cstr(row.auto_subscribe ? subscribe_words.yes : subscribe_words.no);
    return err;
}

/* retention -------------------------------------------------------------------------- */

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

static int set_retention(struct admin *admin, const struct grant *grant, struct slice value,
                         bool check_only)
{
    int32_t days = RETENTION_DEFAULT;
    int err = slice_equal(value, SLICE("default")) ? 0 : read_days(value, &days);
    return err || check_only ? err : mailbox_set_retention(admin->mail, grant, days);
}

static int show_retention(struct admin *admin, const struct grant *grant, struct slice *value_out)
{
    int32_t days;
    int err = mailbox_retention(admin->mail, grant, &days);
    if (err)
        return err;
    const char *text =
        days == RETENTION_DEFAULT ? "default" : arena_printf(&admin->arena, "%dd", (int)days);
    if (!text)
        return -ERR_NO_MEMORY;
    *value_out = slice_cstr(text);
    return 0;
}

const struct mailbox_setting mailbox_settings[] = {
    {"seen", "seen", set_seen, show_seen},
    {"retention", "retention", set_retention, show_retention},
    {"subscribe", "subscribe", set_subscribe, show_subscribe},
    {"special-use", "special_use", set_special_use, show_special_use},
    {0},
};
