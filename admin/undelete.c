/* postroomctl undelete …, mailbox undelete: what was expunged or deleted comes back. */
#include "mail/undelete.h"

#include "admin.h"
#include "deleted.h"
#include "when.h"

static int read_time(struct admin *admin, const char *option, int64_t *out)
{
    struct slice text = admin_option(admin, option);
    *out = INT64_MAX;
    return text.data ? when_parse_past(text, out) : 0;
}

/* "1:5,9" */
static int read_range(struct slice text, struct uidset *uids)
{
    size_t colon = slice_find(text, ':');
    uint64_t first, last;
    if (!slice_to_u64(slice_sub(text, 0, colon), &first))
        return -ERR_INVALID;
    last = first;
    if (colon < text.len && !slice_to_u64(slice_sub(text, colon + 1, SIZE_MAX), &last))
        return -ERR_INVALID;
    if (first == 0 || last < first || last > UINT32_MAX)
        return -ERR_INVALID;
    return uidset_add_range(uids, (uint32_t)first, (uint32_t)last);
}

static int read_uids(struct slice text, struct uidset *uids)
{
    struct slice rest = text;
    int err = 0;
    while (!err && rest.data) {
        size_t comma = slice_find(rest, ',');
        err = read_range(slice_sub(rest, 0, comma), uids);
        rest = comma < rest.len ? slice_sub(rest, comma + 1, SIZE_MAX) : (struct slice){NULL, 0};
    }
    if (err == -ERR_INVALID)
        return fail(ERR_INVALID, "\"%.*s\" are no UIDs: write 7 or 1:5,9", SLICE_ARGS(text));
    return err;
}

static int read_filter(struct admin *admin, struct uidset *uids, struct undelete_filter *out)
{
    struct slice by = admin_option(admin, "by");
    struct slice subject = admin_option(admin, "subject");
    struct slice uid = admin_option(admin, "uid");
    *out = (struct undelete_filter){
        .by = by.data ? by : SLICE_EMPTY,
        .subject = subject.data ? subject : SLICE_EMPTY,
        .uids = uid.data ? uids : NULL,
    };
    int err = read_time(admin, "since", &out->since);
    if (!err)
        err = read_time(admin, "until", &out->until);
    return err ? err : read_uids(uid, uids);
}

/* Printing ------------------------------------------------------------------------------- */

static const char *const columns[] = {"uid", "new_uid", "date",    "expunged",
                                      "by",  "client",  "subject", NULL};

/* new_uid 0: it has none. */
static int print_message(struct admin *admin, const struct expunged_message *message,
                         uint32_t new_uid)
{
    const struct expunged_row *row = &message->row;
    struct cell cells[] = {
        cell_number(row->uid),
        new_uid ? cell_number(new_uid) : cell_text(SLICE_EMPTY),
        cell_text(when_text(&admin->arena, row->internal_date)),
        cell_text(when_text(&admin->arena, row->expunged_at)),
        cell_text(row->actor),
        cell_text(row->client),
        cell_text(message->subject),
    };
    return output_row(admin->output, cells);
}

static int print_found(struct admin *admin, const struct expunged_message *rows, size_t count)
{
    int err = 0;
    for (size_t i = 0; i < count && !err; i++)
        err = print_message(admin, &rows[i], 0);
    return err;
}

/* The new UIDs are in the order of those that were restored, and so are the rows. */
static int print_restored(struct admin *admin, const struct expunged_message *rows, size_t count,
                          const struct uidset *restored, const struct uidset *new_uids)
{
    size_t range = 0;
    uint32_t new_uid = new_uids->count ? new_uids->ranges[0].first : 0;
    int err = 0;
    for (size_t i = 0; i < count && !err; i++) {
        if (!uidset_contains(restored, rows[i].row.uid))
            continue;
        err = print_message(admin, &rows[i], new_uid);
        if (new_uid++ == new_uids->ranges[range].last && ++range < new_uids->count)
            new_uid = new_uids->ranges[range].first;
    }
    return err;
}

/* Giving back ---------------------------------------------------------------------------- */

