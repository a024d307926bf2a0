#include "mail/annotation.h"

#include "acl_denial.h"
#include "engine.h"
#include "grant.h"
#include "mail/special_use.h"
#include "model/annotation_entry.h"
#include "store/annotations.h"
#include "store/recently_deleted.h"

static int64_t mailbox_of(const struct grant *grant)
{
    return grant ? grant->mailbox_id : 0;
}

static int require_access(const struct grant *grant)
{
    if (!grant || (grant->rights & ANNOTATION_RIGHTS))
        return 0;
    return grant_require(grant, ANNOTATION_RIGHTS);
}

/* Reading --------------------------------------------------------------------------------- */

static int copy_rows(const struct annotation_row *rows, size_t row_count, struct arena *arena,
                     struct annotation **out, size_t *count_out)
{
    struct annotation *annotations = ARENA_ARRAY(arena, row_count, struct annotation);
    if (!annotations)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < row_count; i++)
        annotations[i] = (struct annotation){rows[i].entry, rows[i].value, rows[i].size};
    *out = annotations;
    *count_out = row_count;
    return 0;
}

int annotation_read(struct mail *mail, const struct actor *actor, const struct grant *grant,
                    const struct annotation_query *query, struct arena *arena,
                    struct annotation **out, size_t *count_out)
{
    int err = require_access(grant);
    if (err)
        return err;
    struct annotation_row *rows = NULL;
    size_t count = 0;
    const struct annotation_question question = {
        .mailbox_id = mailbox_of(grant),
        .user_id = actor->user_id,
        .rights_modseq = grant ? grant->rights_modseq : 0,
        .entries = query->entries,
        .count = query->count,
        .levels = query->depth,
        .value_max = query->value_max,
    };
    if (!is_recently_deleted(question.mailbox_id)) /* which has none */
        err = annotations_read(mail->database, arena, &question, &rows, &count);
    return err ? err : copy_rows(rows, count, arena, out, count_out);
}

int annotation_get(struct mail *mail, const struct actor *actor, const struct grant *grant,
                   struct slice entry, struct arena *arena, struct slice *value_out)
{
    const struct annotation_query query = {.entries = &entry, .count = 1, .value_max = UINT64_MAX};
    struct annotation *annotations;
    size_t count;
    int err = annotation_read(mail, actor, grant, &query, arena, &annotations, &count);
    if (!err)
        *value_out = count ? annotations[0].value : (struct slice){NULL, 0};
    return err;
}

/* Writing --------------------------------------------------------------------------------- */

static int require_private(const struct actor *actor)
{
    return actor->user_id ? 0 : fail(ERR_INVALID, "The administrator has no private annotations");
}

static bool is_event_script(struct slice entry)
{
    return slice_equal(entry, SLICE(EVENT_SCRIPT_ENTRY));
}

static int require_shared(const struct actor *actor, const struct grant *grant, struct slice entry)
{
    if (grant)
        return grant_require(grant, is_event_script(entry) ? RIGHT_ADMINISTER : RIGHT_WRITE);
    return actor->user_id ? fail(ERR_DENIED, "Only the administrator of the server may change that")
                          : 0;
}

static int check_annotation(const struct mail *mail, const struct actor *actor,
                            const struct grant *grant, const struct annotation *annotation)
{
    int err = annotation_entry_is_private(annotation->entry)
                  ? require_private(actor)
                  : require_shared(actor, grant, annotation->entry);
    if (!err && annotation->value.len > mail->settings.annotation_size)
        err = fail(ERR_TOO_BIG, "An annotation has at most %u octets",
                   mail->settings.annotation_size);
    return err;
}

static int check_all(const struct mail *mail, const struct actor *actor, const struct grant *grant,
                     const struct annotation *annotations, size_t count)
{
    int err = require_access(grant);
    if (!err && is_recently_deleted(mailbox_of(grant)))
        err = denial_of_change();
    for (size_t i = 0; i < count && !err; i++)
        err = check_annotation(mail, actor, grant, &annotations[i]);
    return err;
}

/* Entries and values apart, each entry once with its last value. */
struct columns {
    struct slice *entries, *values;
    size_t count;
    bool has_event_script;
    bool has_uses; /* RFC 6154 section 4: they are no value like others */
    struct special_uses uses;
};

static bool is_special_use(const struct grant *grant, struct slice entry)
{
    return grant && slice_equal(entry, SLICE(SPECIAL_USE_ENTRY));
}

static void add_to_columns(struct columns *columns, const struct annotation *annotation)
{
    size_t place = 0;
    while (place < columns->count && !slice_equal(columns->entries[place], annotation->entry))
        place++;
    columns->entries[place] = annotation->entry;
    columns->values[place] = annotation->value;
    columns->count += place == columns->count;
    columns->has_event_script |= is_event_script(annotation->entry);
}

static int make_columns(const struct grant *grant, const struct annotation *annotations,
                        size_t count, struct arena *arena, struct columns *out)
{
    struct columns columns = {.entries = ARENA_ARRAY(arena, count, struct slice),
                              .values = ARENA_ARRAY(arena, count, struct slice)};
    int err = columns.entries && columns.values ? 0 : -ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++) {
        if (!is_special_use(grant, annotations[i].entry)) {
            add_to_columns(&columns, &annotations[i]);
            continue;
        }
        columns.has_uses = true;
        err = special_uses_parse(annotations[i].value, &columns.uses);
    }
    if (!err)
        *out = columns;
    return err;
}

/* All mailboxes are asked for anew that the server's script is for. */
static int write_server_events(struct mail *mail, const struct annotation_change *change)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct mailbox_modseq *touched;
    size_t count;
    int err = server_annotations_set_events(mail->database, &arena, change, &touched, &count);
    if (!err)
        mail_announce_all(mail, touched, count);
    arena_clear(&arena);
    return err;
}

static int write_columns(struct mail *mail, const struct actor *actor, const struct grant *grant,
                         const struct columns *columns)
{
    const struct annotation_change change = {
        .mailbox_id = mailbox_of(grant),
        .user_id = actor->user_id,
        .actor = actor->login,
        .client = actor->client,
        .rights_modseq = grant ? grant->rights_modseq : 0,
        .entries = columns->entries,
        .values = columns->values,
        .count = columns->count,
        .annotations_max = mail->settings.annotations,
        .uses = columns->has_uses ? columns->uses.uses : NULL,
        .use_count = columns->uses.count,
    };
    int err;
    if (!grant) {
        err = columns->has_event_script ? write_server_events(mail, &change)
                                        : server_annotations_set(mail->database, &change);
        if (!err)
            mail_announce_server(mail);
        return err;
    }
    uint64_t modseq = 0;
    err = annotations_set(mail->database, &change, &modseq);
    if (err == -ERR_NOT_FOUND)
        return denial_not_found();
    if (!err)
        mail_announce(mail, grant->mailbox_id, modseq);
    return err;
}

int annotation_write(struct mail *mail, const struct actor *actor, const struct grant *grant,
                     const struct annotation *annotations, size_t count)
{
    int err = check_all(mail, actor, grant, annotations, count);
    if (err)
        return err;
    struct arena arena;
    arena_init(&arena, 0);
    struct columns columns;
    err = make_columns(grant, annotations, count, &arena, &columns);
    if (!err)
        err = write_columns(mail, actor, grant, &columns);
    arena_clear(&arena);
    return err;
}
