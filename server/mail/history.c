#include "mail/history.h"

#include "acl_check.h"
#include "engine.h"
#include "model/mailbox_name.h"
#include "store/mailboxes.h"
#include "subject.h"

/* What happened, by the kind of row and how its detail begins; the first that fits. */
static const struct {
    enum journal_kind kind;
    const char *detail;
    const char *what;
    bool keeps_detail; /* it says more than `what` and the other mailbox do */
} stories[] = {
    {JOURNAL_APPEND, "copied", "copy", false},
    {JOURNAL_APPEND, "moved", "move", false},
    {JOURNAL_APPEND, "replaced", "replace", false},
    {JOURNAL_APPEND, "given back", "undelete", false},
    {JOURNAL_APPEND, "", "append", true},
    {JOURNAL_FLAGS, "", "flags", true},
    {JOURNAL_SEEN, "", "seen", true},
    {JOURNAL_EXPUNGE, "moved", "move", false},
    {JOURNAL_EXPUNGE, "replaced", "replace", false},
    {JOURNAL_EXPUNGE, "retention", "forget", false},
    {JOURNAL_EXPUNGE, "", "expunge", true},
    {JOURNAL_ACL, "", "rights", true},
    {JOURNAL_MAILBOX, "created", "create", true},
    {JOURNAL_MAILBOX, "renamed", "rename", true},
    {JOURNAL_MAILBOX, "deleted", "delete", true},
    {JOURNAL_MAILBOX, "undeleted", "undelete", true},
    {JOURNAL_MAILBOX, "given back", "undelete", false},
    {JOURNAL_MAILBOX, "", "settings", true},
    {JOURNAL_METADATA, "", "metadata", true},
};

static void tell_what(const struct history_row *row, struct history_event *event)
{
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        if (stories[i].kind != row->kind ||
            !slice_starts_with(row->detail, slice_cstr(stories[i].detail)))
            continue;
        event->what = stories[i].what;
        event->detail = stories[i].keeps_detail ? row->detail : SLICE_EMPTY;
        return;
    }
}

/* Flags ---------------------------------------------------------------------------------- */

static struct slice flag_name(flag_mask bit, const struct keyword_table *keywords)
{
    const char *system = flag_system_name(bit);
    if (system)
        return slice_cstr(system);
    struct slice name = keywords->names[__builtin_ctzll(bit) - FLAG_KEYWORD_FIRST];
    return name.data ? name : SLICE_EMPTY;
}

/* Bits that are nobody's have no name, and are left out. */
static void add_flags(struct buffer *out, const char *sign, flag_mask flags,
                      const struct keyword_table *keywords)
{
    for (flag_mask left = flags & FLAGS_ALL; left; left &= left - 1) {
        struct slice name = flag_name(left & ~(left - 1), keywords);
        if (name.len == 0)
            continue;
        if (out->len > 0 && out->data[out->len - 1] != '(')
            buffer_add_char(out, ' ');
        buffer_add_cstr(out, sign);
        buffer_add(out, name);
    }
}

/* Who sets all flags clears bits that no keyword has. */
static bool replaces_all(const struct history_row *row, const struct keyword_table *keywords)
{
    flag_mask known = FLAGS_SYSTEM;
    for (size_t i = 0; i < FLAG_KEYWORD_COUNT; i++)
        if (keywords->names[i].data)
            known |= (flag_mask)1 << (FLAG_KEYWORD_FIRST + i);
    return row->flags_cleared & FLAGS_ALL & ~known;
}

static int tell_flags(const struct history_row *row, const struct keyword_table *keywords,
                      struct arena *arena, struct slice *out)
{
    struct buffer text;
    buffer_init(&text, 0);
    if (replaces_all(row, keywords)) {
        buffer_add_cstr(&text, "=(");
        add_flags(&text, "", row->flags_set, keywords);
        buffer_add_char(&text, ')');
    } else {
        add_flags(&text, "+", row->flags_set, keywords);
        add_flags(&text, "-", row->flags_cleared, keywords);
    }
    *out = arena_copy(arena, buffer_slice(&text));
    buffer_clear(&text);
    return out->data ? 0 : -ERR_NO_MEMORY;
}

/* Telling -------------------------------------------------------------------------------- */

static int tell_other(const struct history_row *row, struct arena *arena,
                      struct history_event *event)
{
    event->to_other = row->kind != JOURNAL_APPEND;
    event->other_uids = row->other_uids;
    event->other = SLICE_EMPTY;
    if (row->other_id == 0)
        return 0;
    if (row->other_name.len == 0) {
        event->other = SLICE("a mailbox that is gone");
        return 0;
    }
    enum mailbox_space space = row->other_owner.len ? MAILBOX_OF_USER : MAILBOX_IN_SHARED;
    const struct mailbox_path path = {space, row->other_owner, row->other_name};
    return path_shown(&path, arena, &event->other);
}

static int tell(const struct history_row *row, const struct keyword_table *keywords,
                struct arena *arena, struct history_event *event)
{
    *event = (struct history_event){
        .modseq = row->modseq,
        .at = row->at,
        .actor = row->actor,
        .client = row->client,
        .uids = row->uids,
        .reader = row->reader,
        .subject = SLICE_EMPTY,
    };
    tell_what(row, event);
    int err = tell_flags(row, keywords, arena, &event->flags);
    return err ? err : tell_other(row, arena, event);
}

static int tell_subjects(struct mail *mail, struct arena *arena, const struct history_row *rows,
                         size_t count, struct history_event *events)
{
    int64_t *ids = ARENA_ARRAY(arena, count, int64_t);
    struct slice *subjects = ARENA_ARRAY(arena, count, struct slice);
    if (!ids || !subjects)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        ids[i] = rows[i].message_id;
    int err = subjects_read(mail, arena, ids, count, subjects);
    for (size_t i = 0; i < count && !err; i++)
        events[i].subject = subjects[i];
    return err;
}

static int tell_all(struct mail *mail, struct arena *arena, int64_t mailbox_id,
                    const struct history_row *rows, size_t count, struct history_event *events)
{
    struct keyword_table keywords;
    int err = keywords_load(mail->database, arena, mailbox_id, &keywords);
    for (size_t i = 0; i < count && !err; i++)
        err = tell(&rows[i], &keywords, arena, &events[i]);
    return err ? err : tell_subjects(mail, arena, rows, count, events);
}

int history_read(struct mail *mail, const struct actor *actor, int64_t mailbox_id,
                 const struct history_filter *filter, uint64_t after, struct arena *arena,
                 struct history_event **events_out, size_t *count_out)
{
    if (actor->user_id != 0)
        return fail(ERR_DENIED, "Only an administrator may read the history");
    struct history_row *rows;
    size_t count;
    int err = history_rows_read(mail->database, arena, mailbox_id, filter, after, HISTORY_BATCH,
                                &rows, &count);
    if (err)
        return err;
    struct history_event *events = ARENA_ARRAY(arena, count, struct history_event);
    if (!events)
        return -ERR_NO_MEMORY;
    if (count > 0)
        err = tell_all(mail, arena, mailbox_id, rows, count, events);
    if (err)
        return err;
    *events_out = events;
    *count_out = count;
    return 0;
}