/* Somebody may change the rights meanwhile, which do not matter to the administrator. */
static int restore(struct admin *admin, const struct uidset *uids, struct uidset *restored_out,
                   struct append_outcome *out)
{
    enum { ATTEMPTS = 10 };
    int err = -ERR_STALE;
    for (int i = 0; i < ATTEMPTS && err == -ERR_STALE; i++) {
        const struct grant *grant;
        err = admin_mailbox_grant(admin, 0, &grant);
        if (!err)
            err = undelete_restore(admin->mail, grant, uids, grant, NULL, restored_out, out);
    }
    return err;
}

static int restore_found(struct admin *admin, const struct expunged_message *rows, size_t count,
                         uint64_t *done)
{
    struct uidset uids, restored;
    struct append_outcome outcome;
    uidset_init(&uids);
    int err = 0;
    for (size_t i = 0; i < count && !err; i++)
        err = uidset_add(&uids, rows[i].row.uid);
    if (!err)
        err = restore(admin, &uids, &restored, &outcome);
    uidset_clear(&uids);
    if (err)
        return err;
    *done += uidset_size(&restored);
    err = print_restored(admin, rows, count, &restored, &outcome.uids);
    uidset_clear(&restored);
    uidset_clear(&outcome.uids);
    return err;
}

static int undelete_all(struct admin *admin, const struct undelete_filter *filter, uint64_t *done)
{
    const struct grant *grant;
    int err = admin_mailbox_grant(admin, 0, &grant);
    bool dry_run = admin_flag(admin, "dry-run");
    for (uint32_t from = 1; !err && from;) {
        struct expunged_message *rows;
        size_t count;
        err = undelete_find(admin->mail, grant, filter, from, &admin->arena, &rows, &count, &from);
        if (err || count == 0)
            continue;
        if (dry_run)
            *done += count;
        err = dry_run ? print_found(admin, rows, count) : restore_found(admin, rows, count, done);
    }
    return err;
}

static int admin_undelete(struct admin *admin)
{
    struct uidset uids;
    uidset_init(&uids);
    struct undelete_filter filter;
    uint64_t done = 0;
    int err = read_filter(admin, &uids, &filter);
    output_columns(admin->output, columns);
    if (!err)
        err = undelete_all(admin, &filter, &done);
    uidset_clear(&uids);
    const char *what = admin_flag(admin, "dry-run") ? "would come back" : "came back";
    if (!err)
        output_say(admin->output, "%llu message%s %s", (unsigned long long)done,
                   done == 1 ? "" : "s", what);
    return err;
}

static int admin_mailbox_undelete(struct admin *admin)
{
    struct slice name;
    struct deleted_mailbox_row row;
    int place = admin->argc - 1; /* of the name it gets */
    int err = admin_new_mailbox_name(admin, place, &name);
    if (!err)
        err = admin_deleted_mailbox(admin, 0, &row);
    if (!err)
        err = mailbox_undelete(admin->mail, &admin->actor, row.id, name);
    if (!err)
        output_say(admin->output, "mailbox %s is back with %llu message%s", admin->argv[place],
                   (unsigned long long)row.messages, row.messages == 1 ? "" : "s");
    return err;
}

static const struct admin_option undelete_options[] = {
    {"by", "LOGIN"}, {"since", "TIME"}, {"until", "TIME"}, {"subject", "TEXT"},
    {"uid", "UIDS"}, {"dry-run", NULL}, {NULL, NULL},
};

static const struct admin_option mailbox_undelete_options[] = {{"id", "NUMBER"}, {NULL, NULL}};

const struct admin_verb undelete_verbs[] = {
    {"undelete", "", "MAILBOX",
     "Gives expunged messages back as they were: all that are kept, or those that LOGIN expunged, "
     "at a TIME (2h ago, 3d, 2027-01-31T10:00), with TEXT in their subject.",
     1, 1, 0, admin_undelete, undelete_options},
    {"mailbox", "undelete", "MAILBOX [NEW]",
     "Gives a deleted mailbox back with all that was in it, its rights and subscriptions.", 1, 2, 0,
     admin_mailbox_undelete, mailbox_undelete_options},
    {0},
};
